/** Syntax of update expressions (developer guide, "Using update expressions in DynamoDB"). */
import { MAX_OPERATORS, parseOperand, tooManyOperators } from './condition-syntax.ts';
import type { OperandSyntax } from './condition-syntax.ts';
import { parsePath, type PathSyntax } from './path-syntax.ts';
import { ExpressionError, type Tokens } from './tokens.ts';

export type SetValueSyntax =
  | OperandSyntax
  | {
      readonly kind: 'sum';
      readonly operator: '+' | '-';
      readonly args: readonly [OperandSyntax, OperandSyntax];
    };

export type UpdateSyntax =
  | { readonly kind: 'set'; readonly path: PathSyntax; readonly value: SetValueSyntax }
  | { readonly kind: 'remove'; readonly path: PathSyntax }
  | { readonly kind: 'add' | 'delete'; readonly path: PathSyntax; readonly value: string };

export type UpdateClauses = {
  readonly actions: readonly UpdateSyntax[];
  /** The name of a section that occurs twice, such as `SET`; undefined if there is none. */
  readonly repeated: string | undefined;
};

const CLAUSES = ['SET', 'REMOVE', 'ADD', 'DELETE'];

/**
 * Parses an update expression.
 * @throws ExpressionError if the expression is invalid
 */
export function parseUpdate(tokens: Tokens): UpdateClauses {
  const parser = new UpdateParser(tokens);
  const actions: UpdateSyntax[] = [];
  const seen = new Set<string>();
  let repeated: string | undefined;
  do {
    const clause = CLAUSES.find((word) => tokens.takeKeyword(word)) ?? tokens.fail();
    if (seen.has(clause)) repeated ??= clause;
    seen.add(clause);
    do actions.push(parser.action(clause));
    while (tokens.takeSign(','));
  } while (tokens.next.kind !== 'end');
  if (parser.operators > MAX_OPERATORS) throw tooManyOperators(parser.operators);
  return { actions, repeated };
}

class UpdateParser {
  readonly #tokens: Tokens;
  operators = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  action(clause: string): UpdateSyntax {
    const tokens = this.#tokens;
    const path = parsePath(tokens);
    if (clause === 'REMOVE') return { kind: 'remove', path };
    if (clause !== 'SET') {
      const value = tokens.next.kind === 'value' ? tokens.take().text : tokens.fail();
      return { kind: clause === 'ADD' ? 'add' : 'delete', path, value };
    }
    tokens.expectSign('=');
    return { kind: 'set', path, value: this.#value() };
  }

  #value(): SetValueSyntax {
    const tokens = this.#tokens;
    if (!tokens.isAhead(0, '(')) return this.#sum();
    tokens.take();
    if (tokens.isAhead(0, '(')) throw new ExpressionError('The expression has redundant parentheses;');
    const value = this.#sum();
    tokens.expectSign(')');
    return value;
  }

  #sum(): SetValueSyntax {
    const tokens = this.#tokens;
    const count = (): void => void (this.operators += 1);
    const left = parseOperand(tokens, count);
    const operator = tokens.takeSign('+') ? '+' : tokens.takeSign('-') ? '-' : undefined;
    if (operator === undefined) return left;
    count();
    return { kind: 'sum', operator, args: [left, parseOperand(tokens, count)] };
  }
}
