/**
 * Defines the values of templates. Velocity runs on Java objects, and their classes affect the result in many places.
 * For example, `7 / 2` is 3, `"1" == 1` compares texts, and a list from JSON is printed as JSON whereas a list literal
 * is not. Types that Java and JavaScript have in common are used directly (null, boolean, String, and Integer as
 * number). All other types are classes in this file.
 */
import type { RenderBudget } from './render-budget.ts';
import { failure } from './template-error.ts';

/** Any value of a template. */
export type JavaValue = null | boolean | string | JavaNumber | JavaObject;

/** A Java number. A plain JavaScript number is a Java Integer and always has at most 32 bits. */
export type JavaNumber = number | JavaLong | JavaDouble | JavaBigInteger | JavaBigDecimal;

/** A value that has methods or properties. */
export type JavaObject =
  | JavaCharacter
  | JavaList
  | JavaMap
  | JavaMapView
  | JavaEntry
  | JavaIterator
  | LoopScope
  | RenderedBlock
  | HostObject;

/**
 * A java.lang.Long.
 *
 * @example
 * ```ts
 * import { compileTemplate, JavaLong } from '@gatewright/velocity';
 *
 * const long = new JavaLong(9_007_199_254_740_993n);
 * compileTemplate('$long', 'long').render({ variables: { long }, undefinedReferences: 'empty' }) // → '9007199254740993'
 * ```
 */
export class JavaLong {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A java.lang.Double. It also represents Float, which no template can create. */
export class JavaDouble {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class JavaBigInteger {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A java.math.BigDecimal: `unscaled` × 10^-`scale`. */
export class JavaBigDecimal {
  readonly unscaled: bigint;
  readonly scale: number;
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }
}

/** One UTF-16 unit, as `charAt` returns it. */
export class JavaCharacter {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/**
 * The kind of a list. `list` is an ArrayList. `json` is a list from JSON, which is printed as JSON. `array` is a Java
 * array, which has a fixed size.
 */
type ListKind = 'list' | 'json' | 'array';

/**
 * A list or array. Its size must be changed only through the methods that count `changes`.
 *
 * @example
 * ```ts
 * import { compileTemplate, JavaList } from '@gatewright/velocity';
 *
 * const list = new JavaList(['a', 'b'], 'list');
 * compileTemplate('$list.size()', 'size').render({ variables: { list }, undefinedReferences: 'empty' }) // → '2'
 * ```
 */
export class JavaList {
  readonly kind: ListKind;
  readonly items: JavaValue[];
  /** Incremented at each change of the size, so that iterators can detect the change. */
  changes = 0;

  constructor(items: JavaValue[], kind: ListKind = 'list') {
    this.items = items;
    this.kind = kind;
  }
}

/** An entry of a map. If its value is set, the map changes. */
export class JavaEntry {
  readonly key: JavaValue;
  value: JavaValue;
  constructor(key: JavaValue, value: JavaValue) {
    this.key = key;
    this.value = value;
  }
}

/**
 * A LinkedHashMap.
 *
 * @example
 * ```ts
 * import { JavaMap } from '@gatewright/velocity';
 *
 * const map = JavaMap.of([['a', 'b']]);
 * map.get('a') // → 'b'
 * map.get('missing') // → null
 * ```
 */
export class JavaMap {
  readonly #entries = new Map<unknown, JavaEntry>();
  changes = 0;

  static of(entries: Iterable<readonly [string, JavaValue]>): JavaMap {
    const map = new JavaMap();
    for (const [key, value] of entries) map.put(key, value);
    return map;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: JavaValue): JavaValue {
    return this.#entries.get(keyIdentity(key))?.value ?? null;
  }

  has(key: JavaValue): boolean {
    return this.#entries.has(keyIdentity(key));
  }

  /** Sets the value of a key. Returns the previous value, or null if there was none. */
  put(key: JavaValue, value: JavaValue): JavaValue {
    const identity = keyIdentity(key);
    const entry = this.#entries.get(identity);
    if (entry === undefined) {
      this.#entries.set(identity, new JavaEntry(key, value));
      this.changes += 1;
      return null;
    }
    const before = entry.value;
    entry.value = value;
    return before;
  }

  remove(key: JavaValue): JavaValue {
    const identity = keyIdentity(key);
    const entry = this.#entries.get(identity);
    if (entry === undefined) return null;
    this.#entries.delete(identity);
    this.changes += 1;
    return entry.value;
  }

  clear(): void {
    this.#entries.clear();
    this.changes += 1;
  }

