// Event and EventTarget of the DOM. Node's own ones run no microtasks between two listeners of an event, as a browser does when
// its stack is empty; scripts can tell.

/** What the platform dispatches with: trusted, and with a callback after each listener. */
export const dispatchTrusted = Symbol.for('stonechat.dispatchTrusted');

class Flags {
  target = null;
  currentTarget = null;
  phase = 0;
  trusted = false;
  canceled = false;
  stopped = false;
  stoppedImmediately = false;
  passive = false;
}

export class Event {
  static NONE = 0;
  static CAPTURING_PHASE = 1;
  static AT_TARGET = 2;
  static BUBBLING_PHASE = 3;
  #flags = new Flags();
  #type;
  #init;

  constructor(type, init = {}) {
    if (arguments.length === 0) throw new TypeError('an event needs a type');
    const { bubbles, cancelable, composed } = init ?? {};
    this.#type = String(type);
    this.#init = { bubbles: Boolean(bubbles), cancelable: Boolean(cancelable), composed: Boolean(composed) };
    this.#timeStamp = performance.now();
    Object.defineProperty(this, 'isTrusted', { get: () => this.#flags.trusted, enumerable: true });
  }
  #timeStamp;

  get type() {
    return this.#type;
  }
  get target() {
    return this.#flags.target;
  }
  get srcElement() {
    return this.#flags.target;
  }
  get currentTarget() {
    return this.#flags.currentTarget;
  }
  get eventPhase() {
    return this.#flags.phase;
  }
  get bubbles() {
    return this.#init.bubbles;
  }
  get cancelable() {
    return this.#init.cancelable;
  }
  get composed() {
    return this.#init.composed;
  }
  get defaultPrevented() {
    return this.#flags.canceled;
  }
  get returnValue() {
    return !this.#flags.canceled;
  }
  get timeStamp() {
    return this.#timeStamp;
  }
  composedPath() {
    return this.#flags.currentTarget ? [this.#flags.currentTarget] : [];
  }
  preventDefault() {
    if (this.cancelable && !this.#flags.passive) this.#flags.canceled = true;
  }
  stopPropagation() {
    this.#flags.stopped = true;
  }
  stopImmediatePropagation() {
    this.#flags.stopped = this.#flags.stoppedImmediately = true;
  }

  static flagsOf(event) {
    return event.#flags;
  }
}
const { flagsOf } = Event;
delete Event.flagsOf;
Object.defineProperty(Event.prototype, Symbol.toStringTag, { value: 'Event', configurable: true });

export class CustomEvent extends Event {
  #detail;
  constructor(type, init = {}) {
    super(type, init);
    this.#detail = init.detail ?? null;
  }
  get detail() {
    return this.#detail;
  }
}

export class MessageEvent extends Event {
  #init;
  constructor(type, init = {}) {
    super(type, init);
    const { data = null, origin = '', lastEventId = '', source = null, ports = [] } = init;
    this.#init = { data, origin, lastEventId, source, ports: Object.freeze([...ports]) };
  }
  get data() {
    return this.#init.data;
  }
  get origin() {
    return this.#init.origin;
  }
  get lastEventId() {
    return this.#init.lastEventId;
  }
  get source() {
    return this.#init.source;
  }
  get ports() {
    return this.#init.ports;
  }
}

export class EventTarget {
  /** By type. A listener that is removed is marked, since a dispatch may be under way. */
  #listeners = new Map();

  addEventListener(type, callback, options) {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') throw new TypeError('a listener is a function or an object');
    const { capture, once = false, passive = false, signal } = typeof options === 'object' && options ? options : { capture: options };
    if (signal?.aborted) return;
    const list = this.#listeners.get(String(type)) ?? [];
    if (list.some((other) => other.callback === callback && other.capture === Boolean(capture))) return;
    const listener = { callback, capture: Boolean(capture), once, passive, removed: false };
    this.#listeners.set(String(type), [...list, listener]);
    signal?.addEventListener('abort', () => this.removeEventListener(type, callback, capture), { once: true });
  }

  removeEventListener(type, callback, options) {
    const capture = Boolean(typeof options === 'object' && options ? options.capture : options);
    const list = this.#listeners.get(String(type)) ?? [];
    const found = list.find((other) => other.callback === callback && other.capture === capture);
    if (!found) return;
    found.removed = true;
    this.#listeners.set(String(type), list.filter((other) => other !== found));
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError('not an Event');
    return this.#dispatch(event, false, () => {});
  }

  /** For events of the platform. */
  [dispatchTrusted](event, afterEach) {
    return this.#dispatch(event, true, afterEach);
  }

  #dispatch(event, trusted, afterEach) {
    const flags = flagsOf(event);
    if (flags.phase) throw new DOMException('the event is being dispatched', 'InvalidStateError');
    Object.assign(flags, { trusted, target: this, currentTarget: this, phase: Event.AT_TARGET });
    for (const listener of this.#listeners.get(event.type) ?? []) {
      if (listener.removed) continue;
      if (listener.once) this.removeEventListener(event.type, listener.callback, listener.capture);
      flags.passive = listener.passive;
      this.#invoke(listener.callback, event);
      flags.passive = false;
      afterEach();
      if (flags.stoppedImmediately) break;
    }
    Object.assign(flags, { currentTarget: null, phase: Event.NONE, stopped: false, stoppedImmediately: false });
    return !flags.canceled;
  }

  #invoke(callback, event) {
    try {
      if (typeof callback === 'function') callback.call(this, event);
      else callback.handleEvent(event);
    } catch (error) {
      globalThis.reportError(error);
    }
  }
}
Object.defineProperty(EventTarget.prototype, Symbol.toStringTag, { value: 'EventTarget', configurable: true });

/** Makes them those of the global object; to be done before anything derives from the others. */
export function installEvents() {
  for (const [name, value] of Object.entries({ Event, CustomEvent, MessageEvent, EventTarget })) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
