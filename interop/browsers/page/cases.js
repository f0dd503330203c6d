// What a party does in each case. PROTOCOL.md describes the same for parties in other languages.
import { negotiationCases } from './negotiation.js';
import { sendingCases } from './sending.js';
import { sleep } from './wait.js';
import { BULK_MESSAGE, Digest, bulkBlock, channel, content, crc32, expected, isText, markBulk } from './payload.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const octetsOf = (data) => (typeof data === 'string' ? encoder.encode(data) : new Uint8Array(data));

export const cases = {
  'data-echo': (peer) => dataEcho(peer),
  'bulk-up': (peer) => bulk(peer, peer.spec.part === 'subject'),
  'bulk-down': (peer) => bulk(peer, peer.spec.part !== 'subject'),
  audio: (peer) => media(peer, ['audio']),
  video: (peer) => media(peer, ['video']),
  'video-h264': (peer) => media(peer, ['video']),
  'video-av1': (peer) => media(peer, ['video']),
  renegotiate,
  'ice-restart': iceRestart,
  'close-local': (peer) => (peer.spec.part === 'subject' ? closing(peer) : closed(peer)),
  'close-remote': (peer) => (peer.spec.part === 'subject' ? closed(peer) : closing(peer)),
  relay,
  tcp,
  ...negotiationCases,
  ...sendingCases,
};

async function dataEcho(peer) {
  const count = peer.spec.messages;
  const digest = new Digest();
  let complete;
  const all = new Promise((resolve) => { complete = resolve; });
  const receive = (entry, answer) => {
    const ordered = entry.label === 'ordered';
    entry.receive = (data) => {
      digest.add(ordered, typeof data === 'string', octetsOf(data));
      answer?.(data);
      if (digest.count === count) complete();
    };
  };
  if (peer.role === 'offer') {
    const entries = [peer.open('ordered'), peer.open('unordered', { ordered: false })];
    for (const entry of entries) receive(entry);
    await peer.negotiate();
    for (const { label } of entries) await peer.channel(label);
    for (let index = 0; index < count; index += 1) {
      const octets = content(index);
      await peer.write(entries[channel(index)], isText(index) ? decoder.decode(octets) : octets);
    }
  } else {
    for (const label of ['ordered', 'unordered']) {
      const entry = await peer.channel(label);
      // What came before this moment waits in the entry's queue.
      const early = entry.messages.drain();
      receive(entry, (data) => entry.channel.send(data));
      for (const data of early) entry.receive(data);
    }
  }
  const wanted = String(expected(count));
  await peer.wait(all, `${count} messages`, 180_000).catch((error) => { throw new Error(`${error.message}; so far ${digest}`); });
  if (String(digest) !== wanted) throw new Error(`received ${digest}, not ${wanted}`);
  const { dtls, cipher } = await peer.security();
  await peer.finish();
  return `${digest.count} messages, ${digest.octets} octets, DTLS ${dtls} ${cipher}`;
}

async function bulk(peer, sending) {
  const total = peer.spec.octets / BULK_MESSAGE;
  if (peer.role === 'offer') {
    peer.open('bulk');
    await peer.negotiate();
  }
  const entry = await peer.channel('bulk');
  const block = bulkBlock();
  const started = performance.now();
  const rate = () => `${(peer.spec.octets / 1048.576 / (performance.now() - started)).toFixed(1)} MiB/s`;
  let crc = 0;
  if (sending) {
    await peer.ready(entry);
    for (let index = 0; index < total; index += 1) {
      markBulk(block, index);
      crc = crc32(block, crc);
      await peer.write(entry, block);
    }
    const answer = await peer.wait(entry.messages.next(), 'the receipt', 180_000);
    if (answer !== `received ${peer.spec.octets} ${crc}`) throw new Error(`the receipt says ${answer}`);
  } else {
    await peer.write(entry, 'ready');
    for (let index = 0; index < total; index += 1) {
      const data = new Uint8Array(await peer.wait(entry.messages.next(), `message ${index}`));
      if (data.length !== BULK_MESSAGE) throw new Error(`message ${index} has ${data.length} octets`);
      markBulk(block, index);
      crc = crc32(data, crc);
      if (crc32(block) !== crc32(data)) throw new Error(`message ${index} is not what was sent`);
    }
    await peer.write(entry, `received ${peer.spec.octets} ${crc}`);
  }
  const speed = rate();
  await peer.finish();
  return `${peer.spec.octets} octets ${sending ? 'sent' : 'received'}, ${speed}`;
}

async function media(peer, kinds) {
  if (peer.role === 'offer') {
    for (const kind of kinds) await peer.addMedia(kind);
    await peer.negotiate();
  }
  const milliseconds = await peer.connected();
  const flows = [];
  for (const kind of kinds) flows.push(await peer.flowing(kind));
  const { srtp } = await peer.security();
  await peer.finish();
  return `connected in ${milliseconds} ms, ${flows.join(', ')}, ${srtp}`;
}

