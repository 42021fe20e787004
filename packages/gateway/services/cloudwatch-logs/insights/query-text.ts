/** Reads a query of Logs Insights from left to right. Comments (`# …`) count as blanks. */
import { RE2JS } from 're2js';

export class MalformedQuery extends Error {
  override readonly name = 'MalformedQuery';
  readonly code = 'QUERY_SYNTAX';
  /** The offset of the error in the query. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const BLANKS = /(?:\s|#[^\n]*)+/y;
/** Names such as `@message`, `user.name` and `items.0.id`. Other names are in backticks. */
const NAME = /@?[A-Za-z_][A-Za-z0-9_.@]*/y;

export class QueryText {
  readonly #source: string;
  #at = 0;
  /** The position after the last token, before the blanks and comments that follow the token. */
  #end = 0;

  constructor(source: string) {
    this.#source = source;
    this.#skipBlanks();
  }

  get isOver(): boolean {
    return this.#at >= this.#source.length;
  }

  /** Returns the current position. `textFrom` returns the text after an earlier position. */
  get position(): number {
    return this.#at;
  }

  textFrom(position: number): string {
    return this.#source.slice(position, this.#end);
  }

  match(shape: RegExp): string | undefined {
    const found = this.peek(shape);
    if (found !== undefined) this.#pass(found);
    return found;
  }

  peek(shape: RegExp): string | undefined {
    shape.lastIndex = this.#at;
    return shape.exec(this.#source)?.[0];
  }

  take(sign: string): boolean {
    if (!this.#source.startsWith(sign, this.#at)) return false;
    this.#pass(sign);
    return true;
  }

  expect(sign: string): void {
    if (!this.take(sign)) this.fail(`"${sign}" is expected`);
  }

  /** Consumes `word`, in any case, if it is the next whole word. Returns whether it was consumed. */
  takeWord(word: string): boolean {
    const found = this.peek(/[A-Za-z]\w*/y);
    if (found?.toLowerCase() !== word) return false;
    this.#pass(found);
    return true;
  }

  fieldName(): string | undefined {
    const quoted = this.match(/`[^`]+`/y);
    return quoted?.slice(1, -1) ?? this.match(NAME);
  }

  quoted(): string | undefined {
    const found = this.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y);
    return found
      ?.slice(1, -1)
      .replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign === 't' ? '\t' : sign));
  }

  /** Reads `/…/`. Returns undefined if the next character is not a slash. */
  regex(): RE2JS | undefined {
    if (this.peek(/\//y) === undefined) return undefined;
    const found = this.match(/\/(?:[^/\\]|\\.)*\//y);
    if (found === undefined) return this.fail('a / is not closed');
    return compileRegex(found.slice(1, -1).replaceAll('\\/', '/'), (reason) => this.fail(reason));
  }

  /**
   * Throws an error that names the line and the position in the query.
   * @param position the offset of the error in the query
   */
  fail(reason: string, position = this.#at): never {
    const before = this.#source.slice(0, position).split('\n');
    throw new MalformedQuery(
      `${reason} at line ${before.length} and position ${(before.at(-1)?.length ?? 0) + 1}`,
      position,
    );
  }

  #pass(found: string): void {
    this.#at += found.length;
    this.#end = this.#at;
    this.#skipBlanks();
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at;
    this.#at += BLANKS.exec(this.#source)?.[0].length ?? 0;
  }
}

/**
 * Compiles a regular expression. The syntax has no look-around, and matching takes time in proportion to the text.
 * @see packages/gateway/services/waf/rules/pattern.ts
 */
function compileRegex(source: string, fail: (reason: string) => never): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch {
    return fail(`/${source}/ is not a valid RE2 regular expression (no look-around, no backreferences)`);
  }
}
