// Helpers of iterators, which browsers have and older versions of Node lack: https://tc39.es/ecma262/#sec-iterator-helper-objects.

const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

const helpers = {
  *map(mapper) {
    let index = 0;
    for (const value of this) yield mapper(value, index++);
  },
  *filter(predicate) {
    let index = 0;
    for (const value of this) if (predicate(value, index++)) yield value;
  },
  *take(limit) {
    let left = limit;
    for (const value of this) {
      if (left-- <= 0) return;
      yield value;
    }
  },
  *flatMap(mapper) {
    for (const value of this) yield* mapper(value);
  },
  find(predicate) {
    for (const value of this) if (predicate(value)) return value;
    return undefined;
  },
  some(predicate) {
    for (const value of this) if (predicate(value)) return true;
    return false;
  },
  every(predicate) {
    for (const value of this) if (!predicate(value)) return false;
    return true;
  },
  forEach(callback) {
    for (const value of this) callback(value);
  },
  reduce(...args) {
    return [...this].reduce(...args);
  },
  toArray() {
    return [...this];
  },
};

for (const [name, value] of Object.entries(helpers)) {
  if (!(name in prototype)) Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}
