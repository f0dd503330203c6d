// The first module in a worker thread: makes its global object that of a dedicated worker and runs the script.
import vm from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { pack, unpack } from './encoded_frames.mjs';
import { openTransformers } from './script_transformer.mjs';
import { eventHandlerAttribute } from '../events.mjs';

const { url, name, loader, control } = workerData;
const { load } = loader ? await import(loader) : {};
const global = globalThis;
const bus = new EventTarget();
const handlers = { handlers: {} };

function text(href) {
  if (href.startsWith('data:')) return decodeURIComponent(href.slice(href.indexOf(',') + 1));
  return load(href);
}

function importScripts(...urls) {
  for (const each of urls) {
    const href = new URL(each, url).href;
    new vm.Script(text(href), { filename: href }).runInThisContext();
  }
}

const platform = openTransformers();

/** A property of the global object, which scripts may overwrite. */
const define = (key, value) => Object.defineProperty(global, key, { value, writable: true, configurable: true });

define('self', global);
define('name', name);
define('location', url.startsWith('data:') ? { href: url } : new URL(url));
define('importScripts', importScripts);
define('close', () => process.exit(0));
define('postMessage', (message, transfer) => {
  parentPort.postMessage(pack(platform.objects, message), Array.isArray(transfer) ? transfer : (transfer?.transfer ?? []));
});
for (const method of ['addEventListener', 'removeEventListener', 'dispatchEvent']) define(method, bus[method].bind(bus));
for (const [key, value] of Object.entries(platform.classes)) define(key, value);
for (const handler of ['onmessage', 'onmessageerror', 'onrtctransform']) {
  const accessors = eventHandlerAttribute(handler, () => handlers);
  Object.defineProperty(global, handler, { ...accessors, enumerable: true, configurable: true });
}

importScripts(url);

parentPort.on('message', (data) => bus.dispatchEvent(new MessageEvent('message', { data: unpack(platform, data) })));
control.on('message', ({ port, options }) => bus.dispatchEvent(platform.transformEvent(port, options)));
