// What the data cases send. Every party makes the same messages from their index alone, so each can
// check what it receives without being told what was sent. PROTOCOL.md holds the definition.

const MULTIPLIER = 2654435761;

/** One step of xorshift32; `state` is not zero. */
function xorshift(state) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

function seed(index) {
  return Math.imul(index + 1, MULTIPLIER) >>> 0;
}

/** Size of message `index` in octets: 0 to 65,536, mostly small. */
export function size(index) {
  if (index === 0) return 0;
  if (index % 2500 === 1 || index % 2500 === 2) return 65536;
  const number = xorshift(seed(index));
  if (index % 50 < 2) return number % 65537;
  if (index % 10 < 2) return number % 4097;
  return number % 257;
}

/** Whether message `index` is text. */
export function isText(index) {
  return (index >> 1) % 2 === 0;
}

/** Which channel message `index` takes: 0 is the ordered one, 1 the unordered one. */
export function channel(index) {
  return index % 2;
}

/** Octets of message `index`; valid UTF-8 if it is text. */
export function content(index) {
  const length = size(index);
  let state = seed(index);
  return isText(index) ? textOctets(state, length) : pattern(state, length);
}

/** `length` octets of xorshift32 from `state`, four little-endian octets a step. */
export function pattern(state, length) {
  const octets = new Uint8Array(length);
  for (let at = 0; at < length; at += 4) {
    state = xorshift(state);
    for (let octet = 0; octet < 4 && at + octet < length; octet += 1) {
      octets[at + octet] = (state >>> (8 * octet)) & 0xff;
    }
  }
  return octets;
}

function textOctets(state, length) {
  const octets = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    state = xorshift(state);
    if (state % 16 === 0 && length - at >= 4) {
      octets.set([0xf0, 0x9f, 0x98, 0x80], at);
      at += 4;
    } else if (state % 16 === 1 && length - at >= 2) {
      octets.set([0xc3, 0xa9], at);
      at += 2;
    } else {
      octets[at] = 97 + (state % 26);
      at += 1;
    }
  }
  return octets;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, entry) => {
  for (let bit = 0; bit < 8; bit += 1) entry = entry & 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1;
  return entry >>> 0;
});

/** CRC-32 (the one of zip and PNG) of `octets`, continued from `crc`. */
export function crc32(octets, crc = 0) {
  crc = ~crc;
  for (let at = 0; at < octets.length; at += 1) crc = TABLE[(crc ^ octets[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const TEXT = Uint8Array.of(0x74);
const BINARY = Uint8Array.of(0x62);

/** Check value of one message: its kind counts as much as its octets. */
export function check(text, octets) {
  return crc32(octets, crc32(text ? TEXT : BINARY));
}

/** What was received on the two channels, as one number each. */
export class Digest {
  ordered = 0;
  unordered = 0;
  count = 0;
  octets = 0;

  add(onOrdered, text, octets) {
    const value = check(text, octets);
    if (onOrdered) this.ordered = (Math.imul(this.ordered, 16777619) ^ value) >>> 0;
    else this.unordered = (this.unordered + value) >>> 0;
    this.count += 1;
    this.octets += octets.length;
  }

  toString() {
    return `${this.count} messages, ${this.octets} octets, ordered ${hex(this.ordered)}, unordered ${hex(this.unordered)}`;
  }
}

function hex(number) {
  return number.toString(16).padStart(8, '0');
}

/** The digest of the first `count` messages. */
export function expected(count) {
  const digest = new Digest();
  for (let index = 0; index < count; index += 1) {
    digest.add(channel(index) === 0, isText(index), content(index));
  }
  return digest;
}

/** Octets of one bulk message, and how message `index` of a bulk transfer starts. */
export const BULK_MESSAGE = 65536;

export function bulkBlock() {
  return pattern(1, BULK_MESSAGE);
}

export function markBulk(block, index) {
  new DataView(block.buffer, block.byteOffset, 4).setUint32(0, index, true);
}
