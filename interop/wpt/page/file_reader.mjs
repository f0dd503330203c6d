// FileReader, which Node lacks.
import { defineHandlers } from './elements.mjs';

export class FileReader extends EventTarget {
  readyState = 0;
  result = null;
  error = null;

  readAsArrayBuffer(blob) {
    this.#read(blob.arrayBuffer());
  }
  readAsText(blob) {
    this.#read(blob.text());
  }

  #read(promise) {
    this.readyState = 1;
    promise.then(
      (result) => this.#done('load', { result }),
      (error) => this.#done('error', { error }),
    );
  }
  #done(type, outcome) {
    Object.assign(this, outcome, { readyState: 2 });
    this.dispatchEvent(new Event(type));
    this.dispatchEvent(new Event('loadend'));
  }
}
defineHandlers(FileReader.prototype, ['load', 'loadend', 'error']);
