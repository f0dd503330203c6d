// A party made of libdatachannel: the data cases of PROTOCOL.md.
//
//   node node-datachannel.mjs ws://..
import ndc from 'node-datachannel';
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { BULK_MESSAGE, Digest, bulkBlock, channel as channelOf, content, crc32, expected, isText, markBulk } from '../page/payload.js';
import { Facts, Queue, sleep, within } from '../page/wait.js';

const PATIENCE = 60_000;
const VERSION = JSON.parse(readFileSync(new URL('../package.json', import.meta.url))).dependencies['node-datachannel'];
const ROOM = 1 << 20;

class Peer {
  #facts = new Facts();
  #waiting = [];
  #described = false;
  #channels = [];

  constructor(spec, send) {
    this.spec = spec;
    this.role = spec.role;
    this.send = send;
    this.stopped = new Promise((_, reject) => { this.stop = (why) => reject(new Error(why)); });
    this.stopped.catch(() => {});
    const connection = new ndc.PeerConnection('interop', { iceServers: [] });
    this.connection = connection;
    connection.onLocalDescription((sdp, type) => send({ sdp: { type: type.toLowerCase(), sdp } }));
    connection.onLocalCandidate((candidate, sdpMid) => send({ candidate: { candidate, sdpMid, sdpMLineIndex: null } }));
    connection.onStateChange((state) => { if (state === 'failed') this.stop('the connection failed'); });
    connection.onDataChannel((channel) => this.#adopt(channel));
  }

  wait(promise, what, milliseconds = PATIENCE) {
    return within(Promise.race([promise, this.stopped]), milliseconds, what);
  }

  handle(message) {
    try {
      if (message.sdp) {
        this.connection.setRemoteDescription(message.sdp.sdp, message.sdp.type);
        this.#described = true;
        for (const candidate of this.#waiting.splice(0)) this.#candidate(candidate);
      } else if ('candidate' in message) this.#candidate(message.candidate);
      else if (message.bye) this.#facts.happened('bye');
      else if (message.stop) this.stop('stopped');
    } catch (error) {
      this.stop(`signalling: ${error.message}`);
    }
  }

  #candidate(candidate) {
    if (!candidate?.candidate) return;
    if (this.#described) this.connection.addRemoteCandidate(candidate.candidate, candidate.sdpMid ?? '0');
    else this.#waiting.push(candidate);
  }

  #adopt(channel) {
    const label = channel.getLabel();
    const messages = new Queue();
    const entry = { label, channel, messages, receive: (data) => messages.push(data) };
    entry.closed = new Promise((resolve) => channel.onClosed(resolve));
    entry.opened = new Promise((resolve) => {
      if (channel.isOpen()) resolve();
      else channel.onOpen(resolve);
    });
    channel.onMessage((data) => entry.receive(data));
    this.#channels.push(channel); // lest it be collected
    this.#facts.happened(`channel ${label}`, entry);
    return entry;
  }

  /** Opening a channel also makes the offer. */
  open(label, options = {}) {
    return this.#adopt(this.connection.createDataChannel(label, options));
  }

  async channel(label) {
    const entry = await this.wait(this.#facts.wait(`channel ${label}`), `channel ${label}`);
    await this.wait(entry.opened, `channel ${label} opening`);
    return entry;
  }

  async write({ channel }, data) {
    while (channel.bufferedAmount() > ROOM) await this.wait(sleep(1), 'the send buffer');
    sendOn(channel, data);
  }

  async finish() {
    this.send({ bye: true });
    await this.wait(this.#facts.wait('bye'), `the other side's end`, 3 * PATIENCE);
  }
}

function sendOn(channel, data) {
  if (typeof data === 'string') channel.sendMessage(data);
  else channel.sendMessageBinary(data);
}

async function dataEcho(peer) {
  const count = peer.spec.messages;
  const digest = new Digest();
  let complete;
  const all = new Promise((resolve) => { complete = resolve; });
  const take = (entry, back) => {
    const add = (data) => {
      digest.add(entry.label === 'ordered', typeof data === 'string', Buffer.from(data));
      if (back) sendOn(entry.channel, data);
      if (digest.count === count) complete();
    };
    entry.receive = add;
    for (const early of entry.messages.drain()) add(early);
  };
  const answering = peer.role === 'answer';
  if (!answering) {
    peer.open('ordered');
    peer.open('unordered', { unordered: true });
  }
  const entries = [await peer.channel('ordered'), await peer.channel('unordered')];
  for (const entry of entries) take(entry, answering);
  for (let index = 0; index < (answering ? 0 : count); index += 1) {
    const octets = Buffer.from(content(index));
    await peer.write(entries[channelOf(index)], isText(index) ? octets.toString() : octets);
  }
  await peer.wait(all, `${count} messages`, 3 * PATIENCE).catch((error) => { throw new Error(`${error.message}; so far ${digest}`); });
  const wanted = String(expected(count));
  if (String(digest) !== wanted) throw new Error(`received ${digest}, not ${wanted}`);
  await peer.finish();
  return String(digest);
}

async function bulk(peer, sending) {
  const total = peer.spec.octets / BULK_MESSAGE;
  if (peer.role === 'offer') peer.open('bulk');
  const entry = await peer.channel('bulk');
  const block = bulkBlock();
  let crc = 0;
  if (sending) {
    await ready(peer, entry);
    for (let index = 0; index < total; index += 1) {
      markBulk(block, index);
      crc = crc32(block, crc);
      await peer.write(entry, Buffer.from(block));
    }
    const answer = await peer.wait(entry.messages.next(), 'the receipt', 3 * PATIENCE);
    if (answer !== `received ${peer.spec.octets} ${crc}`) throw new Error(`the receipt says ${answer}`);
  } else {
    await peer.write(entry, 'ready');
    for (let index = 0; index < total; index += 1) {
      const data = await peer.wait(entry.messages.next(), `message ${index}`);
      markBulk(block, index);
      if (Buffer.compare(data, block)) throw new Error(`message ${index} is not what was sent`);
      crc = crc32(data, crc);
    }
    await peer.write(entry, `received ${peer.spec.octets} ${crc}`);
  }
  await peer.finish();
  return `${peer.spec.octets} octets ${sending ? 'sent' : 'received'}`;
}

async function ready(peer, entry) {
  const text = await peer.wait(entry.messages.next(), 'the other side being ready');
  if (text !== 'ready') throw new Error('the first message is not "ready"');
}

async function twoChannels(peer, begins) {
  if (peer.role === 'offer') {
    peer.open('first');
    peer.open('second');
  }
  const channels = [await peer.channel('first'), await peer.channel('second')];
  for (const entry of channels) await (begins ? ready(peer, entry) : peer.write(entry, 'ready'));
  return channels;
}

async function echoed(peer, entry, text) {
  sendOn(entry.channel, text);
  const answer = await peer.wait(entry.messages.next(), `the echo of ${text}`);
  if (answer !== text) throw new Error(`sent ${text}, got ${answer}`);
}

async function closing(peer) {
  const [first, second] = await twoChannels(peer, true);
  await echoed(peer, first, 'one');
  first.channel.close();
  await peer.wait(first.closed, `the first channel's end`);
  await echoed(peer, second, 'two');
  peer.connection.close();
  return 'closed one channel, then everything';
}

async function closed(peer) {
  const [first, second] = await twoChannels(peer, false);
  sendOn(first.channel, await peer.wait(first.messages.next(), 'the first message'));
  await peer.wait(first.closed, `the first channel's end`);
  if (!second.channel.isOpen()) throw new Error('the second channel went with the first');
  sendOn(second.channel, await peer.wait(second.messages.next(), 'the second message'));
  await peer.wait(second.closed, 'the end of the connection');
  return 'saw the end';
}

const isSubject = (peer) => peer.spec.part === 'subject';
const CASES = {
  'data-echo': dataEcho,
  'bulk-up': (peer) => bulk(peer, isSubject(peer)),
  'bulk-down': (peer) => bulk(peer, !isSubject(peer)),
  'close-local': (peer) => (isSubject(peer) ? closing(peer) : closed(peer)),
  'close-remote': (peer) => (isSubject(peer) ? closed(peer) : closing(peer)),
};

const socket = new WebSocket(process.argv[2]);
const send = (message) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };
let current = null;

socket.on('open', () => send({ hello: { name: 'node-datachannel', version: VERSION } }));
socket.on('close', () => process.exit(0));
socket.on('message', async (data) => {
  const message = JSON.parse(data);
  if (!message.case) {
    current?.handle(message);
    return;
  }
  const peer = new Peer(message.case, send);
  current = peer;
  let result;
  try {
    const run = CASES[message.case.name];
    if (!run) throw new Error('not a case of this party');
    result = { pass: true, detail: await Promise.race([run(peer), peer.stopped]) };
  } catch (error) {
    result = { pass: false, detail: error.message };
  }
  peer.connection.close();
  current = null;
  send({ result });
});
