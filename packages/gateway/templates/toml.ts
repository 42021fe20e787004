/**
 * Reads TOML 1.0, for samconfig.toml.
 * @see https://toml.io/en/v1.0.0
 */

type TomlValue = string | number | boolean | TomlValue[] | TomlTable;
type TomlTable = { [key: string]: TomlValue };

/** A text that is not TOML, with the line of the fault. */
export class TomlFault extends Error {
  override readonly name = 'TomlFault';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** @throws TomlFault if the text is not TOML */
export function parseToml(text: string): TomlTable {
  return new Reader(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')).read();
}

const MAX_DEPTH = 100;
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const INTEGER =
  /^(?:[+-]?(?:0|[1-9](?:_?\d)*)|0x[\da-fA-F](?:_?[\da-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$/;
const FLOAT = /^[+-]?(?:(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?|inf|nan)$/;
const DATE =
  /^(?:\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d:\d\d(?:\.\d+)?)$/;
const SCALAR = /\d{4}-\d\d-\d\d \d\d:[\d:.+\-Zz]+|[^\s,[\]{}#"'=]+/y;
const CONTROL = /(?![\t\n])\p{Cc}/u;

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** Tables that a header or a dotted key has defined. A header cannot define them again. */
  readonly #defined = new Set<TomlValue>();
  /** Tables that a dotted key has made. Other dotted keys may extend them. */
  readonly #dotted = new Set<TomlValue>();
  /** Inline tables and lists, which nothing may extend. */
  readonly #closed = new Set<TomlValue>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): TomlTable {
    const root: TomlTable = newTable();
    let table = root;
    this.#skipLines();
    while (this.#at < this.#text.length) {
      if (this.#peek() === '[') table = this.#readHeader(root);
      else this.#readPair(table);
      this.#endLine();
      this.#skipLines();
    }
    return root;
  }

  #readHeader(root: TomlTable): TomlTable {
    const isList = this.#text.startsWith('[[', this.#at);
    this.#at += isList ? 2 : 1;
    const path = this.#readKey();
    this.#take(isList ? ']]' : ']');
    const last = path.pop() ?? '';
    const parent = path.reduce((table, key) => this.#enter(table, key), root);
    return isList ? this.#appendTable(parent, last) : this.#openTable(parent, last);
  }

  #appendTable(parent: TomlTable, key: string): TomlTable {
    const list = (parent[key] ??= []);
    if (!Array.isArray(list) || this.#closed.has(list)) this.#fail(`${key} is not an array of tables`);
    const table = newTable();
    list.push(table);
    return table;
  }

  #openTable(parent: TomlTable, key: string): TomlTable {
    const table = (parent[key] ??= newTable());
    if (!isTable(table) || this.#closed.has(table) || this.#defined.has(table))
      this.#fail(`${key} is defined twice`);
    this.#defined.add(table);
    return table;
  }

  /** Returns the table of a key on the way to another; for an array of tables, its last one. */
  #enter(table: TomlTable, key: string): TomlTable {
    const found = (table[key] ??= newTable());
    const inner = Array.isArray(found) && !this.#closed.has(found) ? found.at(-1) : found;
    if (inner === undefined || !isTable(inner) || this.#closed.has(inner))
      this.#fail(`${key} is not a table that can be extended`);
    return inner;
  }

  #readPair(table: TomlTable): void {
    const path = this.#readKey();
    const last = path.pop() ?? '';
    const parent = path.reduce((inner, key) => this.#enterDotted(inner, key), table);
    if (last in parent) this.#fail(`${last} is defined twice`);
    this.#take('=');
    this.#skipBlanks();
    parent[last] = this.#readValue();
  }

  #enterDotted(table: TomlTable, key: string): TomlTable {
    const found = table[key];
    if (Array.isArray(found)) this.#fail(`${key} is a list`);
    if (found !== undefined && this.#defined.has(found) && !this.#dotted.has(found))
      this.#fail(`${key} is defined twice`);
    const inner = this.#enter(table, key);
    if (found === undefined) this.#dotted.add(inner);
    this.#defined.add(inner);
    return inner;
  }

  #readKey(): string[] {
    const path: string[] = [];
    do {
      this.#skipBlanks();
      const quote = this.#peek();
      BARE_KEY.lastIndex = this.#at;
      const bare = BARE_KEY.exec(this.#text)?.[0];
      if (quote === '"' || quote === "'") path.push(this.#readLine(quote));
      else if (bare === undefined) this.#fail('a key is missing');
      else {
        path.push(bare);
        this.#at += bare.length;
      }
      this.#skipBlanks();
    } while (this.#skip('.'));
    return path;
  }

  #readValue(): TomlValue {
    const first = this.#peek();
    if (first === '"' || first === "'") return this.#readText(first);
    if (first === '[' || first === '{') {
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH) this.#fail(`values are nested more than ${MAX_DEPTH} deep`);
      const value = first === '[' ? this.#readList() : this.#readInlineTable();
      this.#depth -= 1;
      this.#closed.add(value);
      return value;
    }
    SCALAR.lastIndex = this.#at;
    const word = SCALAR.exec(this.#text)?.[0] ?? '';
    const value = scalarOf(word);
    if (value === undefined) this.#fail(word === '' ? 'a value is missing' : `${word} is not a value`);
    this.#at += word.length;
    return value;
  }

  #readList(): TomlValue[] {
    const items: TomlValue[] = [];
    this.#at += 1;
    this.#skipLines();
    while (!this.#skip(']')) {
      items.push(this.#readValue());
      this.#skipLines();
      if (!this.#skip(',') && this.#peek() !== ']') this.#fail('expected , or ] in a list');
      this.#skipLines();
    }
    return items;
  }

  #readInlineTable(): TomlTable {
    const table = newTable();
    this.#at += 1;
    this.#skipBlanks();
    if (this.#skip('}')) return table;
    do {
      this.#readPair(table);
      this.#skipBlanks();
    } while (this.#skip(','));
    this.#take('}');
    closeWithin(table, this.#closed);
    return table;
  }

  #readText(quote: string): string {
    return this.#text.startsWith(quote.repeat(3), this.#at) ? this.#readLines(quote) : this.#readLine(quote);
  }

  #readLine(quote: string): string {
    const start = this.#at;
    for (this.#at += 1; this.#peek() !== quote; this.#at += 1) {
      if (this.#peek() === '' || this.#peek() === '\n') this.#fail('a string is not closed');
      if (quote === '"' && this.#peek() === '\\') this.#at += 1;
    }
    this.#at += 1;
    return this.#unescape(this.#text.slice(start + 1, this.#at - 1), quote);
  }

  /** Reads a string over several lines. Up to two quotes may precede the three quotes that close it. */
  #readLines(quote: string): string {
    const start = this.#at + 3 + (this.#text[this.#at + 3] === '\n' ? 1 : 0);
    for (this.#at = start; !this.#text.startsWith(quote.repeat(3), this.#at); this.#at += 1) {
      if (this.#at >= this.#text.length) this.#fail('a string is not closed');
      if (quote === '"' && this.#peek() === '\\') this.#at += 1;
    }
    for (let more = 0; more < 2 && this.#text[this.#at + 3] === quote; more += 1) this.#at += 1;
    const written = this.#text.slice(start, this.#at);
    this.#at += 3;
    return this.#unescape(
      quote === '"' ? written.replace(/(\\\\)|\\[ \t]*\n\s*/g, (_, pair?: string) => pair ?? '') : written,
      quote,
    );
  }

  #unescape(written: string, quote: string): string {
    if (CONTROL.test(written)) this.#fail('a string has a control character that is not escaped');
    if (quote === "'") return written;
    return written.replace(/\\(u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])?/g, (whole, code = '') => {
      const text =
        String(code).length > 1
          ? codePoint(Number.parseInt(String(code).slice(1), 16))
          : ESCAPES[String(code)];
      return text ?? this.#fail(`${whole} is not an escape in a string`);
    });
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #skip(text: string): boolean {
    const is = this.#text.startsWith(text, this.#at);
    if (is) this.#at += text.length;
    return is;
  }

  #take(text: string): void {
    this.#skipBlanks();
    if (!this.#skip(text)) this.#fail(`expected ${text}`);
  }

  #skipBlanks(): void {
    while (this.#peek() === ' ' || this.#peek() === '\t') this.#at += 1;
  }

  #skipLines(): void {
    for (;;) {
      this.#skipBlanks();
      if (this.#peek() === '#') this.#skipComment();
      else if (!this.#skip('\n')) return;
    }
  }

  #skipComment(): void {
    while (this.#peek() !== '\n' && this.#peek() !== '') this.#at += 1;
  }

  #endLine(): void {
    this.#skipBlanks();
    if (this.#peek() === '#') this.#skipComment();
    if (this.#peek() !== '' && !this.#skip('\n')) this.#fail('something follows on the line');
  }

  #fail(message: string): never {
    throw new TomlFault(this.#text.slice(0, this.#at).split('\n').length, message);
  }
}

function newTable(): TomlTable {
  return Object.create(null) as TomlTable;
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Closes the tables that dotted keys made in an inline table, because it is complete. */
function closeWithin(table: TomlTable, closed: Set<TomlValue>): void {
  for (const value of Object.values(table)) {
    if (!isTable(value) || closed.has(value)) continue;
    closed.add(value);
    closeWithin(value, closed);
  }
}

function codePoint(code: number): string | undefined {
  const isCharacter = code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

/** Returns the value of a word; undefined if it is not one. A date is returned as its text. */
function scalarOf(word: string): TomlValue | undefined {
  if (word === 'true' || word === 'false') return word === 'true';
  if (INTEGER.test(word) || (FLOAT.test(word) && !/[fn]$/.test(word)))
    return Number(word.replaceAll('_', ''));
  if (FLOAT.test(word))
    return word.endsWith('nan') ? Number.NaN : word.startsWith('-') ? -Infinity : Infinity;
  return DATE.test(word) ? word : undefined;
}
