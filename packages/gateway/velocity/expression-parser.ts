import type { BinaryOperator, Expression, Reference, ReferencePart } from './ast.ts';
import type { TokenReader } from './token-reader.ts';
import type { TokenKind } from './tokens.ts';

const MAX_EXPRESSION_HEIGHT = 500;

/** Binary operators by precedence, lowest first. */
const PRECEDENCE: readonly (readonly TokenKind[])[] = [
  ['or'],
  ['and'],
  ['eq', 'ne'],
  ['lt', 'gt', 'le', 'ge'],
  ['plus', 'minus'],
  ['multiply', 'divide', 'modulo'],
];

const LITERAL_KINDS = {
  string: 'string',
  integer: 'integer',
  float: 'float',
  true: 'true',
  false: 'false',
} as const;

function isLiteral(kind: TokenKind): kind is keyof typeof LITERAL_KINDS {
  return Object.hasOwn(LITERAL_KINDS, kind);
}

function isOperator(kind: TokenKind): kind is BinaryOperator {
  return PRECEDENCE.some((level) => level.includes(kind));
}

/** Parses expressions from tokens shared with the statement parser. */
export class ExpressionParser {
  readonly #tokens: TokenReader;
  readonly #heights = new WeakMap<Expression, number>();

  constructor(tokens: TokenReader) {
    this.#tokens = tokens;
  }

  startsReference(): boolean {
    const { kind } = this.#tokens.peek();
    return kind === 'identifier' || (kind === 'refOpen' && this.#tokens.peek(2).kind === 'identifier');
  }

  reference(): Reference {
    return this.#tokens.nested(() => {
      const first = this.#tokens.peek();
      const isFormal = this.#tokens.skip('refOpen');
      this.#tokens.take('identifier', 'the name of a reference');
      const parts: ReferencePart[] = [];
      this.#indexes(parts);
      while (this.#tokens.is('dot') && this.#tokens.peek(2).kind === 'identifier') {
        this.#tokens.advance();
        parts.push(this.#member());
        this.#indexes(parts);
      }
      if (isFormal) this.#tokens.take('refClose', '"}" to end the reference');
      return { kind: 'reference', parts, ...this.#tokens.spanFrom(first) };
    });
  }

  #indexes(parts: ReferencePart[]): void {
    while (this.#tokens.is('indexOpen')) {
      const first = this.#tokens.advance();
      this.#tokens.skip('whitespace');
      const index = this.#indexValue();
      this.#tokens.skip('whitespace');
      this.#tokens.take('indexClose', '"]" to end the index');
      parts.push({ kind: 'index', index, first });
    }
  }

