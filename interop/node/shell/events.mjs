// Events: their construction from WebIDL, event handler attributes, and firing.
import { reportException } from './errors.mjs';

/** Makes an event; its attributes are the members of its dictionary. */
export function constructEvent({ definitions, objects }, name, type, init, newTarget) {
  const { bubbles = false, cancelable = false, composed = false } = init;
  const event = Reflect.construct(Event, [type, { bubbles, cancelable, composed }], newTarget);
  const inside = objects.register(event, null, name);
  for (const attribute of definitions.attributesOf(name)) {
    inside.attributes[attribute.name] = eventAttribute(attribute.idlType, init[attribute.name], definitions);
  }
  return event;
}

/** The value of an event's attribute: what the dictionary has, or the type's plain value. */
function eventAttribute(type, value, definitions) {
  if (type.generic === 'FrozenArray') return Object.freeze([...(value ?? [])]);
  if (value !== undefined) return value;
  if (type.nullable || type.generic || definitions.interfaces.has(type.idlType)) return null;
  if (/String$/.test(type.idlType)) return '';
  return /short|long|double|float/.test(type.idlType) ? 0 : null;
}

/** An environment whose EventTarget has a method of this name gets events of the platform by it. */
const dispatchTrusted = Symbol.for('stonechat.dispatchTrusted');

/** Makes an event that the addon fires at an object. */
export function makeEvent(platform, target, type, name, init) {
  const { definitions, objects, classes } = platform;
  if (name === 'MessageEvent') return messageEvent(objects.inside(target), type, init);
  const isOurs = classes[name] && definitions.isA(name, 'Event');
  return isOurs ? constructEvent(platform, name, type, init, classes[name]) : new Event(type, init);
}

/** Dispatches an event of the platform, with `checkpoint` after each listener, or at least after the last. */
export function dispatch(target, event, checkpoint) {
  if (target[dispatchTrusted]) target[dispatchTrusted](event, checkpoint);
  else target.dispatchEvent(event);
  checkpoint();
}

/** A message; binary ones are what the channel's `binaryType` says. */
function messageEvent(channel, type, { data }) {
  const blob = data instanceof ArrayBuffer && channel.attributes.binaryType === 'blob';
  return new MessageEvent(type, { data: blob ? new Blob([data]) : data, origin: globalThis.origin ?? '' });
}

/** Defines an event handler attribute such as `onopen` for `open`. */
export function eventHandlerAttribute(name, insideOf) {
  const type = name.slice(2);
  return {
    get() {
      return insideOf(this).handlers[name]?.callback ?? null;
    },
    set(value) {
      const { handlers } = insideOf(this);
      const callback = typeof value === 'function' || (typeof value === 'object' && value !== null) ? value : null;
      if (handlers[name]) {
        handlers[name].callback = callback;
      } else if (callback) {
        // The place among the listeners is that of the first assignment.
        const handler = (handlers[name] = { callback });
        this.addEventListener(type, (event) => invokeHandler(handler.callback, this, event));
      }
    },
  };
}

function invokeHandler(callback, target, event) {
  if (typeof callback !== 'function') return;
  try {
    if (callback.call(target, event) === false && event.cancelable) event.preventDefault();
  } catch (error) {
    reportException(error);
  }
}
