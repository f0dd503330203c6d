// Waiting with an end: for a time, for a condition, for a queue.

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `promise`, or an error that says what did not happen in time. */
export function within(promise, milliseconds, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took over ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Fails unless what is there is what must be there. */
export function expect(is, must, what) {
  if (is !== must) throw new Error(`${what} is ${is}, not ${must}`);
}

/** A queue that is read with `await queue.next()`. */
export class Queue {
  #items = [];
  #wanted = [];

  push(item) {
    const reader = this.#wanted.shift();
    if (reader) reader(item);
    else this.#items.push(item);
  }

  /** What is there now. */
  drain() { return this.#items.splice(0); }

  next() {
    if (this.#items.length) return Promise.resolve(this.#items.shift());
    return new Promise((resolve) => this.#wanted.push(resolve));
  }
}

/** Facts by name that happen once; anyone may wait for one, before or after. */
export class Facts {
  #facts = new Map();

  #fact(name) {
    if (!this.#facts.has(name)) {
      let settle;
      const promise = new Promise((resolve) => { settle = resolve; });
      this.#facts.set(name, { promise, settle });
    }
    return this.#facts.get(name);
  }

  happened(name, value) { this.#fact(name).settle(value); }

  wait(name) { return this.#fact(name).promise; }
}
