// One RTCPeerConnection of one case, its signalling and its measurements.
import { Facts, Queue, sleep, within } from './wait.js';

/** No step of a healthy case takes this long, even on a busy machine. */
export const PATIENCE = 60_000;

export class Peer {
  channels = new Map();
  descriptions = { offers: 0, answers: 0 };
  #waiting = [];
  #facts = new Facts();
  #answers = new Queue();
  #elements = [];
  #streams = [];
  #making = false;
  #ignoring = false;
  #settingAnswer = false;
  /** Whether sections of the peer are answered with tracks of ours. */
  answersWithMedia = true;
  /** Whether candidates may come that are of no description. */
  offersAreTakenBack = false;
  /** What becomes of a description before it is sent. */
  beforeSending = (description) => description;
  /** Answers an offer that was set. */
  answer = async () => {
    await this.connection.setLocalDescription();
    this.sendDescription();
  };

  constructor(spec, send) {
    this.spec = spec;
    this.role = spec.role;
    this.send = send;
    this.started = performance.now();
    this.stopped = new Promise((_, reject) => { this.stop = (why) => reject(new Error(why)); });
    this.stopped.catch(() => {});
    const connection = new RTCPeerConnection(spec.configuration ?? {});
    this.connection = connection;
    connection.onicecandidate = ({ candidate }) => send({ candidate: candidate ? candidate.toJSON() : null });
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'connected') this.#facts.happened('connected', Math.round(performance.now() - this.started));
      if (connection.connectionState === 'failed' && !this.failureIsExpected) this.stop('connectionState failed');
    };
    connection.ondatachannel = ({ channel }) => this.adopt(channel);
    connection.ontrack = ({ track }) => this.#play(track);
  }

  /** A wait that also ends when the case is stopped. */
  wait(promise, what, milliseconds = PATIENCE) {
    return within(Promise.race([promise, this.stopped]), milliseconds, what);
  }

  async handle(message) {
    try {
      if (message.sdp) await this.#description(message.sdp);
      else if ('candidate' in message) await this.#candidate(message.candidate);
      else if (message.step) this.#facts.happened(`step ${message.step}`);
      else if (message.bye) this.#facts.happened('bye');
      else if (message.stop) this.stop('stopped');
    } catch (error) {
      this.stop(`signalling: ${error.message}`);
    }
  }

  /** Perfect negotiation; the party whose role is to answer gives way. */
  async #description(description) {
    const { connection } = this;
    if (connection.signalingState === 'closed') return;
    const offer = description.type === 'offer';
    const ready = !this.#making && (connection.signalingState === 'stable' || this.#settingAnswer);
    this.#ignoring = offer && !ready && this.role === 'offer';
    if (this.#ignoring) return;
    this.#settingAnswer = description.type === 'answer';
    await this.setRemoteDescription(description);
    this.#settingAnswer = false;
    if (description.type === 'offer') {
      this.descriptions.offers += 1;
      if (this.answersWithMedia) await this.#answerMedia();
      await this.answer(description);
    } else {
      this.descriptions.answers += 1;
      this.#answers.push(description);
    }
  }

  async #candidate(candidate) {
    if (this.connection.signalingState === 'closed') return;
    try {
      if (this.connection.remoteDescription) await this.connection.addIceCandidate(candidate ?? undefined);
      else this.#waiting.push(candidate);
    } catch (error) {
      if (!this.connection.remoteDescription) this.#waiting.push(candidate);
      // Candidates of an offer that was taken back may come late.
      else if (!this.#ignoring && !this.offersAreTakenBack && !this.connection.onnegotiationneeded) throw error;
    }
  }

  /** Sets a description and the candidates that waited for it. */
  async setRemoteDescription(description) {
    await this.connection.setRemoteDescription(description);
    for (const candidate of this.#waiting.splice(0)) await this.#candidate(candidate);
  }

  sendDescription(description = this.connection.localDescription) {
    const { type, sdp } = description;
    this.send({ sdp: this.beforeSending({ type, sdp }) });
  }

  /** From now on `negotiationneeded` makes the offers. */
  negotiateWhenNeeded() {
    this.connection.onnegotiationneeded = async () => {
      try {
        this.#making = true;
        await this.connection.setLocalDescription();
        if (this.connection.localDescription.type === 'offer') this.sendDescription();
      } catch (error) {
        this.stop(`negotiation: ${error.message}`);
      } finally {
        this.#making = false;
      }
    };
  }

  /** Every media section that the offer has is answered with a track of ours. */
  async #answerMedia() {
    for (const transceiver of this.connection.getTransceivers()) {
      const open = !transceiver.stopped && transceiver.direction !== 'stopped';
      if (open && transceiver.mid !== null && !transceiver.sender.track) {
        await this.addMedia(transceiver.receiver.track.kind);
      }
    }
  }

  /** Makes an offer and waits until the answer is set. */
  async negotiate() {
    await this.connection.setLocalDescription();
    this.sendDescription();
    return this.nextAnswer();
  }

  /** The next answer or provisional answer, which was set. */
  nextAnswer() {
    return this.wait(this.#answers.next(), 'the answer');
  }

  async newTrack(kind, size) {
    return (await this.#capture(kind, size)).getTracks()[0];
  }

  async #capture(kind, size = { width: 640, height: 480 }) {
    const video = { ...size, frameRate: 25 };
    const stream = await navigator.mediaDevices.getUserMedia(kind === 'video' ? { video } : { audio: true });
    this.#streams.push(stream);
    return stream;
  }

  async addMedia(kind) {
    const stream = await this.#capture(kind);
    const [track] = stream.getTracks();
    this.connection.addTrack(track, stream);
    const codec = this.spec.codec;
    if (kind !== 'video' || !codec) return;
    const { codecs } = RTCRtpReceiver.getCapabilities('video');
    const wanted = ({ mimeType }) => mimeType.toLowerCase() === `video/${codec.toLowerCase()}`;
    const chosen = codecs.filter(wanted);
    const others = codecs.filter((candidate) => !wanted(candidate));
    if (!chosen.length) throw new Error(`this browser has no ${codec}`);
    for (const transceiver of this.connection.getTransceivers()) {
      if (transceiver.receiver.track.kind === 'video') transceiver.setCodecPreferences([...chosen, ...others]);
    }
  }

  #play(track) {
    const element = document.createElement(track.kind);
    element.autoplay = true;
    element.playsInline = true;
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    this.#elements.push(element);
    element.play().catch(() => {});
  }

  open(label, options) {
    return this.adopt(this.connection.createDataChannel(label, options));
  }

  adopt(channel) {
    channel.binaryType = 'arraybuffer';
    const messages = new Queue();
    const entry = { channel, messages, label: channel.label };
    entry.opened = new Promise((resolve) => {
      if (channel.readyState === 'open') resolve();
      else channel.onopen = resolve;
    });
    entry.closed = new Promise((resolve) => { channel.onclose = resolve; });
    entry.receive = (message) => messages.push(message);
    channel.onmessage = ({ data }) => entry.receive(data);
    this.channels.set(channel.label, entry);
    this.#facts.happened(`channel ${channel.label}`, entry);
    return entry;
  }

  /** The channel of this label, made by either side, once it is open. */
  async channel(label) {
    const entry = await this.wait(this.#facts.wait(`channel ${label}`), `channel ${label}`);
    await this.wait(entry.opened, `channel ${label} opening`);
    return entry;
  }

  /**
   * Waits until the other side is ready for a channel. Chromium 156 loses what a page sends at once
   * on a channel that the other side opened, about one time in a hundred, also to itself.
   */
  async ready(entry) {
    const text = await this.wait(entry.messages.next(), 'the other side being ready');
    if (text !== 'ready') throw new Error('the first message is not "ready"');
  }

  /** Sends when there is room. */
  async write(entry, data) {
    const { channel } = entry;
    if (channel.bufferedAmount > 1 << 20) {
      channel.bufferedAmountLowThreshold = 1 << 18;
      const low = new Promise((resolve) => { channel.onbufferedamountlow = resolve; });
      if (channel.bufferedAmount > channel.bufferedAmountLowThreshold) await this.wait(low, 'the send buffer');
    }
    channel.send(data);
  }

  connected() { return this.wait(this.#facts.wait('connected'), 'connecting'); }

  /** Waits until `condition` gives something. */
  async until(condition, what) {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const value = condition();
      if (value) return value;
      if (performance.now() > end) throw new Error(`${what} did not happen`);
      await this.wait(sleep(20), 'a moment');
    }
  }

  /** Tells the other side how far we are, and waits until it is as far. */
  together(name) {
    this.step(name);
    return this.reached(name);
  }

  /** Tells the other side how far we are. */
  step(name) { this.send({ step: name }); }

  /** Waits until the other side is as far. */
  reached(name) { return this.wait(this.#facts.wait(`step ${name}`), `the other side's step ${name}`); }

  otherSideDone() { return this.wait(this.#facts.wait('bye'), `the other side's end`, 3 * PATIENCE); }

  /** Both sides have what they need. */
  async finish() {
    this.send({ bye: true });
    await this.otherSideDone();
  }

  close() {
    this.connection.close();
    for (const element of this.#elements) { element.srcObject = null; element.remove(); }
    for (const stream of this.#streams) for (const track of stream.getTracks()) track.stop();
  }

  async stats() { return [...(await this.connection.getStats()).values()]; }

  async inbound(kind) {
    const all = (await this.stats()).filter((entry) => entry.type === 'inbound-rtp' && entry.kind === kind);
    const sum = (name) => all.reduce((total, entry) => total + (entry[name] ?? 0), 0);
    return { packets: sum('packetsReceived'), frames: sum('framesDecoded'), energy: sum('totalAudioEnergy'), lost: sum('packetsLost'), keyFrames: sum('keyFramesDecoded') };
  }

  /** Waits until the other side's media was received, decoded and is not silence or a still. */
  async flowing(kind) {
    const first = await this.inbound(kind);
    let now = first;
    const enough = () => kind === 'video'
      ? now.frames >= first.frames + 40
      : now.packets >= first.packets + 100 && now.energy > first.energy;
    const end = performance.now() + PATIENCE;
    while (!enough()) {
      if (performance.now() > end) throw new Error(`${kind} did not flow: ${JSON.stringify(now)}`);
      await this.wait(sleep(200), 'a moment');
      now = await this.inbound(kind);
    }
    return kind === 'video'
      ? `${now.frames} frames decoded`
      : `${now.packets} packets, audio energy ${now.energy.toPrecision(3)}`;
  }

  /** The candidate pair in use, as `{ local, remote }` statistics. */
  async selectedPair() {
    const stats = await this.stats();
    const by = (id) => stats.find((entry) => entry.id === id);
    const transport = stats.find((entry) => entry.type === 'transport' && entry.selectedCandidatePairId);
    const pair = transport ? by(transport.selectedCandidatePairId)
      : stats.find((entry) => entry.type === 'candidate-pair' && (entry.selected || (entry.nominated && entry.state === 'succeeded')));
    return pair ? { local: by(pair.localCandidateId), remote: by(pair.remoteCandidateId) } : {};
  }

  /** How the transport was secured, for the result's detail. */
  async security() {
    const transport = (await this.stats()).find((entry) => entry.type === 'transport');
    const version = { FEFC: '1.3', FEFD: '1.2', FEFF: '1.0' }[transport?.tlsVersion?.toUpperCase()] ?? transport?.tlsVersion;
    return { dtls: version, cipher: transport?.dtlsCipher, srtp: transport?.srtpCipher };
  }

  ufrags() {
    const ufrag = (description) => /a=ice-ufrag:(\S+)/.exec(description?.sdp)?.[1];
    return { local: ufrag(this.connection.localDescription), remote: ufrag(this.connection.remoteDescription) };
  }
}
