// Runs cases between a subject and a peer and prints one JSON line for each.
//
//   node run.mjs --subject KIND --peer KIND [--case NAME]... [--role offer|answer] [--runs N]
//                [--out DIRECTORY] [--list] [--verbose]
//
// KIND is chromium, firefox, or cmd: and a command line; see launch.mjs. The subject's role is the
// one that is printed. Exits with 0 if every case passed.
import { mkdir, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';
import { launch } from './launch.mjs';
import { checkRecording } from './recording.mjs';
import { startRelay } from './relay.mjs';
import { startTurn } from './turn.mjs';

const { values: options } = parseArgs({
  options: {
    subject: { type: 'string' },
    peer: { type: 'string' },
    'peer-name': { type: 'string' },
    case: { type: 'string', multiple: true },
    role: { type: 'string' },
    runs: { type: 'string', default: '1' },
    out: { type: 'string' },
    list: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

if (options.list) {
  for (const name of Object.keys(CASES)) console.log(name);
  process.exit(0);
}

const names = options.case ?? defaultCases();
const roles = options.role ? [options.role] : ['offer', 'answer'];
const out = options.out ?? await mkdtemp(path.join(os.tmpdir(), 'interop-out-'));
const relay = await startRelay({ verbose: options.verbose });
const parties = { subject: null, peer: null };
let turn = null;
const unstarted = [];
let failed = 0;
let last = { name: peerName(), version: null };

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { end().finally(() => process.exit(1)); });

for (const name of names) {
  for (const role of roles.filter((role) => CASES[name]?.roles?.includes(role) ?? true)) {
    for (let run = 0; run < Number(options.runs); run += 1) await runCase(name, role, run);
  }
}
await end();
process.exit(failed ? 1 : 0);

function defaultCases() {
  return Object.keys(CASES).filter((name) => !CASES[name].only || CASES[name].only.includes(peerName()));
}

function peerName() {
  return options['peer-name'] ?? (options.peer.startsWith('cmd:') ? 'command' : options.peer);
}

async function end() {
  await Promise.all(Object.keys(parties).map(stop));
  await turn?.close();
  relay.close();
}

async function stop(part) {
  const party = parties[part];
  parties[part] = null;
  await party?.close();
}

/** The running parties, connected to each other; started if they are not there. */
async function ready() {
  // What does not start twice will not start the third time either, and trying takes minutes.
  if (unstarted.length > 1) throw unstarted.at(-1);
  try {
    await start();
    unstarted.length = 0;
  } catch (error) {
    unstarted.push(error);
    throw error;
  }
}

async function start() {
  // Both are waited for, so that one that starts while the other one fails is ended too.
  const starts = await Promise.allSettled(Object.keys(parties).map(async (part) => {
    if (parties[part]) return;
    const place = relay.party(part);
    parties[part] = { place, ...await launch(options[part], place, { verbose: options.verbose }) };
  }));
  const failure = starts.find(({ status }) => status === 'rejected');
  if (failure) throw failure.reason;
  parties.subject.place.other = parties.peer.place;
  parties.peer.place.other = parties.subject.place;
  last = { name: options['peer-name'] ?? parties.peer.name, version: parties.peer.version };
}

async function runCase(name, role, run) {
  const definition = CASES[name];
  const started = Date.now();
  let row;
  try {
    if (!definition) throw new Error('no such case');
    await ready();
    if (definition.relay) turn ??= await startTurn();
    row = await play(name, definition, role, run);
  } catch (error) {
    row = { pass: false, detail: error.message };
    await Promise.all(Object.keys(parties).map(stop));
  }
  if (!row.pass) failed += 1;
  const seconds = Number(((Date.now() - started) / 1000).toFixed(1));
  console.log(JSON.stringify({ peer: last.name, version: last.version, role, case: name, pass: row.pass, detail: row.detail, seconds }));
}

async function play(name, definition, role, run) {
  const specs = {};
  for (const part of Object.keys(parties)) {
    const output = path.join(out, `${name}-${role}-${run}-${part}`);
    await mkdir(output, { recursive: true });
    specs[part] = {
      name,
      part,
      role: (part === 'subject') === (role === 'offer') ? 'offer' : 'answer',
      configuration: {
        iceServers: [],
        ...definition.configuration,
        ...(definition.relay ? { iceServers: turn.iceServers, iceTransportPolicy: 'relay' } : {}),
      },
      output,
      ...definition.parameters,
    };
  }
  const results = await outcome(specs, definition.limit ?? 90_000);
  const failures = Object.entries(results).filter(([, result]) => !result.pass);
  // The first to fail says why; the other one was only stopped then.
  const cause = failures.find(([, { detail }]) => detail !== 'stopped') ?? failures[0];
  if (cause) return { pass: false, detail: `${cause[0] === 'peer' ? last.name : cause[0]}: ${cause[1].detail}` };
  const details = Object.entries(results).map(([part, { detail }]) => `${part}: ${detail}`);
  for (const result of Object.values(results)) {
    for (const file of result.files ?? []) details.push(await checkRecording(file));
  }
  return { pass: true, detail: details.join('; ') };
}

/** Starts the case on both sides and waits for both results; a failure or the limit stops it. */
async function outcome(specs, limit) {
  const results = {};
  const settled = Object.keys(parties).map((part) => new Promise((resolve) => {
    parties[part].place.onresult = (result) => {
      results[part] ??= result;
      if (!result.pass) halt();
      resolve();
    };
  }));
  const halt = () => {
    for (const part of Object.keys(parties)) if (!results[part]) parties[part].place.send({ stop: true });
    // A party that does not even stop is started anew for the next case.
    setTimeout(() => {
      for (const part of Object.keys(parties)) {
        if (!results[part]) parties[part].place.onresult({ pass: false, detail: 'gave no result' });
      }
    }, 10_000).unref();
  };
  // The answerer first, so that it is there when the offer comes.
  for (const role of ['answer', 'offer']) {
    for (const [part, spec] of Object.entries(specs)) if (spec.role === role) parties[part].place.send({ case: spec });
  }
  const timer = setTimeout(halt, limit);
  await Promise.all(settled);
  clearTimeout(timer);
  for (const [part, { detail }] of Object.entries(results)) {
    parties[part].place.onresult = null;
    if (detail === 'gave no result' || detail === 'the party went away') await stop(part);
  }
  return results;
}
