// Elements and the document, as far as scripts of pages without layout use them.
import { defineGlobal } from './window.mjs';

export class Element extends EventTarget {
  children = [];
  childNodes = this.children;
  parentElement = null;
  parentNode = null;
  style = {};
  attributes = {};
  classList = { add() {}, remove() {}, contains: () => false };

  appendChild(child) {
    if (child instanceof Element) {
      child.remove();
      child.parentElement = child.parentNode = this;
      this.children.push(child);
      child.connected?.();
    }
    return child;
  }
  append(...children) {
    for (const child of children) this.appendChild(child);
  }
  insertBefore(child) {
    return this.appendChild(child);
  }
  removeChild(child) {
    const index = this.children.indexOf(child);
    if (index >= 0) this.children.splice(index, 1);
    if (child) child.parentElement = child.parentNode = null;
    return child;
  }
  remove() {
    this.parentElement?.removeChild(this);
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === 'id') this.id = String(value);
    if (name === 'autoplay') this.autoplay = true;
  }
  setAttributeNS(_, name, value) {
    this.setAttribute(name, value);
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  querySelector() {
    return null;
  }
  querySelectorAll() {
    return [];
  }
  click() {}
  focus() {}
}

/**
 * Makes `document` from the text of a page: elements with attributes, no tree.
 *
 * @param {Record<string, typeof Element>} classes by tag
 */
export function installDocument({ html, url, title }, classes) {
  const make = (tag) => {
    const localName = String(tag).toLowerCase();
    const element = new (classes[localName] ?? Element)();
    return Object.assign(element, { tagName: localName.toUpperCase(), nodeName: localName.toUpperCase(), localName });
  };
  const elements = [];
  for (const [, tag, attributes] of html.matchAll(/<(video|audio|canvas|div|span|button|iframe|p|img)\b([^>]*)>/gi)) {
    const element = make(tag);
    for (const [name, value] of attributesOf(attributes)) element.setAttribute(name, value);
    elements.push(element);
    if (element.id && !(element.id in globalThis)) defineGlobal(element.id, element);
  }
  const metas = [...html.matchAll(/<meta\b([^>]*)>/gi)].map(([, text]) => {
    const { name = '', content = '' } = Object.fromEntries(attributesOf(text));
    return { name, content };
  });
  const byTag = (tag) => {
    if (tag === 'meta') return metas;
    if (tag === 'title') return title ? [{ firstChild: { data: title } }] : [];
    return elements.filter(({ localName }) => localName === tag);
  };
  const bySelector = (selector) => elements.filter(({ localName, id }) => localName === selector || `#${id}` === selector);
  const document = Object.assign(new Element(), {
    title,
    URL: url,
    readyState: 'loading',
    visibilityState: 'visible',
    hidden: false,
    defaultView: globalThis,
    documentElement: make('html'),
    head: make('head'),
    body: make('body'),
    hasFocus: () => true,
    createElement: make,
    createElementNS: (_, tag) => make(tag),
    createTextNode: (data) => Object.assign(new Element(), { data }),
    getElementById: (id) => elements.find((element) => element.id === id) ?? null,
    getElementsByTagName: byTag,
    querySelectorAll: bySelector,
    querySelector: (selector) => bySelector(selector)[0] ?? null,
  });
  defineGlobal('document', document);
  return document;
}

function attributesOf(text) {
  return [...text.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)].map(([, name, ...values]) => [
    name,
    values.find((value) => value !== undefined) ?? '',
  ]);
}

/** Event handler attributes of elements: `names` without `on`. */
export function defineHandlers(prototype, names) {
  for (const name of names) {
    const key = Symbol(name);
    Object.defineProperty(prototype, `on${name}`, {
      configurable: true,
      enumerable: true,
      get() {
        return this[key]?.callback ?? null;
      },
      set(callback) {
        if (!this[key]) {
          this[key] = {};
          this.addEventListener(name, (event) => this[key].callback?.call(this, event));
        }
        this[key].callback = typeof callback === 'function' ? callback : null;
      },
    });
  }
}
