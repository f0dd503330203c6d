// A coturn server for the relay case.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const USER = 'alice';
const PASSWORD = 'secret';

/** Starts coturn on a free port; gives the `iceServers` entry to use it. */
export async function startTurn() {
  const address = localAddress();
  const port = await freePort(address);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'interop-turn-'));
  const configuration = path.join(directory, 'turn.conf');
  await writeFile(configuration, [
    `listening-ip=${address}`,
    `relay-ip=${address}`,
    `listening-port=${port}`,
    'realm=interop.test',
    'lt-cred-mech',
    `user=${USER}:${PASSWORD}`,
    'allow-loopback-peers',
    'no-cli',
    'no-tls',
    'no-dtls',
    'fingerprint',
    'log-file=stdout',
    `pidfile=${path.join(directory, 'turn.pid')}`,
    `userdb=${path.join(directory, 'turn.db')}`,
    '',
  ].join('\n'));
  const child = spawn('turnserver', ['-c', configuration], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const read = (data) => { output = (output + data).slice(-2000); };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const failed = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('close', () => reject(new Error(`coturn ended: ${output}`)));
  });
  failed.catch(() => {});
  const close = async () => {
    const ended = new Promise((resolve) => child.on('close', resolve));
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await Promise.race([answers(address, port), failed]);
  } catch (error) {
    await close();
    throw error;
  }
  return { iceServers: [{ urls: `turn:${address}:${port}?transport=udp`, username: USER, credential: PASSWORD }], close };
}

/**
 * An address that every peer's sockets reach: not 127.0.0.1 if there is another one, because what is
 * bound to that one cannot send to the loopback.
 */
function localAddress() {
  const all = Object.values(os.networkInterfaces()).flat().filter(({ family }) => family === 'IPv4');
  const other = all.find(({ address }) => !address.startsWith('127.'));
  return other?.address ?? '127.0.0.1';
}

/** Resolves once the server answers a STUN binding request. */
function answers(address, port) {
  const socket = dgram.createSocket('udp4');
  const request = Buffer.alloc(20);
  request.writeUInt16BE(0x0001, 0);
  request.writeUInt32BE(0x2112a442, 4);
  request.write('interop-turn', 8);
  return new Promise((resolve, reject) => {
    const repeat = setInterval(() => socket.send(request, port, address), 100);
    const late = setTimeout(() => { stop(); reject(new Error('coturn does not answer')); }, 60_000);
    const stop = () => { clearInterval(repeat); clearTimeout(late); socket.close(); };
    socket.on('message', () => { stop(); resolve(); });
    socket.on('error', () => {});
  });
}

function freePort(address) {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    socket.on('error', reject);
    socket.bind(0, address, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
