/**
 * Expressions of metric math as trees.
 * @see CloudWatch user guide, "Using math expressions with CloudWatch metrics"
 */

export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'EXPRESSION_INVALID';
}

/** An expression that AWS computes, and the gateway does not. */
export class NotComputed extends ExpressionError {}

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** `name` is the id of another query, or a word such as `REPEAT`. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'unary'; readonly operator: '-' | '!'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** The operators by precedence, the lowest first. */
const LEVELS = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/']] as const;
/** The power operator has a higher precedence than a sign, and is right-associative. */
export type BinaryOperator = (typeof LEVELS)[number][number] | '^';

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|"([^"]*)"|'([^']*)'|(\|\||&&|==|!=|<=|>=|[-+*/^<>!()[\],]))/iy;

const MAX_LENGTH = 2_048;
const MAX_DEPTH = 50;

type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name' | 'text' | 'sign'; readonly text: string };

/**
 * Parses an expression.
 * @throws ExpressionError if it is invalid or too long
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_LENGTH)
    throw new ExpressionError(`has ${text.length} characters; at most ${MAX_LENGTH} are allowed`);
  return new Parser(tokenize(text)).parse();
}

/** Returns the ids of queries, which begin with a lower-case letter, in the order of their occurrence. */
export function idsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'name':
      return /^[a-z]/.test(expression.name) ? [expression.name] : [];
    case 'list':
      return expression.items.flatMap(idsIn);
    case 'call':
      return expression.args.flatMap(idsIn);
    case 'unary':
      return idsIn(expression.operand);
    case 'binary':
      return [...idsIn(expression.left), ...idsIn(expression.right)];
    default:
      return [];
  }
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(trimmed);
    if (found === null) throw new ExpressionError(`cannot be read at "${trimmed.slice(at, at + 20).trim()}"`);
    const [, number, name, double, single, sign] = found;
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) });
    else if (name !== undefined) tokens.push(wordOf(name));
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else tokens.push({ kind: 'text', text: double ?? single ?? '' });
  }
  return tokens;
}

const WORDS: Readonly<Record<string, string>> = { AND: '&&', OR: '||', NOT: '!' };

function wordOf(name: string): Token {
  const sign = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  return sign === undefined ? { kind: 'name', text: name } : { kind: 'sign', text: sign };
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#level(0);
    const left = this.#tokens[this.#at];
    if (left !== undefined) throw new ExpressionError(`continues after its end with "${printToken(left)}"`);
    return expression;
  }

  #level(index: number): Expression {
    const operators = LEVELS[index];
    if (operators === undefined) return this.#unary();
    let left = this.#level(index + 1);
    for (;;) {
      const operator = operators.find((sign) => this.#takes(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#level(index + 1) };
    }
  }

  #unary(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ExpressionError(`is nested deeper than ${MAX_DEPTH} levels`);
    try {
      for (const operator of ['-', '!'] as const)
        if (this.#takes(operator)) return { kind: 'unary', operator, operand: this.#unary() };
      if (this.#takes('+')) return this.#unary();
      const base = this.#primary();
      return this.#takes('^') ? { kind: 'binary', operator: '^', left: base, right: this.#unary() } : base;
    } finally {
      this.#depth -= 1;
    }
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === undefined) throw new ExpressionError('ends early');
    if (token.kind === 'number') return token;
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.kind === 'name') {
      if (!this.#takes('(')) return { kind: 'name', name: token.text };
      return { kind: 'call', name: token.text.toUpperCase(), args: this.#until(')') };
    }
    if (token.text === '[') return { kind: 'list', items: this.#until(']') };
    if (token.text !== '(') throw new ExpressionError(`has "${token.text}" where a value is expected`);
    const inner = this.#level(0);
    this.#expect(')');
    return inner;
  }

  #until(end: ')' | ']'): readonly Expression[] {
    const items: Expression[] = [];
    if (this.#takes(end)) return items;
    do items.push(this.#level(0));
    while (this.#takes(','));
    this.#expect(end);
    return items;
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const isIt = token?.kind === 'sign' && token.text === sign;
    if (isIt) this.#at += 1;
    return isIt;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw new ExpressionError(`has no "${sign}" where one is expected`);
  }
}

function printToken(token: Token): string {
  return token.kind === 'number' ? String(token.value) : token.text;
}
