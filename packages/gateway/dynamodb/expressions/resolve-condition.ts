/** Converts conditions to the form that dynalite evaluates. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { ATTRIBUTE_TYPES } from '../attribute-types.ts';
import { dynaliteDb } from '../dynalite-store.ts';
import type { ConditionSyntax, OperandSyntax } from './condition-syntax.ts';
import { Findings, nestedTops, printResolvedPath, typeOf } from './placeholders.ts';
import type { Path, Placeholders } from './placeholders.ts';
import { ExpressionError } from './tokens.ts';
import { OPERANDS_OF } from './words.ts';

type Call = {
  readonly type: 'function';
  readonly name: string;
  readonly args: readonly Operand[];
  readonly attrType: string;
};
type Operand = Path | UnknownMembers | Call | undefined;
type Node = { readonly type: string; readonly name?: string; readonly args: readonly (Node | Operand)[] };

type ResolvedCondition = {
  readonly expression: Node;
  readonly nestedPaths: Readonly<Record<string, true>>;
  readonly pathHeads: Readonly<Record<string, true>>;
};

const ORDER = ['unknown', 'misused', 'reserved', 'condition'];
/**
 * The order in which the findings of one condition are reported. Only the first condition with findings is reported.
 */
const ORDER_IN_CONDITION = ['undefined', 'operands', 'distinct', 'type'];
const ORDERED_TYPES = ['S', 'N', 'B'];

/**
 * Converts a condition to dynalite's form.
 * @param isOfKey whether this is a key condition, which is checked but never evaluated
 * @throws ExpressionError if the condition is invalid
 */
export function resolveCondition(
  syntax: ConditionSyntax,
  placeholders: Placeholders,
  isOfKey = false,
): ResolvedCondition {
  const resolver = new ConditionResolver(placeholders, isOfKey);
  const expression = resolver.node(syntax);
  const wrong = resolver.findings.first(ORDER);
  if (wrong !== undefined) throw new ExpressionError(wrong);
  return {
    expression,
    nestedPaths: nestedTops(resolver.paths),
    pathHeads: Object.fromEntries(resolver.paths.map(([top]) => [String(top), true])),
  };
}

class ConditionResolver {
  readonly #placeholders: Placeholders;
  readonly #isOfKey: boolean;
  readonly findings = new Findings();
  readonly paths: Path[] = [];
  /** The findings of the condition that is being read. */
  #own = new Findings();

  constructor(placeholders: Placeholders, isOfKey: boolean) {
    this.#placeholders = placeholders;
    this.#isOfKey = isOfKey;
  }

  node(syntax: ConditionSyntax): Node {
    switch (syntax.kind) {
      case 'and':
      case 'or':
        return { type: syntax.kind, args: [this.node(syntax.left), this.node(syntax.right)] };
      case 'not':
        return { type: 'not', args: [this.node(syntax.inner)] };
      case 'function': {
        const call = this.#leaf(() => this.#call(syntax));
        if (syntax.name === 'size') this.#noteMisused(syntax.name);
        const [, second] = call.args;
        if (this.#isOfKey || second === undefined || isValue(second)) return call;
        const found = { type: 'function', name: 'attribute_exists', args: [second] };
        return { type: 'and', args: [found, call] };
      }
      case 'compare':
        return this.#leaf(() => this.#comparison(syntax));
    }
  }

  #leaf<T>(read: () => T): T {
    this.#own = new Findings();
    const node = read();
    const wrong = this.#own.first(ORDER_IN_CONDITION);
    if (wrong !== undefined) this.findings.note('condition', wrong);
    const reserved = this.#own.first(['reserved']);
    if (reserved !== undefined) this.findings.note('reserved', reserved);
    return node;
  }

  #comparison({ operator, args: given }: Extract<ConditionSyntax, { kind: 'compare' }>): Node {
    const args = given.map((arg) => this.#argument(arg));
    const word = operator === 'between' || operator === 'in' ? operator.toUpperCase() : operator;
    this.#noteSame(word, args);
    if (operator !== '=' && operator !== '<>' && operator !== 'in')
      for (const arg of args) this.#noteType(word, typeOfOperand(arg), ORDERED_TYPES);
    if (operator === 'between') this.#noteBounds(args[1], args[2]);
    return this.#isOfKey ? { type: operator, args } : withPresence(operator, args);
  }

