// The event `addstream`, which browsers still fire behind `track` for each stream that a peer sends.
import { reportException } from './errors.mjs';

export class LegacyEvents {
  #known = new WeakMap();
  #due = [];

  /** Notes the streams of a `track` event at a connection. */
  onTrack(connection, streams) {
    const known = this.#known.get(connection) ?? new WeakSet();
    this.#known.set(connection, known);
    for (const stream of streams) {
      if (known.has(stream)) continue;
      known.add(stream);
      this.#due.push({ connection, stream });
    }
  }

  /** Fires for the streams that are new; called when all `track` events of a step were fired. */
  flush(dispatch) {
    for (const { connection, stream } of this.#due.splice(0)) {
      try {
        dispatch(connection, Object.assign(new Event('addstream'), { stream }));
      } catch (error) {
        reportException(error);
      }
    }
  }
}
