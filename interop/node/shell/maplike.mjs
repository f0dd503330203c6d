// `readonly maplike`: https://webidl.spec.whatwg.org/#es-maplike.

/** Defines the members of a readonly maplike with string keys; `entriesOf` gives an object's Map. */
export function defineMaplike(prototype, entriesOf) {
  const define = (name, descriptor) => Object.defineProperty(prototype, name, { enumerable: true, configurable: true, ...descriptor });
  const methods = {
    entries() {
      return entriesOf(this).entries();
    },
    keys() {
      return entriesOf(this).keys();
    },
    values() {
      return entriesOf(this).values();
    },
    get(key) {
      return entriesOf(this).get(String(key));
    },
    has(key) {
      return entriesOf(this).has(String(key));
    },
    forEach(callback, self) {
      entriesOf(this).forEach((value, key) => callback.call(self, value, key, this));
    },
  };
  for (const [name, value] of Object.entries(methods)) define(name, { value, writable: true });
  Object.defineProperty(prototype, Symbol.iterator, { value: methods.entries, writable: true, configurable: true });
  const size = function () {
    return entriesOf(this).size;
  };
  define('size', { get: Object.defineProperty(size, 'name', { value: 'get size' }) });
}
