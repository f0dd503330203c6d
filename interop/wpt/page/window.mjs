// The global object as a window: events, location, timers of a page, reporting of errors.
import { webcrypto } from 'node:crypto';

/** Makes the global object of this process a window at a URL. */
export function installWindow(url) {
  const global = globalThis;
  const bus = new EventTarget();
  const location = new URL(url);

  defineGlobal('window', global);
  for (const name of ['self', 'parent', 'top', 'frames']) defineGlobal(name, global);
  defineGlobal('opener', null);
  defineGlobal('Window', class Window {
    static [Symbol.hasInstance](value) {
      return value === globalThis;
    }
  });
  defineGlobal('location', location);
  defineGlobal('origin', location.origin);
  defineGlobal('isSecureContext', true);
  defineGlobal('addEventListener', (...args) => bus.addEventListener(...args));
  defineGlobal('removeEventListener', (...args) => bus.removeEventListener(...args));
  defineGlobal('dispatchEvent', dispatch);
  defineGlobal('reportError', report);
  defineGlobal('postMessage', post);
  defineGlobal('requestAnimationFrame', (callback) => setTimeout(() => callback(performance.now()), 1000 / 60));
  defineGlobal('cancelAnimationFrame', (handle) => clearTimeout(handle));
  defineGlobal('getComputedStyle', () => ({}));
  // Node 18 has no global `crypto`; other globals of pages are there already.
  if (!global.crypto) defineGlobal('crypto', webcrypto);

  function dispatch(event) {
    const handler = global[`on${event.type}`];
    if (typeof handler === 'function') guarded(() => handler.call(global, event));
    return bus.dispatchEvent(event);
  }

  function guarded(callback) {
    try {
      callback();
    } catch (error) {
      report(error);
    }
  }

  function report(error) {
    const event = new Event('error', { cancelable: true });
    Object.assign(event, { error, message: String(error?.message ?? error), filename: '', lineno: 0, colno: 0 });
    bus.dispatchEvent(event);
  }

  function post(data, options, list) {
    const transfer = Array.isArray(list) ? list : (options?.transfer ?? []);
    const copy = structuredClone(data, { transfer });
    setImmediate(() => dispatch(new MessageEvent('message', { data: copy, source: global, origin: location.origin })));
  }
}

/** Defines a property of the global object as a page has it. */
export function defineGlobal(name, value) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

/**
 * Sends exceptions and rejections that nobody caught to the window, as a browser does.
 *
 * @param {(error: unknown) => boolean} ofScript whether an error comes from a script of the page; others are given to `onInternal`
 */
export function watchErrors(ofScript, onInternal) {
  const handledLater = new WeakSet();
  process.on('rejectionHandled', (promise) => handledLater.add(promise));
  process.on('uncaughtException', (error) => (ofScript(error) ? globalThis.reportError(error) : onInternal(error)));
  process.on('unhandledRejection', (reason, promise) => {
    // HTML notifies about rejections when the task has ended; until then the script may handle them.
    setImmediate(() => {
      if (handledLater.has(promise)) return;
      if (!ofScript(reason)) return onInternal(reason);
      const event = Object.assign(new Event('unhandledrejection', { cancelable: true }), { reason, promise });
      globalThis.dispatchEvent(event);
    });
  });
}
