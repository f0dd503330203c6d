// Classes for the interfaces of WebIDL: getters read what the addon last said, everything else is a call.
import { reportException } from './errors.mjs';
import { constructEvent, eventHandlerAttribute } from './events.mjs';
import { defineMaplike } from './maplike.mjs';
import { bind, lengthOf } from './webidl/overloads.mjs';

/**
 * Defines the classes of all interfaces in `shell.classes`.
 *
 * @param shell `{ definitions, converter, objects, engine, classes, special }`, where `special` has what the shell does itself:
 *   `constructors` by interface, `operations`, `getters` and `setters` by `Interface.member`
 */
export function defineInterfaces(shell) {
  for (const definition of shell.definitions.inOrder()) {
    const constructor = defineClass(shell, definition);
    shell.classes[definition.name] = constructor;
    defineMembers(shell, definition, constructor);
  }
}

function defineClass(shell, { name, members, inheritance }) {
  const base = inheritance ? (shell.classes[inheritance] ?? globalThis[inheritance]) : null;
  const overloads = members.filter(({ type }) => type === 'constructor');
  const constructor = named(name, function (...given) {
    if (!new.target) throw new TypeError(`Class constructor ${name} cannot be invoked without 'new'`);
    if (!overloads.length) throw new TypeError('Illegal constructor');
    const { values } = bind(shell.converter, overloads, given, `Failed to construct '${name}'`);
    return construct(shell, name, values, new.target);
  });
  Object.defineProperty(constructor, 'length', { value: lengthOf(overloads), configurable: true });
  const prototype = Object.create(base ? base.prototype : Object.prototype);
  if (base) Object.setPrototypeOf(constructor, base);
  Object.defineProperty(constructor, 'prototype', { value: prototype, writable: false, enumerable: false, configurable: false });
  Object.defineProperty(prototype, 'constructor', { value: constructor, writable: true, enumerable: false, configurable: true });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  return constructor;
}

function construct(shell, name, values, newTarget) {
  const { definitions, objects, engine, special } = shell;
  if (special.constructors[name]) return special.constructors[name](values, newTarget);
  if (definitions.isA(name, 'Event')) return constructEvent(shell, name, values[0], values[1] ?? {}, newTarget);
  if (definitions.isA(name, 'DOMException')) return constructException(shell, name, values, newTarget);
  const made = engine.call(`new ${name}`, null, values);
  // What the addon described already has its class; a derived class wants its own prototype.
  if (Object.getPrototypeOf(made) !== newTarget.prototype) Object.setPrototypeOf(made, newTarget.prototype);
  return made;
}

/** Errors with attributes: the first argument is a dictionary of them, or the only one. */
function constructException({ definitions, objects }, name, [first, message], newTarget) {
  const errorName = name === 'RTCError' ? 'OperationError' : name;
  const error = Reflect.construct(DOMException, [message ?? '', errorName], newTarget);
  const { attributes } = objects.register(error, null, name);
  for (const attribute of definitions.attributesOf(name)) {
    attributes[attribute.name] = typeof first === 'object' ? (first[attribute.name] ?? null) : first;
  }
  return error;
}

function defineMembers(shell, definition, constructor) {
  const { prototype } = constructor;
  const operations = new Map();
  for (const member of definition.members) {
    if (member.type === 'attribute') defineAttribute(shell, definition.name, member, prototype);
    else if (member.type === 'maplike') defineMaplike(prototype, (object) => entriesOf(inside(shell, object, definition.name)));
    else if (member.type === 'operation' && member.name) {
      const key = member.special === 'static' ? `::${member.name}` : `.${member.name}`;
      operations.set(key, [...(operations.get(key) ?? []), member]);
    }
  }
  for (const [key, overloads] of operations) {
    const owner = key.startsWith('::') ? constructor : prototype;
    const value = operation(shell, definition.name, key, overloads);
    Object.defineProperty(owner, overloads[0].name, { value, writable: true, enumerable: true, configurable: true });
  }
}

/** The inside of `this`, which has to be of an interface. */
function inside({ definitions, objects }, object, interfaceName) {
  const found = objects.inside(object);
  if (!found || !definitions.isA(found.interface, interfaceName)) throw new TypeError('Illegal invocation');
  return found;
}

/** The entries of a maplike object; they do not change. */
function entriesOf(found) {
  return (found.entries ??= new Map(found.attributes.entries));
}

