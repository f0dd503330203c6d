// Runs tests of the suite, each in a process of its own, and prints a line of JSON for each.
//   node run.mjs --root SUITE [--addon FILE] [--class A,B] [--filter REGEXP] [--list FILE] [--jobs N] [--subtest-timeout MS]
// Without --addon the shell runs over an engine that can do nothing.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findTest } from './suite.mjs';

const { values: options } = parseArgs({
  options: {
    root: { type: 'string' },
    addon: { type: 'string' },
    class: { type: 'string' },
    filter: { type: 'string', default: '.' },
    list: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    'subtest-timeout': { type: 'string', default: '0' },
  },
});
const root = path.resolve(options.root);
const page = new URL('page.mjs', import.meta.url).pathname;
const environment = {
  ...process.env,
  WPT_ROOT: root,
  SUBTEST_TIMEOUT: options['subtest-timeout'],
  ...(options.addon ? { ADDON: path.resolve(options.addon) } : {}),
};
/** Beyond the time that the suite gives a test: for the process to start and to end. */
const GRACE = 10_000;

const { files } = JSON.parse(fs.readFileSync(new URL('counted.json', import.meta.url), 'utf8'));
const queue = Object.keys(files).filter(selected());
await Promise.all(Array.from({ length: Number(options.jobs) }, worker));

/** Which tests are wanted. */
function selected() {
  const classes = options.class && new Set(options.class.split(','));
  const filter = new RegExp(options.filter);
  const listed = options.list && new Set(fs.readFileSync(options.list, 'utf8').split('\n').map((line) => line.trim()));
  return (id) => filter.test(id) && (!classes || classes.has(files[id].class)) && (!listed || listed.has(id));
}

async function worker() {
  for (let id = queue.shift(); id; id = queue.shift()) {
    const result = await run(id);
    fs.writeSync(1, `${JSON.stringify({ file: id, ...result })}\n`);
  }
}

function run(id) {
  const started = performance.now();
  let test;
  try {
    test = findTest(root, id);
  } catch (error) {
    return { status: 'CRASH', message: String(error), subtests: [], seconds: 0 };
  }
  const child = fork(page, [id], {
    execArgv: ['--expose-gc', '--no-warnings'],
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let result = null;
  let printed = '';
  let killed = false;
  child.stderr.on('data', (data) => { printed = (printed + data).slice(-4000); });
  child.on('message', (message) => { result = message; });
  const limit = (test.isLong ? 60_000 : 10_000) + GRACE;
  const timer = setTimeout(() => {
    killed = true;
    child.kill('SIGKILL');
  }, limit);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const seconds = Math.round(performance.now() - started) / 1000;
      if (!result) {
        const message = `${code ?? signal} ${printed.slice(-500)}`;
        result = { status: killed ? 'HANG' : 'CRASH', message, subtests: [] };
      } else if (killed || code !== 0) {
        // The results came, but the process did not end as it should.
        result.ending = killed ? 'HANG' : `CRASH ${code ?? signal} ${printed.slice(-500)}`;
      }
      resolve({ ...result, seconds });
    });
  });
}
