/**
 * The PartiQL that ExecuteStatement supports, which is SELECT, INSERT, UPDATE and DELETE on one table, with conditions
 * joined by AND. Source: DynamoDB developer guide, "PartiQL statements for DynamoDB". Other syntax is refused with an
 * error that names the syntax.
 */

/** An invalid or unsupported statement; corresponds to DynamoDB's ValidationException. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
}

/** An attribute value in DynamoDB's JSON. */
export type Value = Readonly<Record<string, unknown>>;

/** A path in parts. `a.b[0]` is `['a', 'b', 0]`. */
export type AttributePath = readonly (string | number)[];

export type Condition =
  | {
      readonly kind: 'compare';
      readonly path: AttributePath;
      readonly operator: string;
      readonly value: Value;
    }
  | { readonly kind: 'between'; readonly path: AttributePath; readonly low: Value; readonly high: Value }
  | { readonly kind: 'in'; readonly path: AttributePath; readonly values: readonly Value[] }
  | {
      readonly kind: 'function';
      readonly name: 'begins_with' | 'contains';
      readonly path: AttributePath;
      readonly value: Value;
    }
  | { readonly kind: 'missing'; readonly path: AttributePath; readonly isMissing: boolean };

export type Statement =
  | {
      readonly kind: 'select';
      readonly table: string;
      readonly index: string | undefined;
      /** The selected paths; undefined means all attributes (`*`). */
      readonly paths: readonly AttributePath[] | undefined;
      readonly where: readonly Condition[];
    }
  | { readonly kind: 'insert'; readonly table: string; readonly item: Readonly<Record<string, Value>> }
  | {
      readonly kind: 'update';
      readonly table: string;
      readonly set: readonly (readonly [AttributePath, Value])[];
      readonly remove: readonly AttributePath[];
      readonly where: readonly Condition[];
      readonly returning: string | undefined;
    }
  | {
      readonly kind: 'delete';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly returning: string | undefined;
    };

type Token = { readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign' | 'end'; readonly text: string };

const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")+)"|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(<=|>=|<>|!=|<<|[?*.,:=<>(){}[\]]))/y;

function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  const text = statement.trimEnd().replace(/;$/, '').trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [, word, name, quoted, number, sign] = TOKEN.exec(text) ?? [];
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('""', '"') });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else throw unsupported(`"${text.slice(at).trim().slice(0, 20)}"`);
  }
  return tokens;
}

function unsupported(what: string): Error {
  return new StatementError(
    `Statement wasn't well formed, or the embedded DynamoDB does not support it: ${what}`,
  );
}

const MAX_NESTING = 32;

/**
 * Parses a statement.
 * @throws StatementError that names the unsupported part
 */
export function parseStatement(statement: string, parameters: readonly Value[]): Statement {
  return new StatementParser(tokenize(statement), parameters).parse();
}

