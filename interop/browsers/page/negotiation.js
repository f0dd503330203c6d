// Cases about offers and answers: glare, rollback, provisional answers, sections used again, bundling.
import { expect } from './wait.js';

export const negotiationCases = {
  'max-bundle': bundled,
  'max-compat': bundled,
  glare,
  rollback,
  pranswer,
  recycle,
  'fingerprint-mismatch': fingerprintMismatch,
  certificate,
};

/** Audio, video and data under a bundle policy. */
async function bundled(peer) {
  if (peer.role === 'offer') {
    await peer.addMedia('audio');
    await peer.addMedia('video');
    peer.open('bundled');
    await peer.negotiate();
  }
  const entry = await peer.channel('bundled');
  if (peer.role === 'offer') await peer.write(entry, 'over it');
  else expect(await peer.wait(entry.messages.next(), 'the message'), 'over it', 'the message');
  const flows = [await peer.flowing('audio'), await peer.flowing('video')];
  const transports = (await peer.stats()).filter(({ type }) => type === 'transport').length;
  expect(transports, 1, 'the number of transports');
  await peer.finish();
  return `${flows.join(', ')}, one transport`;
}

const ROUNDS = 5;

/** Both sides add a section at the same time, again and again. */
async function glare(peer) {
  const { connection } = peer;
  peer.answersWithMedia = false;
  peer.negotiateWhenNeeded();
  for (let round = 0; round < ROUNDS; round += 1) {
    await peer.together(`round ${round}`);
    connection.addTransceiver(round % 2 ? 'video' : 'audio', { direction: 'inactive' });
    const settled = () => connection.signalingState === 'stable'
      && connection.getTransceivers().length === 2 * (round + 1)
      && connection.getTransceivers().every(({ mid, currentDirection }) => mid !== null && currentDirection !== null);
    await peer.until(settled, `round ${round} settling`);
    await peer.together(`settled ${round}`);
  }
  const mids = connection.getTransceivers().map(({ mid }) => mid);
  expect(new Set(mids).size, 2 * ROUNDS, 'the number of sections');
  peer.answersWithMedia = true;
  await peer.finish();
  return `${ROUNDS} collisions, ${mids.length} sections`;
}

/** Both sides take a description back before it counts. */
async function rollback(peer) {
  const { connection } = peer;
  peer.offersAreTakenBack = true;
  if (peer.role === 'offer') {
    const transceiver = connection.addTransceiver('audio', { direction: 'inactive' });
    await connection.setLocalDescription();
    expect(connection.signalingState, 'have-local-offer', 'the state');
    await connection.setLocalDescription({ type: 'rollback' });
    expect(connection.signalingState, 'stable', 'the state after the rollback');
    expect(connection.pendingLocalDescription, null, 'the pending description');
    expect(transceiver.mid, null, 'the mid after the rollback');
    peer.open('rollback');
    await peer.negotiate();
  } else {
    const { answer } = peer;
    peer.answersWithMedia = false;
    peer.answer = async () => {
      expect(connection.getTransceivers().length, 1, 'the number of transceivers');
      // With the candidates that came so far: they go with the description.
      const offer = connection.remoteDescription;
      await connection.setRemoteDescription({ type: 'rollback' });
      expect(connection.signalingState, 'stable', 'the state after the rollback');
      expect(connection.getTransceivers().length, 0, 'the number of transceivers after the rollback');
      await peer.setRemoteDescription(offer);
      await answer();
    };
  }
  const entry = await peer.channel('rollback');
  await begin(peer, entry);
  await peer.finish();
  return 'rolled back, then connected';
}

