// The addon's functions over decoded values: calls, and the task queue, of which each task is a macrotask.

/** Microtasks run after each callback of the platform, as in a browser whose stack is empty then. */
export const checkpoint = () => process._tickCallback();

export class Engine {
  #addon;
  #values;
  #errors;
  #events;
  #pending = new Map();
  #scheduled = false;
  #ended = false;
  #frames;
  #afterEvents;

  /**
   * @param addon the functions of BRIDGE.md
   * @param {import('./values.mjs').Values} values
   * @param {{makeError: (description: object) => Error, fire: (id: number, type: string, name: string, init: object) => void,
   *   afterEvents: () => void, onFrame: (transform: number, frame: object) => void}} hooks
   */
  constructor(addon, values, { makeError, fire, afterEvents, onFrame }) {
    this.#addon = addon;
    this.#values = values;
    this.#errors = makeError;
    this.#events = fire;
    this.#afterEvents = afterEvents;
    this.#frames = onFrame;
  }

  /** Tells the addon the time and begins to take its tasks. */
  start() {
    this.call('clock', null, [performance.timeOrigin + performance.now()]);
    this.#addon.start(() => this.#schedule());
  }

  /**
   * Calls an operation; gives what it returns, throws what it throws. With `nothing`, its value or its promise's is `undefined`, for which
   * the addon says `null`.
   */
  call(op, self, args, nothing = false) {
    while (args.length && args.at(-1) === undefined) args.pop();
    const { json, bins } = this.#values.encode(args);
    const { body, bins: answered } = this.#values.decodeAnswer(this.#addon.call(op, self, json, bins));
    this.#values.apply(body.set, answered);
    if (body.throw) throw this.#errors(body.throw);
    const result = (value) => (nothing ? undefined : this.#values.decode(value, answered));
    if ('p' in body) return new Promise((resolve, reject) => this.#pending.set(body.p, { resolve, reject, nothing }));
    if ('resolve' in body) return Promise.resolve(result(body.resolve));
    if ('reject' in body) return Promise.reject(this.#errors(body.reject));
    return result(body.v);
  }

  /** Ends the addon. */
  shutdown() {
    if (this.#ended) return;
    this.#ended = true;
    this.#addon.shutdown();
  }

  #schedule() {
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    setImmediate(() => this.#task());
  }

  /** Runs one task, step by step, and makes sure that the next one has its turn. */
  #task() {
    this.#scheduled = false;
    let step;
    do {
      if (this.#ended) return;
      const answer = this.#values.decodeAnswer(this.#addon.next());
      if (!answer) return;
      step = answer.body;
      this.#step(step, answer.bins);
    } while (step.more);
    this.#schedule();
  }

  #step({ set, fire, settle, frames }, bins) {
    this.#values.apply(set, bins);
    for (const [id, type, name, init] of fire ?? []) {
      this.#events(id, type, name, this.#values.decode(init ?? {}, bins));
    }
    if (fire?.length) this.#afterEvents();
    for (const [promise, fulfilled, value] of settle ?? []) {
      const pending = this.#pending.get(promise);
      this.#pending.delete(promise);
      if (!pending) continue;
      if (fulfilled) pending.resolve(pending.nothing ? undefined : this.#values.decode(value, bins));
      else pending.reject(this.#errors(value));
      checkpoint();
    }
    for (const [transform, frame] of frames ?? []) this.#frames(transform, this.#values.decode(frame, bins));
  }
}
