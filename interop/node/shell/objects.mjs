// The JavaScript objects that stand for objects of the addon, and what they have inside.

/** What an object has inside: the internal slots of the specifications. */
class Inside {
  /**
   * @param {number | null} id the addon's number, or `null` for an object that only JavaScript knows
   * @param {string} interfaceName
   */
  constructor(id, interfaceName) {
    this.id = id;
    this.interface = interfaceName;
    /** Values of attributes. */
    this.attributes = {};
    /** Event handler attributes that were set: name to `{ callback }`. */
    this.handlers = {};
  }
}

/** All objects, by the object and by the addon's number. */
export class Objects {
  #inside = new WeakMap();
  // Strong: the addon may fire events at an object that the script has forgotten.
  #byId = new Map();
  #create;
  #initial;

  /**
   * @param {(interfaceName: string) => object} create makes an object of a class without calling a constructor
   * @param {Record<string, object>} initial attributes that the shell keeps itself, by interface
   */
  constructor(create, initial) {
    this.#create = create;
    this.#initial = initial;
  }

  /** The inside of one of our objects; `undefined` for other values. */
  inside(value) {
    return this.#inside.get(value);
  }

  /** The interface of one of our objects. */
  interfaceOf = (value) => this.#inside.get(value)?.interface;

  byId(id) {
    return this.#byId.get(id);
  }

  /** Gives an object its inside. */
  register(object, id, interfaceName) {
    const inside = new Inside(id, interfaceName);
    Object.assign(inside.attributes, this.#initial[interfaceName]);
    this.#inside.set(object, inside);
    if (id !== null) this.#byId.set(id, object);
    return inside;
  }

  /** The object for a number, made if it is new. */
  obtain(id, interfaceName) {
    const known = id === null ? undefined : this.#byId.get(id);
    if (known) return known;
    const object = this.#create(interfaceName);
    this.register(object, id, interfaceName);
    return object;
  }
}
