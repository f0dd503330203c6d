// Conversion of JavaScript values to WebIDL types, by the text of https://webidl.spec.whatwg.org/#es-type-mapping. The result is a
// JavaScript value again: numbers in range, enumeration values that exist, dictionaries as plain objects with their defaults.

const INTEGERS = {
  byte: [-128, 127],
  octet: [0, 255],
  short: [-32768, 32767],
  'unsigned short': [0, 65535],
  long: [-(2 ** 31), 2 ** 31 - 1],
  'unsigned long': [0, 2 ** 32 - 1],
  'long long': [-(2 ** 53) + 1, 2 ** 53 - 1],
  'unsigned long long': [0, 2 ** 53 - 1],
};
const FLOATS = new Set(['float', 'double', 'unrestricted float', 'unrestricted double']);
const STRINGS = new Set(['DOMString', 'USVString', 'ByteString', 'CSSOMString']);
const BUFFERS = new Set(['ArrayBuffer', 'ArrayBufferView', 'BufferSource', 'Uint8Array']);
const SEQUENCES = new Set(['sequence', 'FrozenArray', 'ObservableArray']);

/** Converts values by the definitions; knows platform objects through `interfaceOf`. */
export class Converter {
  #definitions;
  #interfaceOf;

  /**
   * @param {import('./definitions.mjs').Definitions} definitions
   * @param {(value: object) => string | undefined} interfaceOf the interface of one of our objects
   */
  constructor(definitions, interfaceOf) {
    this.#definitions = definitions;
    this.#interfaceOf = interfaceOf;
  }

  /** Converts a value to a type; `what` names it in errors. Throws TypeError. */
  convert(type, value, extAttrs, what) {
    if (type.nullable && (value === null || value === undefined)) return null;
    if (type.union) return this.#union(type, value, extAttrs, what);
    if (type.generic) return this.#generic(type, value, extAttrs, what);
    return this.#named(type.idlType, value, [...(extAttrs ?? []), ...(type.extAttrs ?? [])], what);
  }

  /** Reads a dictionary. */
  dictionary(name, value, what) {
    if (value !== undefined && value !== null && !isObject(value)) throw new TypeError(`${what} is not an object`);
    const result = {};
    for (const member of this.#definitions.membersOf(name)) {
      const given = value === undefined || value === null ? undefined : value[member.name];
      if (given !== undefined) result[member.name] = this.convert(member.idlType, given, member.extAttrs, `${name}.${member.name}`);
      else if (member.required) throw new TypeError(`${what}: required member ${member.name} is undefined`);
      else if (member.default) result[member.name] = this.default(member.idlType, member.default);
    }
    return result;
  }

