// <iframe srcdoc>: scripts with a window of their own, in the realm of the page.
import { Element } from './elements.mjs';

/** A window that delivers messages in tasks of their own, until its frame is gone. */
class FrameWindow extends EventTarget {
  onmessage = null;

  constructor(frame, parent) {
    super();
    this.frame = frame;
    this.window = this.self = this;
    this.parent = this.top = parent;
  }

  postMessage(data) {
    const copy = structuredClone(data);
    setImmediate(() => {
      if (!this.frame.isConnected) return;
      const event = new MessageEvent('message', { data: copy });
      this.onmessage?.call(this, event);
      this.dispatchEvent(event);
    });
  }
}

export class HTMLIFrameElement extends Element {
  srcdoc = '';
  contentWindow = null;
  isConnected = false;
  onload = null;

  /** Called when the element comes into the document. */
  connected() {
    this.isConnected = true;
    this.contentWindow = new FrameWindow(this, this.#parentWindow());
    setImmediate(() => this.#load());
  }

  remove() {
    super.remove();
    this.isConnected = false;
  }

  /** The page as scripts in the frame see it: a frame that is gone says nothing any more. */
  #parentWindow() {
    const post = (...args) => {
      if (this.isConnected) globalThis.postMessage(...args);
    };
    return Object.create(globalThis, { postMessage: { value: post } });
  }

  #load() {
    const view = this.contentWindow;
    for (const [, script] of this.srcdoc.matchAll(/<script>([\s\S]*?)<\/script\s*>/gi)) {
      // The names that a script of a frame would find in its own global object.
      const run = new Function('window', 'self', 'parent', 'top', script);
      try {
        run(view, view, view.parent, view.top);
      } catch (error) {
        globalThis.reportError(error);
      }
    }
    const event = new Event('load');
    this.onload?.call(this, event);
    this.dispatchEvent(event);
  }
}
