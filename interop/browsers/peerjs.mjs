// The telephone of the examples and a page with PeerJS call each other. Prints one JSON line for
// each direction.
//
//   node peerjs.mjs COMMAND..       the command starts the telephone
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { launchPage } from './launch.mjs';

const LIMIT = 60_000;
const FILES = {
  '/': ['text/html', 'peerjs/index.html'],
  '/peerjs.min.js': ['text/javascript', 'node_modules/peerjs/dist/peerjs.min.js'],
};

const server = http.createServer(async (request, response) => {
  const [type, file] = FILES[request.url] ?? [];
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': type }).end(await readFile(new URL(file, import.meta.url)));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const phone = telephone(process.argv.slice(2));
const browser = await launchPage(`http://127.0.0.1:${server.address().port}/`);
let failed = 0;
try {
  const port = Number((await phone.says(/port: (\d+)/))[1]);
  await phone.says(/^ready as stonechat/);
  await browser.page.evaluate(openPeer, port);
  await play('page-dials', async () => {
    await browser.page.evaluate(() => window.dial('stonechat'));
    await phone.says(/talking with page/);
    await phone.says(/heard \d+ frames/);
    const heard = await browser.page.evaluate(() => window.heard());
    await browser.page.evaluate(() => window.current.close());
    await phone.says(/the call with page is over/);
    return `the page got ${heard} packets`;
  });
  await play('telephone-dials', async () => {
    phone.write('dial page');
    await phone.says(/talking with page/);
    await phone.says(/heard \d+ frames/);
    const heard = await browser.page.evaluate(() => window.heard());
    phone.write('hang up');
    await phone.says(/the call with page is over/);
    await browser.page.evaluate(() => window.ended());
    return `the page got ${heard} packets`;
  });
  await play('nobody-there', async () => {
    phone.write('dial nobody');
    await phone.says(/nobody is not there/);
    return browser.page.evaluate(() => window.dialNobody());
  });
} finally {
  phone.write('quit');
  await browser.close();
  server.close();
}
process.exit(failed ? 1 : 0);

async function play(name, action) {
  const started = Date.now();
  let row;
  try {
    row = { pass: true, detail: await within(action(), name) };
  } catch (error) {
    row = { pass: false, detail: error.message };
    failed += 1;
  }
  const seconds = Number(((Date.now() - started) / 1000).toFixed(1));
  console.log(JSON.stringify({ peer: 'chromium', version: browser.version, role: 'peerjs', case: name, ...row, seconds }));
}

function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: nothing came`)), LIMIT); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Starts the telephone; `says` waits for a line that it did not give before. */
function telephone([program, ...args]) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = [];
  let wake = () => {};
  createInterface(child.stdout).on('line', (line) => { console.error(`telephone: ${line}`); lines.push(line); wake(); });
  child.on('error', (error) => { lines.push(`it failed: ${error.message}`); wake(); });
  async function next(pattern) {
    for (;;) {
      while (lines.length) {
        const line = lines.shift();
        const match = pattern.exec(line);
        if (match) return match;
        if (line.startsWith('it failed')) throw new Error(line);
      }
      await new Promise((resolve) => { wake = resolve; });
    }
  }
  return {
    write: (line) => child.stdin.write(`${line}\n`),
    says: (pattern) => within(next(pattern), String(pattern)),
  };
}

/** Runs in the page. */
async function openPeer(port) {
  const peer = new Peer('page', { host: 'localhost', port, path: '/', config: { iceServers: [] } });
  await new Promise((resolve, reject) => { peer.once('open', resolve); peer.once('error', reject); });
  const voice = await navigator.mediaDevices.getUserMedia({ audio: true });
  const take = (call) => {
    window.current = call;
    window.closed = new Promise((resolve) => call.once('close', resolve));
    call.on('stream', (stream) => { const audio = new Audio(); audio.srcObject = stream; audio.play(); window.audio = audio; });
  };
  peer.on('call', (call) => { call.answer(voice); take(call); });
  window.dial = (id) => take(peer.call(id, voice));
  window.ended = () => window.closed;
  window.dialNobody = async () => {
    const error = new Promise((resolve) => peer.once('error', resolve));
    peer.call('nobody', voice);
    const { type } = await error;
    if (type !== 'peer-unavailable') throw new Error(type);
    return type;
  };
  window.heard = async () => {
    for (;;) {
      const stats = await window.current.peerConnection.getStats();
      const audio = [...stats.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
      if (audio?.packetsReceived > 50 && audio.totalAudioEnergy > 0) return audio.packetsReceived;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
}
