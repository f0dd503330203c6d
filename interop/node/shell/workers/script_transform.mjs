// RTCRtpScriptTransform in the window: its other half is RTCRtpScriptTransformer in a worker, at the end of a message port.
import { controlOf } from './worker.mjs';

/** The constructor, and where the addon's frames and events for transforms go. */
export function scriptTransforms(objects, call) {
  const ports = new Map();

  function construct([worker, options, transfer], newTarget) {
    const { port1, port2 } = new MessageChannel();
    try {
      controlOf(worker).postMessage({ port: port2, options }, [port2, ...(transfer ?? [])]);
    } catch (error) {
      port1.close();
      throw error; // DataCloneError
    }
    const object = call('new RTCRtpScriptTransform', null, []);
    if (newTarget.prototype !== Object.getPrototypeOf(object)) Object.setPrototypeOf(object, newTarget.prototype);
    const { id } = objects.inside(object);
    ports.set(id, port1);
    port1.on('message', (message) => answer(id, port1, message));
    port1.unref();
    return object;
  }

  function answer(id, port, { write, request }) {
    if (write) call('RTCRtpScriptTransformer.write', id, [write], true);
    if (!request) return;
    const { number, operation, values } = request;
    const reply = (fulfilled, value) => port.postMessage({ reply: { number, fulfilled, value } });
    const failed = ({ name, message }) => reply(false, { name, message });
    try {
      call(`RTCRtpScriptTransformer.${operation}`, id, values).then((value) => reply(true, value), failed);
    } catch (error) {
      failed(error);
    }
  }

  return {
    constructors: { RTCRtpScriptTransform: construct },
    /** An encoded frame for a transform. */
    onFrame: (id, frame) => ports.get(id)?.postMessage({ frame }, frame.data ? [frame.data] : []),
    /** An event for the transformer; whether it was one. */
    onEvent(id, type, init) {
      ports.get(id)?.postMessage({ event: { type, init } });
      return ports.has(id);
    },
  };
}
