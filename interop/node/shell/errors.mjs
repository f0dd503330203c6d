// Errors of the addon as JavaScript wants them.

const PLAIN = { TypeError, RangeError, SyntaxError: undefined };

/** Makes the error that a description stands for. */
export function makeError(classes, description) {
  const { name, message = '' } = description;
  if (PLAIN[name]) return new PLAIN[name](message);
  if (description.errorDetail && classes.RTCError) return new classes.RTCError(description, message);
  if (name === 'OverconstrainedError' && classes.OverconstrainedError) {
    return new classes.OverconstrainedError(description.constraint ?? '', message);
  }
  return new DOMException(message, name);
}

/** Reports an exception of a callback, as HTML does. */
export function reportException(error) {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else setImmediate(() => { throw error; });
}
