// What the WebIDL of the specifications defines: interfaces with the members of their partials and mixins, dictionaries,
// enumerations, typedefs and callbacks, each by name.
import { parse } from 'webidl2';

/** The definitions of one or more WebIDL texts, as far as they are exposed to a kind of global object. */
export class Definitions {
  interfaces = new Map();
  dictionaries = new Map();
  enums = new Map();
  typedefs = new Map();
  callbacks = new Set();

  /**
   * @param {string[]} texts WebIDL
   * @param {{exposed: string, offered: (name: string) => boolean}} scope `exposed` is `Window` or `DedicatedWorker`; `offered` says
   *   which interfaces are wanted
   */
  constructor(texts, { exposed, offered }) {
    const mixins = new Map();
    const includes = [];
    for (const definition of texts.flatMap((text) => parse(text))) {
      const { name } = definition;
      switch (definition.type) {
        case 'enum':
          this.enums.set(name, new Set(definition.values.map(({ value }) => value)));
          break;
        case 'typedef':
          this.typedefs.set(name, definition);
          break;
        case 'callback':
          this.callbacks.add(name);
          break;
        case 'dictionary':
          this.#extend(this.dictionaries, definition);
          break;
        case 'interface':
          if (offered(name)) this.#extend(this.interfaces, definition);
          break;
        case 'interface mixin':
          this.#extend(mixins, definition);
          break;
        case 'includes':
          includes.push(definition);
          break;
        default: // namespaces and callback interfaces: none are ours
      }
    }
    for (const { target, includes: mixin } of includes) {
      this.interfaces.get(target)?.members.push(...(mixins.get(mixin)?.members ?? []));
    }
    for (const [name, { whole, extAttrs }] of this.interfaces) {
      if (!whole || !isExposed(extAttrs, exposed)) this.interfaces.delete(name);
    }
  }

  #extend(map, { name, members, inheritance, partial, extAttrs }) {
    const known = map.get(name) ?? { name, members: [], inheritance: null, extAttrs: [], whole: false };
    known.members.push(...members);
    if (!partial) Object.assign(known, { inheritance, extAttrs, whole: true });
    map.set(name, known);
  }

  /** Whether an interface is or inherits another one. */
  isA(name, ancestor) {
    for (let at = name; at; at = this.interfaces.get(at)?.inheritance) if (at === ancestor) return true;
    return false;
  }

  /** The interfaces, ancestors first. */
  *inOrder() {
    const seen = new Set();
    const visit = function* (definition) {
      if (!definition || seen.has(definition.name)) return;
      seen.add(definition.name);
      yield* visit(this.interfaces.get(definition.inheritance));
      yield definition;
    }.bind(this);
    for (const definition of this.interfaces.values()) yield* visit(definition);
  }

  /** The attributes of an interface that are not static, those of ancestors first. */
  attributesOf(name) {
    const definition = this.interfaces.get(name);
    if (!definition) return [];
    const own = definition.members.filter(({ type, special }) => type === 'attribute' && special !== 'static');
    return [...this.attributesOf(definition.inheritance), ...own];
  }

  /** The members of a dictionary in the order in which WebIDL reads them. */
  membersOf(name) {
    const definition = this.dictionaries.get(name);
    if (!definition) return [];
    definition.sorted ??= [...definition.members].sort((a, b) => (a.name < b.name ? -1 : 1));
    return [...this.membersOf(definition.inheritance), ...definition.sorted];
  }
}

function isExposed(extAttrs, scope) {
  const exposed = extAttrs.find(({ name }) => name === 'Exposed');
  if (!exposed) return true;
  const value = exposed.rhs?.value;
  if (exposed.rhs?.type === '*') return true;
  return Array.isArray(value) ? value.some((entry) => entry.value === scope) : value === scope;
}