  entries(): JavaEntry[] {
    return [...this.#entries.values()];
  }
}

/** A map of the gateway that prints nothing. A Java map would print its entries. */
export class SilentMap extends JavaMap {}

/**
 * Returns the identity of a key. Equal keys have equal identities. Collections as keys would need Java's hash codes,
 * but no real template uses such keys.
 */
function keyIdentity(key: JavaValue): unknown {
  if (key instanceof JavaLong) return `\u0000L${key.value}`;
  if (key instanceof JavaDouble) return `\u0000D${key.value}`;
  if (key instanceof JavaBigInteger) return `\u0000I${key.value}`;
  if (key instanceof JavaBigDecimal) return `\u0000B${key.unscaled}/${key.scale}`;
  if (key instanceof JavaCharacter) return `\u0000C${key.value}`;
  return key;
}

/** A live view of a map: `keySet()`, `values()` or `entrySet()`. */
export class JavaMapView {
  readonly map: JavaMap;
  readonly shows: 'keys' | 'values' | 'entries';

  constructor(map: JavaMap, shows: 'keys' | 'values' | 'entries') {
    this.map = map;
    this.shows = shows;
  }

  get items(): JavaValue[] {
    const entries = this.map.entries();
    if (this.shows === 'entries') return entries;
    return entries.map((entry) => (this.shows === 'keys' ? entry.key : entry.value));
  }
}

/** An iterator that fails, like Java's, if its collection has been changed. */
export class JavaIterator {
  readonly #source: JavaList | JavaMapView;
  readonly #watched: JavaList | JavaMap;
  #items: readonly JavaValue[];
  #cursor = 0;
  #changes: number;

  constructor(source: JavaList | JavaMapView) {
    this.#source = source;
    this.#watched = source instanceof JavaMapView ? source.map : source;
    this.#items = source.items;
    this.#changes = this.#watched.changes;
  }

  hasNext(): boolean {
    // Whether there is a next element. For a list, this is false only if the cursor is equal to the current size, as in
    // Java. For a map, it is false if there is no next entry.
    return this.#cursor !== this.#items.length;
  }

  next(): JavaValue {
    this.#check();
    const item = this.#items[this.#cursor];
    if (item === undefined) throw failure('the iterator has no more elements');
    this.#cursor += 1;
    return item;
  }

  remove(): void {
    this.#check();
    if (this.#cursor === 0) throw failure('remove() before next()');
    this.#cursor -= 1;
    if (this.#source instanceof JavaList) {
      this.#source.items.splice(this.#cursor, 1);
    } else {
      const entry = this.#source.map.entries()[this.#cursor];
      if (entry !== undefined) this.#source.map.remove(entry.key);
      this.#items = this.#source.items;
      this.#changes = this.#watched.changes;
    }
  }

  #check(): void {
    if (this.#changes !== this.#watched.changes) {
      throw failure('the collection was changed while it was iterated over');
    }
  }
}

/** The value of `$foreach`, which is the state of one running loop. It also stores values that the template sets. */
export class LoopScope {
  index = -1;
  hasNext = false;
  readonly parent: LoopScope | null;
  /** The value that `$foreach` had before the outermost loop; null for an inner loop. */
  readonly replaced: JavaValue;
  readonly stored = new JavaMap();

  constructor(previous: JavaValue) {
    this.parent = previous instanceof LoopScope ? previous : null;
    this.replaced = previous instanceof LoopScope ? null : previous;
  }

  get topmost(): LoopScope {
    return this.parent?.topmost ?? this;
  }

  get(key: JavaValue): JavaValue {
    return this.stored.has(key) ? this.stored.get(key) : (this.parent?.get(key) ?? null);
  }
}

/** The value of a #define or of `$bodyContent`. It is rendered each time its text is read. */
export class RenderedBlock {
  readonly #text: () => string | null;

  constructor(text: () => string | null) {
    this.#text = text;
  }

  /** Returns the rendered text; null if the block contains itself too often. */
  toText(): string | null {
    return this.#text();
  }
}

/** A method of the gateway. It returns undefined if it does not accept these arguments. */
export type HostMethod = (args: readonly JavaValue[], budget: RenderBudget) => JavaValue | undefined;

/**
 * An object of the gateway, such as `$input`, with exactly the given members.
 *
 * @example
 * ```ts
 * import { compileTemplate, HostObject } from '@gatewright/velocity';
 *
 * const sys = new HostObject('sys', new Map(), new Map([['now', () => '12:00']]));
 * const template = compileTemplate('$sys.now()', 'clock');
 * template.render({ variables: { sys }, undefinedReferences: 'empty' }) // → '12:00'
 * ```
 */
export class HostObject {
  readonly name: string;
  readonly properties: ReadonlyMap<string, () => JavaValue>;
  readonly methods: ReadonlyMap<string, HostMethod>;

  constructor(
    name: string,
    properties: ReadonlyMap<string, () => JavaValue>,
    methods: ReadonlyMap<string, HostMethod>,
  ) {
    this.name = name;
    this.properties = properties;
    this.methods = methods;
  }
}

/** Whether the value is a Number in Java. */
export function isJavaNumber(value: JavaValue): value is JavaNumber {
  return (
    typeof value === 'number' ||
    value instanceof JavaLong ||
    value instanceof JavaDouble ||
    value instanceof JavaBigInteger ||
    value instanceof JavaBigDecimal
  );
}