function defineAttribute(shell, interfaceName, member, prototype) {
  const { name, idlType, extAttrs, readonly } = member;
  const insideOf = (object) => inside(shell, object, interfaceName);
  const computed = shell.special.getters?.[`${interfaceName}.${name}`];
  let accessors;
  if (idlType.idlType === 'EventHandler') {
    accessors = eventHandlerAttribute(name, insideOf);
  } else {
    accessors = {
      get() {
        const found = insideOf(this);
        return computed ? computed(found) : (found.attributes[name] ?? null);
      },
      set(value) {
        const found = insideOf(this);
        const allowed = shell.definitions.enums.get(idlType.idlType);
        if (allowed && !allowed.has(String(value))) return; // an attribute ignores words that its enumeration lacks
        const converted = shell.converter.convert(idlType, value, extAttrs, `${interfaceName}.${name}`);
        const own = shell.special.setters[`${interfaceName}.${name}`];
        if (own) own(found, converted);
        else setAttribute(shell, interfaceName, found, name, converted);
      },
    };
  }
  const get = named(`get ${name}`, accessors.get);
  const set = readonly ? undefined : named(`set ${name}`, accessors.set);
  Object.defineProperty(prototype, name, { get, set, enumerable: true, configurable: true });
}

/** Sets an attribute by the addon: what it says with `set` counts, else the value itself. */
function setAttribute({ engine }, interfaceName, found, name, value) {
  const before = found.attributes[name];
  found.attributes[name] = value;
  try {
    engine.call(`${interfaceName}.${name}=`, found.id, [value], true);
  } catch (error) {
    if (found.attributes[name] === value) found.attributes[name] = before;
    throw error;
  }
}

function operation(shell, interfaceName, key, overloads) {
  const { name, idlType } = overloads[0];
  const isStatic = key.startsWith('::');
  const isPromise = idlType?.generic === 'Promise';
  const nothing = returnsNothing(idlType); // the first overload is the one without callbacks
  const run = (object, given) => {
    const found = isStatic ? null : inside(shell, object, interfaceName);
    const { overload, values } = bind(shell.converter, overloads, given, `Failed to execute '${name}' on '${interfaceName}'`);
    const own = shell.special.operations[interfaceName + key];
    if (own) return own(found, values);
    if (name === 'toJSON') return toJson(shell, overload, found);
    const callbacks = values.filter((_, index) => shell.definitions.callbacks.has(overload.arguments[index]?.idlType.idlType));
    const call = (args) => shell.engine.call(interfaceName + key, found?.id ?? null, args, nothing);
    return callbacks.length ? legacy(call(values.filter((value) => !callbacks.includes(value))), callbacks) : call(values);
  };
  const method = named(name, function (...given) {
    if (!isPromise) return run(this, given);
    try {
      return run(this, given);
    } catch (error) {
      return Promise.reject(error);
    }
  });
  Object.defineProperty(method, 'length', { value: lengthOf(overloads), configurable: true });
  return method;
}

/** Whether an operation returns nothing, or a promise of nothing. */
function returnsNothing(type) {
  const value = type?.generic === 'Promise' ? type.idlType[0] : type;
  return value?.idlType === 'undefined';
}

/** An overload with callbacks returns a promise that is fulfilled already. */
function legacy(promise, [success, failure]) {
  const guarded = (callback) => (value) => {
    try {
      callback?.(value);
    } catch (error) {
      reportException(error);
    }
  };
  promise.then(guarded(success), guarded(failure));
  return Promise.resolve();
}

/** `[Default]` has all attributes, otherwise those that are members of the dictionary that is returned. */
function toJson({ definitions }, { idlType, extAttrs }, found) {
  const all = definitions.attributesOf(found.interface);
  const isDefault = extAttrs.some(({ name }) => name === 'Default');
  const members = new Set(definitions.membersOf(idlType.idlType).map(({ name }) => name));
  const wanted = isDefault ? all.filter(({ idlType: type }) => type.idlType !== 'EventHandler') : all.filter(({ name }) => members.has(name));
  return Object.fromEntries(wanted.map(({ name }) => [name, found.attributes[name] ?? null]));
}

/** Gives a function its name. */
function named(name, method) {
  return Object.defineProperty(method, 'name', { value: name, configurable: true });
}
