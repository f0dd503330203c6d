// Values on their way over the bridge: see BRIDGE.md, "Values".
import { makeError } from './errors.mjs';
import { wellFormed } from './webidl/convert.mjs';

/** Turns converted arguments into JSON and a list of binaries, and answers back into values. */
export class Values {
  #objects;
  #classes;

  /**
   * @param {import('./objects.mjs').Objects} objects
   * @param {Record<string, Function>} classes by interface name, filled later
   */
  constructor(objects, classes) {
    this.#objects = objects;
    this.#classes = classes;
  }

  /** @returns {{json: string, bins: Uint8Array[]}} */
  encode(value) {
    const bins = [];
    return { json: JSON.stringify(this.#encode(value, bins)), bins };
  }

  #encode(value, bins) {
    if (typeof value === 'string') return wellFormed(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    if (typeof value !== 'object' || value === null) return value === undefined ? null : value;
    const inside = this.#objects.inside(value);
    if (inside) return { $: inside.id, i: inside.interface };
    if (value instanceof ArrayBuffer) return { $bin: bins.push(new Uint8Array(value)) - 1 };
    if (ArrayBuffer.isView(value)) return { $bin: bins.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) - 1 };
    if (Array.isArray(value)) return value.map((each) => this.#encode(each, bins));
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([name, member]) => [name, this.#encode(member, bins)]));
  }

  /** What the addon answered: `{json, bins}`, or JSON alone; `null` stays. */
  decodeAnswer(answer) {
    if (answer === null || answer === undefined) return null;
    if (typeof answer === 'string') return { body: JSON.parse(answer), bins: [] };
    return { body: JSON.parse(answer.json), bins: answer.bins ?? [] };
  }

  /** A value of an answer. */
  decode(value, bins) {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each) => this.decode(each, bins));
    if ('$' in value) return this.#object(value, bins);
    if ('$bin' in value) return arrayBufferOf(bins[value.$bin]);
    if ('$err' in value) return makeError(this.#classes, value.$err);
    if ('$num' in value) return Number(value.$num);
    if ('$frozen' in value) return Object.freeze(value.$frozen.map((each) => this.decode(each, bins)));
    const members = Object.entries(value).map(([name, member]) => [name, this.decode(member, bins)]);
    return Object.fromEntries(members);
  }

  #object({ $: id, i: interfaceName, s: attributes }, bins) {
    const object = this.#objects.obtain(id, interfaceName);
    if (attributes) this.describe(object, attributes, bins);
    return object;
  }

  /** Sets attributes of an object from its description. */
  describe(object, attributes, bins) {
    const inside = this.#objects.inside(object);
    for (const [name, value] of Object.entries(attributes)) inside.attributes[name] = this.decode(value, bins);
  }

  /** Applies `set` of an answer: changes of attributes. */
  apply(changes, bins) {
    for (const [id, attribute, value] of changes ?? []) {
      const object = this.#objects.byId(id);
      // An object that the script has not met yet is described as it is then.
      if (object) this.#objects.inside(object).attributes[attribute] = this.decode(value, bins);
    }
  }
}

/** An own `ArrayBuffer` with the octets of a view. */
function arrayBufferOf(octets) {
  if (octets instanceof ArrayBuffer) return octets;
  const { buffer, byteOffset, byteLength } = octets;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer;
  return Uint8Array.prototype.slice.call(octets).buffer;
}
