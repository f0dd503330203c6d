// Overload resolution and conversion of arguments: https://webidl.spec.whatwg.org/#es-overloads.

const required = ({ arguments: list }) => list.filter(({ optional, variadic }) => !optional && !variadic).length;
const longest = ({ arguments: list }) => (list.some(({ variadic }) => variadic) ? Infinity : list.length);

/** The `length` of a function with these overloads. */
export const lengthOf = (overloads) => (overloads.length ? Math.min(...overloads.map(required)) : 0);

/**
 * Picks the overload and converts the arguments.
 *
 * @returns {{overload: object, values: any[]}} optional arguments without a default that were not given are `undefined`
 */
export function bind(converter, overloads, given, what) {
  const overload = pick(converter, overloads, given, what);
  const values = [];
  overload.arguments.forEach((argument, index) => {
    const name = `${what}: argument ${index + 1}`;
    if (argument.variadic) {
      for (let at = index; at < given.length; at++) {
        values.push(converter.convert(argument.idlType, given[at], argument.extAttrs, `${what}: argument ${at + 1}`));
      }
    } else if (given[index] === undefined && argument.optional) {
      values.push(argument.default ? converter.default(argument.idlType, argument.default) : undefined);
    } else {
      values.push(converter.convert(argument.idlType, given[index], argument.extAttrs, name));
    }
  });
  return { overload, values };
}

function pick(converter, overloads, given, what) {
  if (given.length < lengthOf(overloads)) {
    throw new TypeError(`${what}: ${lengthOf(overloads)} arguments required, but only ${given.length} present`);
  }
  if (overloads.length === 1) return overloads[0];
  const count = Math.min(given.length, Math.max(...overloads.map(longest)));
  const fitting = overloads.filter((overload) => required(overload) <= count && count <= longest(overload));
  if (!fitting.length) throw new TypeError(`${what}: no overload takes ${count} arguments`);
  if (fitting.length === 1) return fitting[0];
  const typeAt = ({ arguments: list }, index) => (list[index] ?? list.at(-1)).idlType;
  const distinguishing = [...Array(count).keys()].find((index) => {
    const types = fitting.map((overload) => JSON.stringify(typeAt(overload, index)));
    return new Set(types).size > 1;
  });
  if (distinguishing === undefined) return fitting[0];
  const types = fitting.map((overload) => typeAt(overload, distinguishing));
  const index = converter.choose(types, given[distinguishing]);
  if (index < 0) throw new TypeError(`${what}: argument ${distinguishing + 1} has none of its types`);
  return fitting[index];
}