  /** The value that a default of the WebIDL stands for. */
  default(type, { type: kind, value, negative }) {
    switch (kind) {
      case 'sequence':
        return [];
      case 'dictionary':
        return this.dictionary(this.#resolve(type).idlType, undefined, 'default');
      case 'null':
        return null;
      case 'number':
        return Number(value);
      case 'Infinity':
        return negative ? -Infinity : Infinity;
      case 'NaN':
        return NaN;
      default:
        return value;
    }
  }

  /** Which of several types a value is for, as in unions and overloads; an index, or -1. */
  choose(types, value) {
    const resolved = types.flatMap((type, index) => this.#flatten(type).map((flat) => ({ flat, index })));
    const find = (test) => resolved.find(({ flat }) => test(flat))?.index;
    const named = (test) => find((flat) => !flat.generic && test(flat.idlType));
    const isDictionary = (name) => this.#definitions.dictionaries.has(name);
    let found;
    if (value === null || value === undefined) found = find((flat) => flat.nullable) ?? named(isDictionary);
    if (found === undefined && isObject(value)) {
      const own = this.#interfaceOf(value);
      found = own && named((name) => this.#definitions.isA(own, name));
      found ??= named((name) => isPlatform(name, value));
      if (value instanceof ArrayBuffer) found ??= named((name) => name === 'ArrayBuffer' || name === 'BufferSource');
      if (ArrayBuffer.isView(value)) found ??= named((name) => name === 'ArrayBufferView' || name === 'BufferSource');
      if (typeof value === 'function') found ??= named((name) => this.#definitions.callbacks.has(name));
      if (typeof value[Symbol.iterator] === 'function') found ??= find((flat) => SEQUENCES.has(flat.generic));
      found ??= find((flat) => flat.generic === 'record') ?? named((name) => isDictionary(name) || name === 'object');
    }
    if (typeof value === 'boolean') found ??= named((name) => name === 'boolean');
    if (typeof value === 'number') found ??= named((name) => name in INTEGERS || FLOATS.has(name));
    found ??= named((name) => STRINGS.has(name) || this.#definitions.enums.has(name));
    found ??= named((name) => name in INTEGERS || FLOATS.has(name));
    found ??= named((name) => name === 'boolean' || name === 'any');
    return found ?? -1;
  }

  #union(type, value, extAttrs, what) {
    const index = this.choose(type.idlType, value);
    if (index < 0) throw new TypeError(`${what} has none of its types`);
    return this.convert(type.idlType[index], value, extAttrs, what);
  }

  #generic(type, value, extAttrs, what) {
    if (SEQUENCES.has(type.generic)) {
      if (!isObject(value) || typeof value[Symbol.iterator] !== 'function') throw new TypeError(`${what} is not iterable`);
      return Array.from(value, (each) => this.convert(type.idlType[0], each, extAttrs, what));
    }
    if (type.generic === 'record') {
      if (!isObject(value)) throw new TypeError(`${what} is not an object`);
      return Object.fromEntries(Object.keys(value).map((key) => [key, this.convert(type.idlType[1], value[key], extAttrs, what)]));
    }
    return value; // promises
  }

  #named(name, value, extAttrs, what) {
    const { typedefs, enums, dictionaries, callbacks, interfaces } = this.#definitions;
    if (typedefs.has(name)) {
      const { idlType } = typedefs.get(name);
      return this.convert(idlType, value, [...extAttrs, ...(idlType.extAttrs ?? [])], what);
    }
    if (name in INTEGERS) return integer(name, value, extAttrs, what);
    if (FLOATS.has(name)) return float(name, value, what);
    if (STRINGS.has(name)) return string(name, value, what);
    if (BUFFERS.has(name)) return buffer(name, value, what);
    if (name === 'boolean') return Boolean(value);
    if (name === 'any' || name === 'undefined') return value;
    if (name === 'object') {
      if (!isObject(value)) throw new TypeError(`${what} is not an object`);
      return value;
    }
    if (enums.has(name)) {
      const text = string('DOMString', value, what);
      if (!enums.get(name).has(text)) throw new TypeError(`${what}: '${text}' is not a ${name}`);
      return text;
    }
    if (dictionaries.has(name)) return this.dictionary(name, value, what);
    if (callbacks.has(name)) {
      if (typeof value !== 'function') throw new TypeError(`${what} is not a function`);
      return value;
    }
    const own = isObject(value) ? this.#interfaceOf(value) : undefined;
    const fits = interfaces.has(name) ? own !== undefined && this.#definitions.isA(own, name) : isPlatform(name, value);
    if (!fits) throw new TypeError(`${what} is not a ${name}`);
    return value;
  }

  /** A type behind its typedefs. */
  #resolve(type) {
    const behind = !type.generic && !type.union && this.#definitions.typedefs.get(type.idlType);
    return behind ? this.#resolve(behind.idlType) : type;
  }

  /** The types that a union, also one behind typedefs, consists of. */
  #flatten(type) {
    const resolved = this.#resolve(type);
    const flat = resolved.union ? resolved.idlType.flatMap((each) => this.#flatten(each)) : [resolved];
    return type.nullable ? flat.map((each) => ({ ...each, nullable: true })) : flat;
  }
}

export const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Whether a value belongs to a class of the global object (Blob, Worker, CryptoKey, ..). */
function isPlatform(name, value) {
  const known = globalThis[name];
  return typeof known === 'function' && value instanceof known && !BUFFERS.has(name);
}

function integer(name, value, extAttrs, what) {
  const [low, high] = INTEGERS[name];
  const number = Number(value);
  const has = (wanted) => extAttrs.some((attribute) => attribute.name === wanted);
  if (has('EnforceRange')) {
    if (!Number.isFinite(number)) throw new TypeError(`${what} is not a finite number`);
    const whole = Math.trunc(number) + 0;
    if (whole < low || whole > high) throw new TypeError(`${what} is out of range`);
    return whole;
  }
  if (has('Clamp')) return Number.isNaN(number) ? 0 : roundHalfEven(Math.min(high, Math.max(low, number)));
  if (!Number.isFinite(number)) return 0;
  const size = high - low + 1;
  const wrapped = ((Math.trunc(number) % size) + size) % size;
  return wrapped > high ? wrapped - size : wrapped;
}

function roundHalfEven(number) {
  const rounded = Math.round(number);
  return Math.abs(number % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded + 0;
}

function float(name, value, what) {
  const number = Number(value);
  if (!name.startsWith('unrestricted') && !Number.isFinite(number)) throw new TypeError(`${what} is not a finite number`);
  return name.endsWith('float') ? Math.fround(number) : number;
}

function string(name, value, what) {
  if (typeof value === 'symbol') throw new TypeError(`${what} is a symbol`);
  const text = String(value);
  return name === 'USVString' ? wellFormed(text) : text;
}

/** A string without lone surrogates. Node 18 has no `toWellFormed`. */
export function wellFormed(text) {
  if (text.toWellFormed) return text.toWellFormed();
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function buffer(name, value, what) {
  const view = ArrayBuffer.isView(value);
  const fits = name === 'ArrayBufferView' ? view : name === 'ArrayBuffer' ? value instanceof ArrayBuffer : view || value instanceof ArrayBuffer;
  if (!fits) throw new TypeError(`${what} is not a ${name}`);
  return value;
}