  /** Reads an operand; the only function that can be an operand is size(). */
  #argument(syntax: OperandSyntax): Operand {
    if (syntax.kind === 'function' && syntax.name !== 'size') {
      const call = this.#call(syntax);
      this.#noteMisused(syntax.name);
      return call;
    }
    return this.#operand(syntax);
  }

  #operand(syntax: OperandSyntax): Operand {
    if (syntax.kind === 'value') return this.#placeholders.value(syntax.name, this.#own);
    if (syntax.kind === 'function') return this.#call(syntax);
    const path = this.#placeholders.path(syntax, this.#own);
    if (path !== undefined) this.paths.push(path);
    return path;
  }

  #call({ name, args: given }: Extract<OperandSyntax, { kind: 'function' }>): Call {
    const args = given.map((arg) => this.#argument(arg));
    this.#checkCall(name, args);
    return { type: 'function', name, args, attrType: name === 'size' ? 'N' : 'BOOL' };
  }

  #checkCall(name: string, args: readonly Operand[]): void {
    const wanted = Object.hasOwn(OPERANDS_OF, name) ? OPERANDS_OF[name] : undefined;
    if (wanted === undefined) {
      this.findings.note('unknown', `Invalid function name; function: ${name}`);
      return;
    }
    if (wanted !== args.length) {
      this.#own.note(
        'operands',
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${args.length}`,
      );
      return;
    }
    this.#noteSame(name, args);
    const [first, second] = args;
    if (name.startsWith('attribute_') && name !== 'attribute_type' && first !== undefined && !isPath(first))
      this.#own.note('type', `Operator or function requires a document path; operator or function: ${name}`);
    if (name === 'begins_with') for (const arg of args) this.#noteType(name, typeOfOperand(arg), ['S', 'B']);
    if (name === 'size') this.#noteType(name, typeOfOperand(first), ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
    if (name === 'attribute_type') this.#checkTypeName(name, second);
  }

  #checkTypeName(name: string, operand: Operand): void {
    if (operand === undefined) return;
    const type = typeOfOperand(operand);
    if (type !== 'S') this.#noteType(name, type ?? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}', ['S']);
    else {
      const { S: given } = operand as UnknownMembers;
      if (!ATTRIBUTE_TYPES.includes(String(given)))
        this.#own.note(
          'type',
          `Invalid attribute type name found; type: ${String(given)}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
        );
    }
  }

  #noteType(operator: string, type: string | undefined, allowed: readonly string[]): void {
    if (type !== undefined && !allowed.includes(type))
      this.#own.note(
        'type',
        `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
      );
  }

  #noteMisused(name: string): void {
    this.findings.note(
      'misused',
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
  }

  #noteSame(operator: string, [first, ...others]: readonly Operand[]): void {
    if (first === undefined || !isPath(first)) return;
    const text = printResolvedPath(first);
    if (others.some((other) => other !== undefined && isPath(other) && printResolvedPath(other) === text))
      this.#own.note(
        'distinct',
        `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${text}`,
      );
  }

  #noteBounds(low: Operand, high: Operand): void {
    if (low === undefined || high === undefined || isPath(low) || isPath(high)) return;
    if (isCall(low) || isCall(high)) return;
    const [type, other] = [typeOf(low), typeOf(high)];
    if (type === undefined || other === undefined) return;
    const bounds =
      `lower bound operand: AttributeValue: {${type}:${String(low[type])}}, ` +
      `upper bound operand: AttributeValue: {${other}:${String(high[other])}}`;
    if (type !== other)
      this.#own.note(
        'type',
        `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
      );
    else if (dynaliteDb.compare('GT', low, high))
      this.#own.note(
        'type',
        `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
      );
  }
}

/**
 * Adds a check that the compared attributes exist. In DynamoDB, a comparison with an attribute that an item lacks is
 * false, except that `<>` is true. dynalite considers two missing attributes equal, or fails.
 */
function withPresence(operator: string, args: readonly Operand[]): Node {
  const [first, ...others] = args;
  if (operator === 'in') {
    const [one, ...more] = others.map((other) => withPresence('=', [first, other]));
    return more.reduce(
      (left, right) => ({ type: 'or', args: [left, right] }),
      one ?? { type: operator, args },
    );
  }
  const [joined, test] = operator === '<>' ? ['or', 'attribute_not_exists'] : ['and', 'attribute_exists'];
  return others
    .filter((other) => other !== undefined && !isValue(other))
    .reduce<Node>(
      (rest, other) => ({ type: joined, args: [{ type: 'function', name: test, args: [other] }, rest] }),
      { type: operator, args },
    );
}

function isValue(operand: Exclude<Operand, undefined>): boolean {
  return !isPath(operand) && !isCall(operand);
}

function isPath(operand: Exclude<Operand, undefined>): operand is Path {
  return Array.isArray(operand);
}

function isCall(operand: UnknownMembers | Call): operand is Call {
  return 'attrType' in operand;
}

function typeOfOperand(operand: Operand): string | undefined {
  if (operand === undefined || isPath(operand)) return undefined;
  return isCall(operand) ? operand.attrType : typeOf(operand);
}
