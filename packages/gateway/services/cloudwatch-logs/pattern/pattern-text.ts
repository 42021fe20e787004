/** Reads a filter pattern from left to right. */
import { RE2JS } from 're2js';

/** Tests whether a line matches a filter pattern. */
export type LinePattern = (message: string) => boolean;

export class InvalidPattern extends Error {
  override readonly name = 'InvalidPattern';
  readonly code = 'FILTER_PATTERN';
}

/** A term without quotes that contains a character other than letters, digits and the underscore. */
export class InvalidTerm extends InvalidPattern {
  constructor(term: string) {
    super(`Invalid character(s) in term '${term}'`);
  }
}

/** AWS supports only a few operators and no sub-patterns ("Supported regular expressions (regex) syntax"). */
const ALLOWED_IN_REGEX = /^[A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.\s]*$/;

export class PatternText {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#skipBlanks();
  }

  get isOver(): boolean {
    return this.#at >= this.#source.length;
  }

  sees(word: string): boolean {
    return this.#source.startsWith(word, this.#at);
  }

  /** Consumes a word and the blanks after it if the word comes next. */
  take(word: string): boolean {
    if (!this.sees(word)) return false;
    this.#at += word.length;
    this.#skipBlanks();
    return true;
  }

  /** Consumes `word`, in any case, if it is the next whole word. Returns whether it was consumed. */
  takeWord(word: string): boolean {
    const found = this.match(/[A-Za-z]+/y, true);
    if (found?.toUpperCase() !== word) return false;
    this.#at += found.length;
    this.#skipBlanks();
    return true;
  }

  /**
   * Consumes the text that `shape` matches at the current position, and returns it.
   * @param peeks whether the text is only returned and not consumed
   */
  match(shape: RegExp, peeks = false): string | undefined {
    shape.lastIndex = this.#at;
    const [found] = shape.exec(this.#source) ?? [];
    if (found === undefined || peeks) return found;
    this.#at += found.length;
    this.#skipBlanks();
    return found;
  }

  /** Reads the content of `"…"`, in which `\"` is a quote. Returns undefined if the next character is not a quote. */
  quoted(): string | undefined {
    const found = this.match(/"(?:[^"\\]|\\.)*"/y);
    if (found === undefined && this.sees('"')) this.fail('a quote is not closed');
    return found?.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  /** Reads `%…%`. Returns undefined if the next character is not a percent sign. */
  regex(): RE2JS | undefined {
    const found = this.match(/%(?:[^%\\]|\\.)*%/y);
    if (found === undefined) return this.sees('%') ? this.fail('a % is not closed') : undefined;
    const source = found.slice(1, -1);
    if (!ALLOWED_IN_REGEX.test(source))
      this.fail(`${found} contains characters that are not allowed in the regex of a filter pattern`);
    try {
      return RE2JS.compile(source);
    } catch {
      return this.fail(`${found} is not a valid regular expression`);
    }
  }

  expect(word: string): void {
    if (!this.take(word)) this.fail(`"${word}" is expected at character ${this.#at + 1}`);
  }

  fail(reason: string): never {
    throw new InvalidPattern(reason);
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#source[this.#at] ?? '')) this.#at += 1;
  }
}
