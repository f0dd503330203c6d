// Cases about what is sent and how: codecs, tracks, tones, encodings, transforms, priorities.
import { expect, sleep } from './wait.js';

export const sendingCases = {
  'codec-preferences': codecPreferences,
  'replace-track': replaceTrack,
  priority,
  dtmf,
  simulcast,
  'encoded-transform': encodedTransform,
};

/** Both sides prefer PCMU, which none of them would take by itself. */
async function codecPreferences(peer) {
  const prefer = () => {
    const { codecs } = RTCRtpReceiver.getCapabilities('audio');
    const pcmu = codecs.filter(({ mimeType }) => mimeType === 'audio/PCMU');
    for (const transceiver of peer.connection.getTransceivers()) transceiver.setCodecPreferences(pcmu);
  };
  if (peer.role === 'offer') {
    await peer.addMedia('audio');
    prefer();
    await peer.negotiate();
  } else {
    const { answer } = peer;
    peer.answer = async (offer) => { prefer(); await answer(offer); };
  }
  const arrived = await packets(peer, 100);
  const stats = await peer.stats();
  const inbound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  const codec = stats.find(({ id }) => id === inbound.codecId);
  expect(codec.mimeType, 'audio/PCMU', 'the codec');
  await peer.finish();
  return `${arrived} packets of PCMU`;
}

async function packets(peer, wanted) {
  for (let tries = 0; tries < 600; tries += 1) {
    const { packets: now } = await peer.inbound('audio');
    if (now >= wanted) return now;
    await peer.wait(sleep(100), 'a moment');
  }
  throw new Error('too few packets');
}

/** The sender's track is replaced while it sends, by another one and by none. */
async function replaceTrack(peer) {
  if (peer.role === 'offer') {
    await peer.addMedia('video');
    await peer.negotiate();
  }
  await peer.flowing('video');
  await peer.together('first');
  const [sender] = peer.connection.getSenders();
  const before = sender.track;
  await sender.replaceTrack(await peer.newTrack('video'));
  before.stop();
  const second = await peer.flowing('video');
  await peer.together('second');
  await sender.replaceTrack(null);
  await peer.together('none');
  await peer.wait(sleep(500), 'what is on its way');
  const still = await peer.inbound('video');
  await peer.wait(sleep(1000), 'a second');
  const later = await peer.inbound('video');
  if (later.frames > still.frames) throw new Error('video still arrives');
  expect(peer.connection.signalingState, 'stable', 'the state');
  expect(peer.descriptions.offers + peer.descriptions.answers, 1, 'the number of negotiations');
  await peer.finish();
  return `${second} of the second track, then none`;
}

/** A channel's priority arrives at the other side, where browsers tell it. */
async function priority(peer) {
  if (peer.role === 'offer') {
    peer.open('high', { priority: 'high' });
    peer.open('low', { priority: 'very-low' });
    await peer.negotiate();
  }
  const high = await peer.channel('high');
  const low = await peer.channel('low');
  const told = high.channel.priority !== undefined;
  if (told) {
    expect(high.channel.priority, 'high', 'the priority of the first channel');
    expect(low.channel.priority, 'very-low', 'the priority of the second channel');
  }
  await peer.finish();
  return told ? 'priorities are high and very-low' : 'this party tells no priorities';
}

const TONES = '159#';

/** Tones go both ways: the browser hears those of the other side. */
async function dtmf(peer) {
  if (peer.role === 'offer') {
    await peer.addMedia('audio');
    await peer.negotiate();
  }
  await peer.flowing('audio');
  const [{ receiver, sender }] = peer.connection.getTransceivers();
  const heard = hear(peer, receiver.track, TONES.length);
  await peer.together('listening');
  expect(sender.dtmf.canInsertDTMF, true, 'canInsertDTMF');
  const played = new Promise((resolve) => {
    sender.dtmf.ontonechange = ({ tone }) => { if (!tone) resolve(); };
  });
  sender.dtmf.insertDTMF(TONES, 300, 200);
  await peer.wait(played, 'the last tone');
  expect(await peer.wait(heard, 'hearing the tones'), TONES, 'what was heard');
  await peer.finish();
  return `heard ${TONES}`;
}

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477, 1633];
const KEYS = ['123A', '456B', '789C', '*0#D'];

/** The first `count` keys whose two tones are in the sound of a track. */
async function hear(peer, track, count) {
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  const level = (hertz) => {
    const bin = Math.round((hertz * analyser.fftSize) / context.sampleRate);
    return Math.max(...levels.subarray(bin - 1, bin + 2));
  };
  const strongest = (tones) => tones.map(level).reduce((best, now, index, all) => (now > all[best] ? index : best), 0);
  let keys = '';
  let before = '';
  while (keys.length < count) {
    await peer.wait(sleep(15), 'a moment');
    analyser.getFloatFrequencyData(levels);
    const [low, high] = [strongest(LOW), strongest(HIGH)];
    const pair = [level(LOW[low]), level(HIGH[high])];
    const others = [...LOW.filter((_, index) => index !== low), ...HIGH.filter((_, index) => index !== high)].map(level);
    const clear = Math.min(...pair) > -60 && Math.abs(pair[0] - pair[1]) < 12 && Math.min(...pair) > Math.max(...others) + 12;
    const key = clear ? KEYS[low][high] : '';
    if (key && key !== before) keys += key;
    before = key;
  }
  await context.close();
  return keys;
}

/** The browser sends three encodings of one track. */
async function simulcast(peer) {
  // Smaller pictures are not sent in three sizes.
  const track = await peer.newTrack('video', { width: 1280, height: 720 });
  const sendEncodings = [
    { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
    { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 400_000 },
    { rid: 'f', maxBitrate: 1_200_000 },
  ];
  const { sender } = peer.connection.addTransceiver(track, { direction: 'sendonly', sendEncodings });
  await peer.negotiate();
  const rids = sender.getParameters().encodings.map(({ rid }) => rid).join(' ');
  expect(rids, 'q h f', 'the encodings that were agreed on');
  await peer.finish();
  return `sent ${rids}`;
}

const WORKER = `
  const change = (frame) => {
    const octets = new Uint8Array(frame.data);
    for (let at = 10; at < octets.length; at += 1) octets[at] ^= 0x5a;
    frame.data = octets.buffer;
  };
  onrtctransform = ({ transformer: { readable, writable } }) => readable
    .pipeThrough(new TransformStream({ transform(frame, controller) { change(frame); controller.enqueue(frame); } }))
    .pipeTo(writable);
`;

/** Each side changes all octets but the first ten of what it sends, and changes back what it receives. */
async function encodedTransform(peer) {
  const worker = new Worker(URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' })));
  const install = () => {
    for (const { sender, receiver } of peer.connection.getTransceivers()) {
      sender.transform ??= new RTCRtpScriptTransform(worker, {});
      receiver.transform ??= new RTCRtpScriptTransform(worker, {});
    }
  };
  // Chromium takes a receiver's transform only while the track is new.
  peer.connection.addEventListener('track', install);
  if (peer.role === 'offer') {
    await peer.addMedia('video');
    install();
    await peer.negotiate();
  } else {
    const { answer } = peer;
    peer.answer = async (offer) => { install(); await answer(offer); };
  }
  const video = await peer.flowing('video');
  await peer.finish();
  worker.terminate();
  return `${video}, changed and changed back`;
}
