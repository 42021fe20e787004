/**
 * Reads keys and values of a JSON body up to its first fault. AWS inspects a body that is cut off at the limit, or that
 * ends in garbage, as far as it can be read.
 */
import { unescapePointer } from '@gatewright/aws/json-pointer';
import type { MatchScope } from '../rules/statement.ts';

/**
 * A name or position in a JSON body, linked to its parent. Attack: a body of brackets and digits. Without the links,
 * each digit would need its own list of all positions above it.
 */
type JsonPath = { readonly above: JsonPath | undefined; readonly name: string; readonly depth: number };

type JsonElement = {
  readonly kind: 'key' | 'value';
  /** The path of the element; the path of a key includes the key. It is undefined for the root. */
  readonly path: JsonPath | undefined;
  /** The text has one character per byte. */
  readonly text: string;
};

export type JsonElements = { readonly elements: readonly JsonElement[]; readonly isWhole: boolean };

const MAX_DEPTH = 512;
/** The maximum number of elements. A body of at most 64 KB cannot have more. */
const MAX_ELEMENTS = 65_536;

class Fault extends Error {
  override readonly name = 'Fault';
}

class Scanner {
  readonly elements: JsonElement[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first !== '{' && first !== '[') throw new Fault('the root is neither an object nor an array');
    this.#value(undefined);
    this.#space();
    if (this.#at < this.#text.length) throw new Fault('text after the root');
  }

  #value(path: JsonPath | undefined): void {
    if (depthOf(path) > MAX_DEPTH) throw new Fault('nested too deeply');
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') this.#object(path);
    else if (first === '[') this.#array(path);
    else if (first === '"') this.#note({ kind: 'value', path, text: this.#string() });
    else this.#note({ kind: 'value', path, text: this.#word() });
  }

  /** Reads an object. Missing or extra commas and colons are not faults (developer guide, "JSON body"). */
  #object(path: JsonPath | undefined): void {
    this.#at += 1;
    const names = new Set<string>();
    for (;;) {
      this.#skip(',');
      if (this.#take('}')) return;
      const name = this.#string();
      if (names.has(name)) throw new Fault('a key appears twice');
      names.add(name);
      const inner = below(path, name);
      this.#note({ kind: 'key', path: inner, text: name });
      this.#skip(':');
      this.#value(inner);
    }
  }

  #array(path: JsonPath | undefined): void {
    this.#at += 1;
    for (let index = 0; ; index += 1) {
      this.#skip(',');
      if (this.#take(']')) return;
      this.#value(below(path, String(index)));
    }
  }

  #string(): string {
    const found = /"((?:[ !#-[\]-\u00ff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y;
    found.lastIndex = this.#at;
    const [whole, inner] = found.exec(this.#text) ?? [];
    if (whole === undefined || inner === undefined) throw new Fault('a string is expected');
    this.#at += whole.length;
    return inner.includes('\\') ? decodeEscapes(inner) : inner;
  }

  #word(): string {
    const found = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    found.lastIndex = this.#at;
    const [word] = found.exec(this.#text) ?? [];
    if (word === undefined) throw new Fault('a value is expected');
    this.#at += word.length;
    return word;
  }

  #note(element: JsonElement): void {
    if (this.elements.length >= MAX_ELEMENTS) throw new Fault('too many elements');
    this.elements.push(element);
  }

  #skip(mark: string): void {
    this.#space();
    while (this.#text[this.#at] === mark) {
      this.#at += 1;
      this.#space();
    }
  }

  #take(mark: string): boolean {
    this.#space();
    const isThere = this.#text[this.#at] === mark;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '.')) this.#at += 1;
  }
}

function below(above: JsonPath | undefined, name: string): JsonPath {
  return { above, name, depth: depthOf(above) + 1 };
}

function depthOf(path: JsonPath | undefined): number {
  return path?.depth ?? 0;
}

/**
 * Decodes the escapes of a text. Adjacent escapes are decoded together, so that surrogate pairs stay intact. All other
 * characters are already bytes.
 */
function decodeEscapes(inner: string): string {
  return inner.replace(/(?:\\u[0-9a-f]{4})+|\\[^u]/gi, (escapes) =>
    Buffer.from(String(JSON.parse(`"${escapes}"`)), 'utf8').toString('latin1'),
  );
}

export function readJsonElements(body: string): JsonElements {
  const scanner = new Scanner(body);
  try {
    scanner.run();
    return { elements: scanner.elements, isWhole: true };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { elements: scanner.elements, isWhole: false };
  }
}

/**
 * Selects the elements to inspect.
 * @param pointers JSON pointers (RFC 6901). The key that a pointer names is not inspected itself
 */
export function selectElements(
  { elements }: JsonElements,
  scope: MatchScope,
  pointers: readonly string[] | undefined,
): readonly string[] {
  const wanted = pointers?.map((pointer) => new Below(readPointer(pointer)));
  return elements
    .filter(({ kind }) => scope === 'ALL' || (scope === 'KEY' ? kind === 'key' : kind === 'value'))
    .filter(
      ({ kind, path }) =>
        wanted === undefined ||
        wanted.some((one) => one.has(path) && !(kind === 'key' && depthOf(path) === one.depth)),
    )
    .map(({ text }) => text);
}

function readPointer(pointer: string): readonly string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => Buffer.from(unescapePointer(part), 'utf8').toString('latin1'));
}

/** Tests whether an element is at or below a pointer. Elements of one array or object share the result. */
class Below {
  readonly #pointer: readonly string[];
  readonly #known = new Map<JsonPath, boolean>();

  constructor(pointer: readonly string[]) {
    this.#pointer = pointer;
  }

  get depth(): number {
    return this.#pointer.length;
  }

  has(path: JsonPath | undefined): boolean {
    if (path === undefined || path.depth < this.depth) return false;
    if (path.depth === this.depth) return this.#isAt(path);
    const { above } = path;
    if (above === undefined) return false;
    const known = this.#known.get(above) ?? this.has(above);
    this.#known.set(above, known);
    return known;
  }

  #isAt(path: JsonPath): boolean {
    let at: JsonPath | undefined = path;
    for (let index = this.depth - 1; at !== undefined; index -= 1) {
      if (at.name !== this.#pointer[index]) return false;
      at = at.above;
    }
    return true;
  }
}
