// RTCRtpScriptTransformer in a worker: streams of encoded frames between the script and the main thread.
import { constructEvent } from '../events.mjs';
import { defineInterfaces } from '../interfaces.mjs';
import { Objects } from '../objects.mjs';
import { Converter } from '../webidl/convert.mjs';
import { Definitions } from '../webidl/definitions.mjs';
import { offeredInWorkers, readSpecification } from '../webidl/specifications.mjs';
import { encodedFrames, makeFrame } from './encoded_frames.mjs';

/** The classes of a worker: `{ objects, classes, transformEvent }`. */
export function openTransformers() {
  const texts = ['webrtc-encoded-transform', 'basics', 'extensions'].map(readSpecification);
  const definitions = new Definitions(texts, { exposed: 'DedicatedWorker', offered: offeredInWorkers });
  const classes = {};
  const objects = new Objects((name) => Object.create(classes[name].prototype), {});
  const converter = new Converter(definitions, objects.interfaceOf);
  const platform = { definitions, converter, objects, classes };
  const special = encodedFrames(platform);
  const channels = new WeakMap();
  special.operations['RTCRtpScriptTransformer.generateKeyFrame'] = (found, [rid]) => channels.get(found).request('generateKeyFrame', [rid]);
  special.operations['RTCRtpScriptTransformer.sendKeyFrameRequest'] = (found) => channels.get(found).request('sendKeyFrameRequest', []);
  special.constructors.KeyFrameRequestEvent = ([type, rid], newTarget) => {
    return constructEvent(platform, 'KeyFrameRequestEvent', type, { rid }, newTarget);
  };
  defineInterfaces({ ...platform, engine: null, special });

  function transformEvent(port, options) {
    const transformer = Reflect.construct(EventTarget, [], classes.RTCRtpScriptTransformer);
    const found = objects.register(transformer, null, 'RTCRtpScriptTransformer');
    const channel = new Channel(platform, port, transformer);
    channels.set(found, channel);
    Object.assign(found.attributes, { options, readable: channel.readable, writable: channel.writable });
    return constructEvent(platform, 'RTCTransformEvent', 'rtctransform', { transformer }, classes.RTCTransformEvent);
  }
  return { objects, classes, transformEvent };
}

/** The port to the transform in the window. */
class Channel {
  #platform;
  #port;
  #requests = new Map();
  #numbers = 0;
  #tokens = new WeakMap();

  constructor(platform, port, transformer) {
    this.#platform = platform;
    this.#port = port;
    let source;
    this.readable = new ReadableStream({ start: (controller) => { source = controller; } });
    this.writable = new WritableStream({ write: (frame) => this.#write(frame) });
    port.on('message', ({ frame, event, reply }) => {
      if (frame) source.enqueue(this.#frame(frame));
      if (event) transformer.dispatchEvent(this.#event(event));
      if (reply) this.#settle(reply);
    });
  }

  /** Asks the addon; gives a promise. */
  request(operation, values) {
    const number = ++this.#numbers;
    this.#port.postMessage({ request: { number, operation, values } });
    return new Promise((resolve, reject) => this.#requests.set(number, { resolve, reject }));
  }

  #settle({ number, fulfilled, value }) {
    const { resolve, reject } = this.#requests.get(number);
    this.#requests.delete(number);
    if (fulfilled) resolve(value ?? undefined);
    else reject(value.name === 'TypeError' ? new TypeError(value.message) : new DOMException(value.message, value.name));
  }

  #frame({ token, kind, type, data, metadata }) {
    const { objects, classes } = this.#platform;
    const name = kind === 'video' ? 'RTCEncodedVideoFrame' : 'RTCEncodedAudioFrame';
    const frame = makeFrame(objects, classes[name], name, { type, data, metadata: shifted(metadata, -performance.timeOrigin) });
    this.#tokens.set(frame, token);
    return frame;
  }

  #event({ type, init }) {
    const { classes } = this.#platform;
    return constructEvent(this.#platform, 'KeyFrameRequestEvent', type, init, classes.KeyFrameRequestEvent);
  }

  /** Hands a frame back; its data goes with it. */
  #write(frame) {
    const found = this.#platform.objects.inside(frame);
    if (!found || !this.#platform.definitions.interfaces.has(found.interface)) throw new TypeError('not an encoded frame');
    const token = this.#tokens.get(frame);
    const { data, metadata } = found.attributes;
    const write = { token, data, metadata: shifted(metadata, performance.timeOrigin) };
    this.#port.postMessage({ write }, [data]);
  }
}

/** Metadata with its times moved: in a worker they are relative to its beginning. */
function shifted(metadata, offset) {
  const result = { ...metadata };
  for (const name of ['receiveTime', 'captureTime']) if (result[name] !== undefined) result[name] += offset;
  return result;
}
