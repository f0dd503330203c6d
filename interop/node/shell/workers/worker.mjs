// `Worker` of HTML over worker_threads. The worker's global object has what scripts for encoded transforms need.
import { Worker as Thread } from 'node:worker_threads';
import { pack, unpack } from './encoded_frames.mjs';
import { eventHandlerAttribute } from '../events.mjs';

const controls = new WeakMap();

/** The port to the platform's half of a worker. */
export const controlOf = (worker) => controls.get(worker);

/**
 * The class.
 *
 * @param platform `{ objects, classes }`
 * @param {{loader?: string, base?: () => string}} options `loader` is the URL of a module with `load(url)`, which gives the text of a script; it
 *   is used in the worker, too. `base` gives the URL to which others are relative
 */
export function workerClass(platform, { loader, base = () => globalThis.location?.href } = {}) {
  class Worker extends EventTarget {
    #thread;
    #handlers = { handlers: {} };

    constructor(url, { name = '' } = {}) {
      super();
      const { port1, port2 } = new MessageChannel();
      this.#thread = new Thread(new URL('context.mjs', import.meta.url), {
        workerData: { url: new URL(url, base()).href, name, loader, control: port2 },
        transferList: [port2],
      });
      this.#thread.unref();
      port1.unref();
      controls.set(this, port1);
      this.#thread.on('message', (data) => this.dispatchEvent(new MessageEvent('message', { data: unpack(platform, data) })));
      this.#thread.on('messageerror', (data) => this.dispatchEvent(new MessageEvent('messageerror', { data })));
      this.#thread.on('error', (error) => this.#failed(error));
    }

    postMessage(message, transfer) {
      const list = Array.isArray(transfer) ? transfer : (transfer?.transfer ?? []);
      this.#thread.postMessage(pack(platform.objects, message), list);
    }

    terminate() {
      void this.#thread.terminate();
    }

    #failed(error) {
      this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { error, message: String(error?.message ?? error) }));
    }

    static insideOf(worker) {
      return worker.#handlers;
    }
  }
  const { insideOf } = Worker;
  for (const name of ['onmessage', 'onmessageerror', 'onerror']) {
    const accessors = eventHandlerAttribute(name, insideOf);
    Object.defineProperty(Worker.prototype, name, { ...accessors, enumerable: true, configurable: true });
  }
  delete Worker.insideOf;
  return Worker;
}