  #indexValue(): Expression {
    const { kind } = this.#tokens.peek();
    if (this.startsReference()) return this.reference();
    if (isLiteral(kind) && kind !== 'float') return this.#literal(kind);
    return this.#tokens.fail('a string, an integer, a boolean or a reference as index');
  }

  #member(): ReferencePart {
    const first = this.#tokens.advance();
    const name = first.image;
    if (!this.#tokens.is('parenOpen') || !this.#mayStartArguments(this.#tokens.peek(2).kind))
      return { kind: 'property', name, first };
    this.#tokens.advance();
    const args = this.#tokens.is('argumentsClose') ? [] : this.#parameters();
    this.#tokens.take('argumentsClose', '")" or "," after the argument of a method');
    return { kind: 'method', name, args, first };
  }

  #mayStartArguments(kind: TokenKind): boolean {
    return (
      isLiteral(kind) ||
      kind === 'argumentsClose' ||
      kind === 'whitespace' ||
      kind === 'identifier' ||
      kind === 'refOpen' ||
      kind === 'bracketOpen' ||
      kind === 'curlyOpen'
    );
  }

  #parameters(): Expression[] {
    const parameters = [this.#parameter()];
    while (this.#tokens.skip('comma')) parameters.push(this.#parameter());
    return parameters;
  }

  #parameter(): Expression {
    this.#tokens.skip('whitespace');
    const value =
      this.simpleValue() ?? this.#tokens.fail('a string, number, boolean, list, map, range or reference');
    this.#tokens.skip('whitespace');
    return value;
  }

  /**
   * Parses a value that is allowed as an argument. It may be anything except an operation or an expression in
   * parentheses.
   */
  simpleValue(): Expression | undefined {
    const { kind } = this.#tokens.peek();
    if (isLiteral(kind)) return this.#literal(kind);
    if (this.startsReference()) return this.reference();
    if (kind === 'bracketOpen') return this.#tokens.nested(() => this.#listOrRange());
    if (kind === 'curlyOpen') return this.#tokens.nested(() => this.#map());
    return undefined;
  }

  #literal(kind: keyof typeof LITERAL_KINDS): Expression {
    const first = this.#tokens.advance();
    return { kind, first, last: first };
  }

  #listOrRange(): Expression {
    const first = this.#tokens.advance();
    if (this.#tokens.skip('bracketClose'))
      return { kind: 'list', items: [], ...this.#tokens.spanFrom(first) };
    const item = this.#parameter();
    if ((item.kind === 'reference' || item.kind === 'integer') && this.#tokens.skip('doubleDot')) {
      const to = this.#parameter();
      if (to.kind !== 'reference' && to.kind !== 'integer')
        this.#tokens.fail('an integer or a reference after ".."');
      this.#tokens.take('bracketClose', '"]" to end the range');
      return { kind: 'range', from: item, to, ...this.#tokens.spanFrom(first) };
    }
    const items = [item];
    while (this.#tokens.skip('comma')) items.push(this.#parameter());
    this.#tokens.take('bracketClose', '"]" or "," after an item of a list');
    return { kind: 'list', items, ...this.#tokens.spanFrom(first) };
  }

  #map(): Expression {
    const first = this.#tokens.advance();
    const entries: (readonly [Expression, Expression])[] = [];
    this.#tokens.skip('whitespace');
    if (!this.#tokens.is('curlyClose') && !this.#tokens.is('refClose')) {
      do {
        const key = this.#parameter();
        this.#tokens.take('colon', '":" after the key of a map');
        entries.push([key, this.#parameter()]);
      } while (this.#tokens.skip('comma'));
    }
    // After a reference, the lexer returns the closing brace as a different token, because it also ends its mode for
    // references.
    if (!this.#tokens.skip('curlyClose')) this.#tokens.take('refClose', '"}" or "," after an entry of a map');
    return { kind: 'map', entries, ...this.#tokens.spanFrom(first) };
  }

  expression(): Expression {
    return this.#tokens.nested(() => {
      const first = this.#tokens.peek();
      const inner = this.#binary(0);
      return this.#measured({ kind: 'group', inner, ...this.#tokens.spanFrom(first) }, [inner]);
    });
  }

  #binary(level: number): Expression {
    const operators = PRECEDENCE[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (
      let { kind } = this.#tokens.peek();
      operators.includes(kind) && isOperator(kind);
      { kind } = this.#tokens.peek()
    ) {
      this.#tokens.advance();
      // As in Velocity, the literal text of an operation is only the text of its right side.
      const first = this.#tokens.peek();
      const right = this.#binary(level + 1);
      const operands = [left, right];
      left = this.#measured(
        { kind: 'binary', operator: kind, left, right, ...this.#tokens.spanFrom(first) },
        operands,
      );
    }
    return left;
  }

  /**
   * Limits the height of an expression, because a chain of operators makes a tree whose height is the length of the
   * chain.
   */
  #measured(expression: Expression, operands: readonly Expression[]): Expression {
    const height = 1 + Math.max(...operands.map((operand) => this.#heights.get(operand) ?? 0));
    if (height > MAX_EXPRESSION_HEIGHT)
      this.#tokens.fail(`at most ${MAX_EXPRESSION_HEIGHT} operators in a row`);
    this.#heights.set(expression, height);
    return expression;
  }

  #unary(): Expression {
    const isNot =
      this.#tokens.is('not') || (this.#tokens.is('whitespace') && this.#tokens.peek(2).kind === 'not');
    if (!isNot) return this.#primary();
    return this.#tokens.nested(() => {
      this.#tokens.skip('whitespace');
      this.#tokens.advance();
      const first = this.#tokens.peek();
      const operand = this.#unary();
      return this.#measured({ kind: 'not', operand, ...this.#tokens.spanFrom(first) }, [operand]);
    });
  }

  #primary(): Expression {
    this.#tokens.skip('whitespace');
    const value = this.simpleValue() ?? this.#parenthesized();
    this.#tokens.skip('whitespace');
    return value;
  }

  #parenthesized(): Expression {
    this.#tokens.take('parenOpen', 'a value, a reference or "("');
    const inner = this.expression();
    this.#tokens.take('parenClose', '")"');
    return inner;
  }
}