async function renegotiate(peer) {
  const offering = peer.role === 'offer';
  if (offering) {
    await peer.addMedia('audio');
    await peer.negotiate();
  }
  await peer.connected();
  await peer.flowing('audio');
  peer.step('audio');
  await peer.reached('audio');

  if (offering) {
    await peer.addMedia('video');
    await peer.negotiate();
  }
  const video = await peer.flowing('video');
  peer.step('video');
  await peer.reached('video');

  if (offering) {
    for (const transceiver of peer.connection.getTransceivers()) {
      if (transceiver.receiver.track.kind === 'video') transceiver.stop();
    }
    await peer.negotiate();
  }
  peer.step('removed');
  await peer.reached('removed');
  const audio = await peer.flowing('audio');
  await removed(peer);
  await peer.finish();
  return `${audio}, then ${video}, then none`;
}

/** The video section is rejected, and no more video arrives. */
async function removed(peer) {
  const section = /^m=video (\d+)/m.exec(peer.connection.currentRemoteDescription.sdp);
  if (section?.[1] !== '0') throw new Error(`the removed video has ${section?.[0] ?? 'no section'}`);
  const before = await peer.inbound('video');
  await peer.wait(sleep(1000), 'a second');
  const after = await peer.inbound('video');
  if (after.packets > before.packets) throw new Error('video still arrives');
}

async function iceRestart(peer) {
  if (peer.role === 'answer') {
    const entry = await peer.channel('restart');
    const first = peer.ufrags();
    entry.channel.send(await peer.wait(entry.messages.next(), 'the first message'));
    entry.channel.send(await peer.wait(entry.messages.next(), 'the second message'));
    renewed(first, peer.ufrags());
    await peer.finish();
    return 'both sides have new credentials';
  }
  const entry = peer.open('restart');
  await peer.negotiate();
  await peer.channel('restart');
  const first = peer.ufrags();
  await echoed(peer, entry, 'before');
  peer.connection.restartIce();
  await peer.negotiate();
  const second = peer.ufrags();
  renewed(first, second);
  for (let tries = 0; ; tries += 1) {
    const { local } = await peer.selectedPair();
    // Not every browser tells the generation of a pair.
    if (!local?.usernameFragment || local.usernameFragment === second.local) break;
    if (tries > 300) throw new Error('the new candidate pair was not selected');
    await peer.wait(sleep(100), 'a moment');
  }
  await echoed(peer, entry, 'after');
  await peer.finish();
  return 'new credentials, new pair, the channel lives on';
}

function renewed(first, second) {
  for (const side of ['local', 'remote']) {
    if (!first[side] || first[side] === second[side]) throw new Error(`the ${side} ufrag is still ${second[side]}`);
  }
}

async function echoed(peer, entry, text) {
  entry.channel.send(text);
  const answer = await peer.wait(entry.messages.next(), `the echo of ${text}`);
  if (answer !== text) throw new Error(`sent ${text}, got ${answer}`);
}

/** Opens or awaits the two channels of the closing cases; the side that `begins` waits for the other. */
async function twoChannels(peer, begins) {
  if (peer.role === 'offer') {
    peer.open('first');
    peer.open('second');
    await peer.negotiate();
  }
  const channels = [await peer.channel('first'), await peer.channel('second')];
  for (const entry of channels) await (begins ? peer.ready(entry) : peer.write(entry, 'ready'));
  return channels;
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
  first.channel.send(await peer.wait(first.messages.next(), 'the first message'));
  await peer.wait(first.closed, `the first channel's end`);
  if (second.channel.readyState !== 'open') throw new Error('the second channel went with the first');
  second.channel.send(await peer.wait(second.messages.next(), 'the second message'));
  const started = performance.now();
  await peer.wait(second.closed, 'the end of the connection');
  return `saw the end ${Math.round(performance.now() - started)} ms after the last message`;
}

async function tcp(peer) {
  const { detail, local, remote } = await echoOverPair(peer);
  const protocols = `${local?.protocol} ${local?.tcpType ?? ''} to ${remote?.protocol} ${remote?.tcpType ?? ''}`;
  if (local?.protocol !== 'tcp' || remote?.protocol !== 'tcp') throw new Error(`the selected pair is ${protocols}`);
  return `${detail}, ${protocols}`;
}

async function relay(peer) {
  const { detail, local, remote } = await echoOverPair(peer);
  if (local?.candidateType !== 'relay') throw new Error(`the local candidate is ${local?.candidateType}`);
  return `${detail}, ${local.candidateType} to ${remote?.candidateType}`;
}

/** data-echo, and the candidates of the pair that was selected meanwhile. */
async function echoOverPair(peer) {
  const kinds = new Promise((resolve, reject) => {
    peer.connected().then(() => peer.selectedPair()).then(resolve, reject);
  });
  kinds.catch(() => {});
  const detail = await dataEcho(peer);
  const { local, remote } = await kinds;
  return { detail, local, remote };
}
