/** The tokens of an expression, and the syntax error that names a token (developer guide, "Using expressions"). */
import { KEYWORDS } from './words.ts';

type TokenKind = 'word' | 'keyword' | 'name' | 'value' | 'digits' | 'sign' | 'end';

type Token = {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

/**
 * The error of an invalid expression. Its message is the part after a prefix such as `Invalid ConditionExpression: `.
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const TOKEN =
  /\s*(?:(?<word>[A-Za-z]\w*)|(?<name>#\w+)|(?<value>:\w+)|(?<digits>\d+)|(?<sign><>|<=|>=|[^\s]))/gy;

export class Tokens {
  readonly #input: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(input: string) {
    this.#input = input;
    this.#tokens = [...input.matchAll(TOKEN)].map(({ groups = {}, index, 0: { length } }): Token => {
      // Groups that did not participate in the match are undefined, although their type does not allow that.
      const found = Object.entries<string | undefined>(groups).find(([, part]) => part !== undefined);
      const [kind = 'sign', text = ''] = found ?? [];
      const end = index + length;
      const isKeyword = kind === 'word' && KEYWORDS.has(text.toUpperCase());
      return { kind: isKeyword ? 'keyword' : (kind as TokenKind), text, start: end - text.length, end };
    });
  }

  get next(): Token {
    return this.#tokenAt(this.#at);
  }

  isAhead(offset: number, sign: string): boolean {
    const { kind, text } = this.#tokenAt(this.#at + offset);
    return kind === 'sign' && text === sign;
  }

  take(): Token {
    const taken = this.next;
    this.#at += 1;
    return taken;
  }

  /** Consumes the next token if it is this symbol. */
  takeSign(sign: string): boolean {
    const isNext = this.isAhead(0, sign);
    if (isNext) this.#at += 1;
    return isNext;
  }

  /**
   * Consumes the next token if it is this keyword. `word` is in capitals; in the expression, the keyword is
   * case-insensitive.
   */
  takeKeyword(word: string): boolean {
    const { kind, text } = this.next;
    const isNext = kind === 'keyword' && text.toUpperCase() === word;
    if (isNext) this.#at += 1;
    return isNext;
  }

  expectSign(sign: string): void {
    if (!this.takeSign(sign)) this.fail();
  }

  expectEnd(): void {
    if (this.next.kind !== 'end') this.fail();
  }

  /**
   * Throws a syntax error that names the next token.
   * @throws ExpressionError
   */
  fail(): never {
    const { kind, text, start } = this.next;
    const before = this.#tokens[this.#at - 1];
    const after = this.#tokens[this.#at + 1];
    const near = this.#input.slice(
      before?.start ?? (kind === 'end' ? 0 : start),
      after?.end ?? this.next.end,
    );
    throw new ExpressionError(`Syntax error; token: "${kind === 'end' ? '<EOF>' : text}", near: "${near}"`);
  }

  #tokenAt(at: number): Token {
    const { length } = this.#input;
    return this.#tokens[at] ?? { kind: 'end', text: '', start: length, end: length };
  }
}
