/**
 * Syntax of condition, filter and key condition expressions (developer guide, "Condition and filter expressions,
 * operators, and functions").
 */
import { parsePath, type PathSyntax } from './path-syntax.ts';
import { ExpressionError, type Tokens } from './tokens.ts';

export type OperandSyntax =
  | PathSyntax
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly OperandSyntax[] };

type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type ConditionSyntax =
  | { readonly kind: 'and' | 'or'; readonly left: ConditionSyntax; readonly right: ConditionSyntax }
  | { readonly kind: 'not'; readonly inner: ConditionSyntax }
  | {
      readonly kind: 'compare';
      readonly operator: Comparator | 'between' | 'in';
      readonly args: readonly OperandSyntax[];
    }
  | Extract<OperandSyntax, { kind: 'function' }>;

const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
/** The maximum number of operators and functions in one expression (developer guide, "Quotas"). */
export const MAX_OPERATORS = 300;
const MAX_IN_OPERANDS = 100;

/**
 * Parses a condition.
 * @throws ExpressionError if the condition is invalid
 */
export function parseCondition(tokens: Tokens): ConditionSyntax {
  const parser = new ConditionParser(tokens);
  const condition = parser.parse();
  tokens.expectEnd();
  if (parser.operators > MAX_OPERATORS) throw tooManyOperators(parser.operators);
  return condition;
}

export function tooManyOperators(count: number): ExpressionError {
  return new ExpressionError(`The expression contains too many operators; operator count: ${count}`);
}

/**
 * The content of a pair of parentheses, which is a condition or one operand. The parser can distinguish the two only at
 * the closing parenthesis.
 */
type Group = ConditionSyntax | OperandSyntax;

class ConditionParser {
  readonly #tokens: Tokens;
  #depth = 0;
  operators = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  parse(): ConditionSyntax {
    return this.#condition(this.#or(false));
  }

  #or(mayBeOperand: boolean): Group {
    let left = this.#and(mayBeOperand);
    while (this.#tokens.takeKeyword('OR')) left = this.#join('or', left, this.#and(false));
    return left;
  }

  #and(mayBeOperand: boolean): Group {
    let left = this.#not(mayBeOperand);
    while (this.#tokens.takeKeyword('AND')) left = this.#join('and', left, this.#not(false));
    return left;
  }

  #join(kind: 'and' | 'or', left: Group, right: Group): ConditionSyntax {
    this.operators += 1;
    return { kind, left: this.#condition(left), right: this.#condition(right) };
  }

  #not(mayBeOperand: boolean): Group {
    if (!this.#tokens.takeKeyword('NOT')) return this.#comparison(mayBeOperand);
    this.operators += 1;
    this.#deepen();
    const inner = this.#condition(this.#not(false));
    this.#depth -= 1;
    return { kind: 'not', inner };
  }

  #comparison(mayBeOperand: boolean): Group {
    const tokens = this.#tokens;
    const first = tokens.isAhead(0, '(') ? this.#group() : parseOperand(tokens, () => (this.operators += 1));
    if (!isOperand(first)) return first;
    const { kind, text } = tokens.next;
    if (kind === 'sign' && COMPARATORS.includes(text)) {
      tokens.take();
      return this.#compare(text as Comparator, [first, this.#operand()]);
    }
    if (tokens.takeKeyword('BETWEEN')) {
      const low = this.#operand();
      if (!tokens.takeKeyword('AND')) tokens.fail();
      return this.#compare('between', [first, low, this.#operand()]);
    }
    if (tokens.takeKeyword('IN')) return this.#compare('in', [first, ...this.#list()]);
    if (first.kind === 'function' || (mayBeOperand && tokens.isAhead(0, ')'))) return first;
    return tokens.fail();
  }

  #compare(operator: Comparator | 'between' | 'in', args: readonly OperandSyntax[]): ConditionSyntax {
    this.operators += 1;
    return { kind: 'compare', operator, args };
  }

  #list(): readonly OperandSyntax[] {
    const tokens = this.#tokens;
    tokens.expectSign('(');
    const args = [this.#operand()];
    while (tokens.takeSign(',')) args.push(this.#operand());
    tokens.expectSign(')');
    if (args.length > MAX_IN_OPERANDS)
      throw new ExpressionError(
        `The IN operator is provided with too many operands; number of operands: ${args.length}`,
      );
    return args;
  }

  #operand(): OperandSyntax {
    const tokens = this.#tokens;
    if (!tokens.takeSign('(')) return parseOperand(tokens, () => (this.operators += 1));
    if (tokens.isAhead(0, '(')) throw redundant();
    const operand = this.#operand();
    tokens.expectSign(')');
    return operand;
  }

  #group(): Group {
    const tokens = this.#tokens;
    tokens.expectSign('(');
    this.#deepen();
    const isNested = tokens.isAhead(0, '(');
    const inner = this.#or(true);
    tokens.expectSign(')');
    this.#depth -= 1;
    // Two opening parentheses are not always redundant: `((a = b) AND c = d)` begins with two. Only after the closing
    // parenthesis is it known whether the inner group is the whole content of the outer group.
    if (isNested && this.#grouped.has(inner)) throw redundant();
    this.#grouped.add(inner);
    return inner;
  }

  readonly #grouped = new WeakSet<object>();

  #condition(node: Group): ConditionSyntax {
    return node.kind === 'path' || node.kind === 'value' ? this.#tokens.fail() : node;
  }

  /**
   * Counts one level of nesting. The depth has the same limit as the number of operators, because each level of a valid
   * expression has its own operator.
   */
  #deepen(): void {
    this.#depth += 1;
    if (this.#depth > MAX_OPERATORS + 1) throw tooManyOperators(this.#depth);
  }
}

function redundant(): ExpressionError {
  return new ExpressionError('The expression has redundant parentheses;');
}

function isOperand(node: Group): node is OperandSyntax {
  return node.kind === 'path' || node.kind === 'value' || node.kind === 'function';
}

/**
 * Parses an operand, which is a path, a value, or a function of operands.
 * @param count called for each function
 */
export function parseOperand(tokens: Tokens, count: () => void, depth = 0): OperandSyntax {
  const { kind, text } = tokens.next;
  if (kind === 'value') {
    tokens.take();
    return { kind: 'value', name: text };
  }
  if (kind !== 'word' || !tokens.isAhead(1, '(')) return parsePath(tokens);
  if (depth > MAX_OPERATORS) throw tooManyOperators(depth);
  tokens.take();
  tokens.take();
  count();
  const args = [parseOperand(tokens, count, depth + 1)];
  while (tokens.takeSign(',')) args.push(parseOperand(tokens, count, depth + 1));
  tokens.expectSign(')');
  return { kind: 'function', name: text, args };
}
