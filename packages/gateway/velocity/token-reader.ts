import { TemplateError } from './java/template-error.ts';
import type { VelocityLexer } from './lexer.ts';
import type { Span, Token, TokenKind } from './tokens.ts';

/**
 * Maximum nesting of blocks, parentheses, literals and strings in strings. Deeper templates would exhaust the stack.
 */
const MAX_TEMPLATE_DEPTH = 100;

/**
 * Reads tokens for the parsers and limits the parsers' recursion. Each token is read only when it is needed, because
 * reading may change the lexer's mode.
 */
export class TokenReader {
  readonly #lexer: VelocityLexer;
  #depth: number;
  /** The token that was consumed last. */
  #token: Token;

  /**
   * Creates a reader.
   * @param depth how many strings of other templates the text is nested in
   */
  constructor(lexer: VelocityLexer, depth: number) {
    this.#lexer = lexer;
    this.#depth = depth;
    this.#token = { kind: 'text', image: '', line: 1, column: 1, skipped: [], next: undefined };
  }

  /** Returns the token that is `ahead` tokens after the token that was consumed last. */
  peek(ahead = 1): Token {
    let token = this.#token;
    for (let step = 0; step < ahead; step += 1) token = token.next ??= this.#lexer.next();
    return token;
  }

  is(kind: TokenKind): boolean {
    return this.peek().kind === kind;
  }

  advance(): Token {
    this.#token = this.peek();
    return this.#token;
  }

  skip(kind: TokenKind): boolean {
    const found = this.is(kind);
    if (found) this.advance();
    return found;
  }

  take(kind: TokenKind, expected: string): Token {
    return this.is(kind) ? this.advance() : this.fail(expected);
  }

  fail(expected: string): never {
    const { kind, image, line, column } = this.peek();
    const found = kind === 'eof' ? 'the end of the template' : JSON.stringify(image.slice(0, 40));
    throw new TemplateError('TEMPLATE_SYNTAX', `unexpected ${found}; expected ${expected}`, { line, column });
  }

  nested<Result>(read: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > MAX_TEMPLATE_DEPTH) {
      const { line, column } = this.peek();
      const message = `the template is nested deeper than ${MAX_TEMPLATE_DEPTH} levels; reduce the nesting`;
      throw new TemplateError('TEMPLATE_REFUSED', message, { line, column });
    }
    const result = read();
    this.#depth -= 1;
    return result;
  }

  spanFrom(first: Token): Span {
    return { first, last: this.#token };
  }
}