class StatementParser {
  readonly #tokens: readonly Token[];
  readonly #parameters: readonly Value[];
  #at = 0;
  #used = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[], parameters: readonly Value[]) {
    this.#tokens = tokens;
    this.#parameters = parameters;
  }

  parse(): Statement {
    const verb = this.#next().text.toUpperCase();
    const statement = this.#statement(verb);
    if (this.#peek().kind !== 'end') throw unsupported(this.#peek().text);
    if (this.#used !== this.#parameters.length)
      throw new StatementError("Number of parameters in request and statement don't match.");
    return statement;
  }

  #statement(verb: string): Statement {
    switch (verb) {
      case 'SELECT':
        return this.#select();
      case 'INSERT':
        return this.#insert();
      case 'UPDATE':
        return this.#update();
      case 'DELETE': {
        this.#expect('FROM');
        const table = this.#name();
        return { kind: 'delete', table, where: this.#where(), returning: this.#returning() };
      }
      default:
        throw unsupported(verb);
    }
  }

  #select(): Statement {
    const paths = this.#eat('*') ? undefined : this.#list(() => this.#path());
    this.#expect('FROM');
    const table = this.#name();
    const index = this.#eat('.') ? this.#name() : undefined;
    return { kind: 'select', table, index, paths, where: this.#where() };
  }

  #insert(): Statement {
    this.#expect('INTO');
    const table = this.#name();
    this.#expect('VALUE');
    const { M: item } = this.#value();
    if (typeof item !== 'object' || item === null) throw unsupported('a VALUE that is not a document');
    return { kind: 'insert', table, item: item as Readonly<Record<string, Value>> };
  }

  #update(): Statement {
    const table = this.#name();
    const set: [AttributePath, Value][] = [];
    const remove: AttributePath[] = [];
    for (;;) {
      if (this.#eat('SET')) {
        for (const each of this.#list(() => this.#assignment())) set.push(each);
      } else if (this.#eat('REMOVE')) remove.push(...this.#list(() => this.#path()));
      else break;
    }
    if (set.length + remove.length === 0) throw unsupported('UPDATE without SET or REMOVE');
    return { kind: 'update', table, set, remove, where: this.#where(), returning: this.#returning() };
  }

  #assignment(): [AttributePath, Value] {
    const path = this.#path();
    this.#expect('=');
    return [path, this.#value()];
  }

  #where(): readonly Condition[] {
    if (!this.#eat('WHERE')) return [];
    const conditions = [this.#condition()];
    while (this.#eat('AND')) conditions.push(this.#condition());
    return conditions;
  }

  #condition(): Condition {
    const { kind, text } = this.#peek();
    const name = text.toLowerCase();
    if (kind === 'word' && this.#tokens[this.#at + 1]?.text === '(') {
      if (name !== 'begins_with' && name !== 'contains') throw unsupported(`the function ${text}`);
      this.#at += 2;
      const path = this.#path();
      this.#expect(',');
      const value = this.#value();
      this.#expect(')');
      return { kind: 'function', name, path, value };
    }
    if (kind === 'sign') throw unsupported(`a condition that begins with ${text}`);
    const path = this.#path();
    if (this.#eat('BETWEEN')) {
      const low = this.#value();
      this.#expect('AND');
      return { kind: 'between', path, low, high: this.#value() };
    }
    if (this.#eat('IN')) return { kind: 'in', path, values: this.#inList() };
    if (this.#eat('IS')) {
      const isMissing = !this.#eat('NOT');
      this.#expect('MISSING');
      return { kind: 'missing', path, isMissing };
    }
    const operator = this.#next().text;
    if (!['=', '<>', '!=', '<', '<=', '>', '>='].includes(operator)) throw unsupported(operator);
    return { kind: 'compare', path, operator: operator === '!=' ? '<>' : operator, value: this.#value() };
  }

  #inList(): readonly Value[] {
    const close = this.#eat('[') ? ']' : ')';
    if (close === ')') this.#expect('(');
    const values = this.#list(() => this.#value());
    this.#expect(close);
    return values;
  }

  #returning(): string | undefined {
    if (!this.#eat('RETURNING')) return undefined;
    const words = [this.#next(), this.#next()].map(({ text }) => text.toUpperCase());
    this.#expect('*');
    return words.join(' ');
  }

  #value(): Value {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING)
      throw new StatementError('Nesting Levels have exceeded supported limits');
    const value = this.#valueWithin();
    this.#nesting -= 1;
    return value;
  }

  #valueWithin(): Value {
    const { kind, text } = this.#next();
    if (kind === 'text') return { S: text };
    if (kind === 'number') return { N: text };
    if (kind === 'word') {
      const lower = text.toLowerCase();
      if (lower === 'true' || lower === 'false') return { BOOL: lower === 'true' };
      if (lower === 'null') return { NULL: true };
    }
    if (kind !== 'sign') throw unsupported(text === '' ? 'an unterminated value' : text);
    switch (text) {
      case '?':
        return this.#parameter();
      case '{':
        return { M: this.#members() };
      case '[':
        return { L: this.#eat(']') ? [] : this.#closed(']') };
      default:
        throw unsupported(text);
    }
  }

  #parameter(): Value {
    const value = this.#parameters[this.#used];
    this.#used += 1;
    if (value !== undefined) return value;
    throw new StatementError("Number of parameters in request and statement don't match.");
  }

  #closed(close: string): Value[] {
    const values = this.#list(() => this.#value());
    this.#expect(close);
    return values;
  }

  #members(): Record<string, Value> {
    if (this.#eat('}')) return {};
    const members = this.#list((): [string, Value] => {
      const { kind, text } = this.#next();
      if (kind !== 'text' && kind !== 'name') throw unsupported(`the name ${text}`);
      this.#expect(':');
      return [text, this.#value()];
    });
    this.#expect('}');
    return Object.fromEntries(members);
  }

  #path(): AttributePath {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.#eat('.')) path.push(this.#name());
      else if (this.#eat('[')) {
        const { kind, text } = this.#next();
        if (kind !== 'number' || !/^\d{1,9}$/.test(text)) throw unsupported(`[${text}]`);
        path.push(Number(text));
        this.#expect(']');
      } else return path;
    }
  }

  #name(): string {
    const { kind, text } = this.#next();
    if (kind === 'word' || kind === 'name') return text;
    throw unsupported(text === '' ? 'the statement ends where a name is expected' : text);
  }

  #list<T>(read: () => T): T[] {
    const items = [read()];
    while (this.#eat(',')) items.push(read());
    return items;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  /** Consumes a symbol or a case-insensitive word, but never a quoted name. */
  #eat(text: string): boolean {
    const token = this.#peek();
    const isThere = (token.kind === 'sign' || token.kind === 'word') && token.text.toUpperCase() === text;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #expect(text: string): void {
    if (!this.#eat(text)) throw unsupported(`"${this.#peek().text}" where ${text} is expected`);
  }
}