/** The answerer answers provisionally first. */
async function pranswer(peer) {
  const { connection } = peer;
  if (peer.role === 'answer') {
    peer.answer = async () => {
      const { sdp } = await connection.createAnswer();
      await connection.setLocalDescription({ type: 'pranswer', sdp });
      expect(connection.signalingState, 'have-local-pranswer', 'the state');
      peer.sendDescription();
      await peer.connected();
      await peer.reached('provisional');
      await connection.setLocalDescription({ type: 'answer', sdp });
      expect(connection.signalingState, 'stable', 'the state');
      peer.sendDescription();
    };
  } else {
    peer.open('provisional');
    const first = await peer.negotiate();
    expect(first.type, 'pranswer', 'the first description');
    expect(connection.signalingState, 'have-remote-pranswer', 'the state');
    await peer.connected();
    peer.step('provisional');
    const second = await peer.nextAnswer();
    expect(second.type, 'answer', 'the second description');
    expect(connection.signalingState, 'stable', 'the state');
  }
  const entry = await peer.channel('provisional');
  await begin(peer, entry);
  await peer.finish();
  return 'connected by the provisional answer, then answered';
}

/** A section that was stopped is taken by another transceiver. */
async function recycle(peer) {
  const { connection } = peer;
  const offering = peer.role === 'offer';
  const sections = () => connection.currentLocalDescription.sdp.match(/^m=\S+ \d+/gm);
  if (offering) {
    await peer.addMedia('audio');
    await peer.addMedia('video');
    await peer.negotiate();
  }
  await peer.flowing('video');
  await peer.together('first');
  if (offering) {
    connection.getTransceivers()[1].stop();
    await peer.negotiate();
    expect(sections()[1], 'm=video 0', 'the stopped section');
  }
  await peer.together('stopped');
  if (offering) {
    await peer.addMedia('video');
    await peer.negotiate();
  }
  await peer.together('again');
  const video = await peer.flowing('video');
  expect(sections().length, 2, 'the number of sections');
  await peer.finish();
  return `${video} over the section that was used again`;
}

/** The offer announces another fingerprint than that of the certificate: nobody may connect. */
async function fingerprintMismatch(peer) {
  const { connection } = peer;
  peer.failureIsExpected = true;
  const failed = new Promise((resolve) => {
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'failed') resolve();
    });
  });
  if (peer.role === 'offer') {
    peer.beforeSending = ({ type, sdp }) => ({ type, sdp: sdp.replace(/(a=fingerprint:\S+ )(..)/g, (_, start, first) => start + (first === '00' ? '01' : '00')) });
    peer.open('never');
    await peer.negotiate();
    // Who is not cheated may see the alert or only silence.
    await peer.reached('failed');
    const entry = peer.channels.get('never');
    if (entry.channel.readyState === 'open') throw new Error('the channel opened');
  } else {
    await peer.wait(failed, 'the failure');
    if (peer.channels.size) throw new Error('there is a channel');
    peer.step('failed');
  }
  await peer.finish();
  return 'not connected';
}

/** Certificates: their expiry counts, their fingerprints are those in the description. */
async function certificate(peer) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const own = await RTCPeerConnection.generateCertificate(algorithm);
  const brief = await RTCPeerConnection.generateCertificate({ ...algorithm, expires: 1 });
  await peer.wait(new Promise((resolve) => { setTimeout(resolve, 50); }), 'its expiry');
  let refused = false;
  try {
    new RTCPeerConnection({ certificates: [brief] }).close();
  } catch (error) {
    refused = error.name === 'InvalidAccessError';
  }
  expect(refused, true, 'that an expired certificate is refused');
  if (!(own.expires > Date.now())) throw new Error('a new certificate has expired');
  if (peer.role === 'offer') {
    peer.open('certified');
    await peer.negotiate();
  }
  const entry = await peer.channel('certified');
  await begin(peer, entry);
  await peer.finish();
  return 'an expired certificate is refused, a valid one connects';
}

/** The answerer is ready, the offerer greets and is greeted. */
async function begin(peer, entry) {
  if (peer.role === 'offer') {
    await peer.ready(entry);
    await peer.write(entry, 'hello');
    expect(await peer.wait(entry.messages.next(), 'the greeting'), 'hello', 'the greeting');
  } else {
    await peer.write(entry, 'ready');
    await peer.write(entry, await peer.wait(entry.messages.next(), 'the greeting'));
  }
}
