// Runs one test of the suite in this process and sends the result to the parent.
//   WPT_ROOT=.. ADDON=.. node --expose-gc page.mjs /webrtc/promises-call.html
import fs from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import './page/events_first.mjs';
import './page/iterator_helpers.mjs';
import { open } from '../node/shell/index.mjs';
import { installPage } from './page/install.mjs';
import { watchErrors } from './page/window.mjs';
import { findTest, loadFrom } from './suite.mjs';

const STATUS = ['PASS', 'FAIL', 'TIMEOUT', 'NOTRUN', 'PRECONDITION_FAILED'];
const HARNESS = ['OK', 'ERROR', 'TIMEOUT', 'PRECONDITION_FAILED'];
/** In place of the suite's report script, and of its connection to a browser's driver. */
const REPORT = `setup({ output: false }); add_completion_callback(reportResults); ${subtestTimeout(Number(process.env.SUBTEST_TIMEOUT))}`;
const DRIVER = `
  test_driver_internal.in_automation = true;
  test_driver_internal.set_permission = async () => {};
  test_driver_internal.click = async () => {};`;

const root = process.env.WPT_ROOT;
const test = findTest(root, process.argv[2]);
const url = `https://localhost:8443${test.id}`;
const title = (/<title>([\s\S]*?)<\/title>/i.exec(test.html)?.[1] ?? '').trim();
const internalErrors = [];

const require = createRequire(import.meta.url);
const addon = process.env.ADDON ? require(process.env.ADDON) : (await import('./null_engine.mjs')).default;
const shell = open(addon, { loader: new URL('loader.mjs', import.meta.url).href });
const document = installPage(shell, { url, html: test.html, title });

watchErrors(
  (error) => {
    const stack = String(error?.stack ?? '');
    return !stack || stack.includes(root) || /\bAssertionError\b/.test(stack);
  },
  (error) => internalErrors.push(String(error?.stack ?? error).slice(0, 400)),
);
globalThis.fetch = async (target) => {
  try {
    return new Response(loadFrom(root, new URL(target, url)));
  } catch {
    return new Response('', { status: 404 });
  }
};
globalThis.reportResults = (tests, { status, message }) => {
  const subtests = tests.map((each) => ({ name: each.name, status: STATUS[each.status], message: each.message ?? '' }));
  send({ status: HARNESS[status], message: message ?? '', subtests, internalErrors });
};

let sent = false;
function send(result) {
  if (sent) return;
  sent = true;
  const end = () => process.exit(0);
  if (process.send) process.send(result, () => { shell.shutdown(); end(); });
  else {
    fs.writeSync(1, `${JSON.stringify(result, null, 1)}\n`);
    shell.shutdown();
    end();
  }
}

const nextTask = () => new Promise((resolve) => setImmediate(resolve));
const run = (code, filename) => new vm.Script(code, { filename }).runInThisContext();

function runScript(attributes, inline) {
  const source = /\bsrc\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s>]+))/i.exec(attributes)?.slice(1).find(Boolean);
  const type = /\btype\s*=\s*["']?([\w/+-]+)/i.exec(attributes)?.[1];
  if (type && !/^(text\/javascript|module)$/.test(type)) return;
  if (!source) return run(inline, test.file);
  const target = new URL(source, url);
  if (target.pathname === '/resources/testharnessreport.js') return run(REPORT, 'report');
  if (target.pathname === '/resources/testdriver-vendor.js') return run(DRIVER, 'driver');
  run(loadFrom(root, target), root + target.pathname);
}

for (const [, attributes, inline] of test.html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)) {
  try {
    runScript(attributes, inline);
  } catch (error) {
    globalThis.reportError(error);
  }
  await nextTask();
}
document.readyState = 'interactive';
document.dispatchEvent(new Event('DOMContentLoaded'));
await nextTask();
document.readyState = 'complete';
const onload = /<body[^>]*\bonload=["']([^"']+)/i.exec(test.html)?.[1];
if (onload) {
  try {
    run(onload, test.file);
  } catch (error) {
    globalThis.reportError(error);
  }
}
globalThis.dispatchEvent(new Event('load'));
// Threads of the addon do not keep the process alive; the test ends it.
setInterval(() => {}, 60_000);

/** For development: one subtest that hangs does not keep the others of its file from being seen. Not what the suite does. */
function subtestTimeout(limit) {
  if (!limit) return '';
  return `{
    const original = promise_test;
    promise_test = (body, name, properties) => original(function (test) {
      let timer;
      const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('subtest timeout')), ${limit}); });
      return Promise.race([body.call(this, test), late]).finally(() => clearTimeout(timer));
    }, name, properties);
  }`;
}
