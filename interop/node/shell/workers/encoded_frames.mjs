// RTCEncodedVideoFrame and RTCEncodedAudioFrame, which exist in windows and in workers, and their way through `postMessage`.
import { isObject } from '../webidl/convert.mjs';

const INTERFACES = ['RTCEncodedVideoFrame', 'RTCEncodedAudioFrame'];
/** Marks a frame inside of a message. */
const MARK = 'stonechat.encodedFrame';

/** What defineInterfaces needs to know about frames: constructors, operations and accessors. */
export function encodedFrames({ objects }) {
  const special = { constructors: {}, operations: {}, getters: {}, setters: {} };
  for (const name of INTERFACES) {
    special.constructors[name] = ([original, options], newTarget) => {
      const { attributes } = objects.inside(original);
      const content = { ...attributes, data: attributes.data.slice(0), metadata: { ...attributes.metadata, ...options?.metadata } };
      return makeFrame(objects, newTarget, name, content);
    };
    special.operations[`${name}.getMetadata`] = (found) => structuredClone(found.attributes.metadata);
    special.getters[`${name}.timestamp`] = (found) => found.attributes.metadata.rtpTimestamp ?? 0;
    special.setters[`${name}.data`] = (found, value) => { found.attributes.data = value; };
  }
  return special;
}

/** A frame with `data`, `metadata`, and for video `type`. */
export function makeFrame(objects, constructor, name, content) {
  const frame = Object.create(constructor.prototype);
  Object.assign(objects.register(frame, null, name).attributes, content);
  return frame;
}

/** A message with its frames taken apart: they are serializable objects, which Node does not know. */
export function pack(objects, value, seen = new Map()) {
  return replace(value, seen, (object) => {
    const found = objects.inside(object);
    if (!INTERFACES.includes(found?.interface)) return undefined;
    const { type, data, metadata } = found.attributes;
    return { [MARK]: found.interface, content: { type, data, metadata } };
  });
}

/** The message as it was, with new frames. */
export function unpack({ objects, classes }, value, seen = new Map()) {
  return replace(value, seen, (object) => {
    const name = object[MARK];
    if (!INTERFACES.includes(name)) return undefined;
    return makeFrame(objects, classes[name], name, { ...object.content, data: object.content.data.slice(0) });
  });
}

/** Copies plain objects and arrays where `each` has a substitute for something inside; leaves others as they are. */
function replace(value, seen, each) {
  if (!isObject(value) || typeof value === 'function') return value;
  if (seen.has(value)) return seen.get(value);
  const substitute = each(value);
  if (substitute) return substitute;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return value;
  seen.set(value, value); // a cycle is left as it is
  const entries = Object.entries(value).map(([key, member]) => [key, replace(member, seen, each)]);
  if (entries.every(([key, member]) => member === value[key])) return value;
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}
