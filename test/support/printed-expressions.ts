/** Expressions of DynamoDB as text. */
import type {
  ConditionSyntax,
  OperandSyntax,
} from '../../packages/gateway/dynamodb/expressions/condition-syntax.ts';
import type { PathSyntax } from '../../packages/gateway/dynamodb/expressions/path-syntax.ts';
import type {
  UpdateClauses,
  UpdateSyntax,
} from '../../packages/gateway/dynamodb/expressions/update-syntax.ts';

/** Prints a condition with only the parentheses that its tree needs. */
export function printCondition(node: ConditionSyntax): string {
  switch (node.kind) {
    case 'or':
      return `${printCondition(node.left)} OR ${grouped(node.right, ['or'])}`;
    case 'and':
      return `${grouped(node.left, ['or'])} AND ${grouped(node.right, ['or', 'and'])}`;
    case 'not':
      return `NOT ${grouped(node.inner, ['or', 'and'])}`;
    case 'function':
      return printOperand(node);
    case 'compare': {
      const [first = '', ...rest] = node.args.map(printOperand);
      if (node.operator === 'in') return `${first} IN (${rest.join(', ')})`;
      if (node.operator === 'between') return `${first} BETWEEN ${rest.join(' AND ')}`;
      return `${first} ${node.operator} ${rest.join('')}`;
    }
  }
}

function grouped(node: ConditionSyntax, kinds: readonly string[]): string {
  return kinds.includes(node.kind) ? `(${printCondition(node)})` : printCondition(node);
}

function printOperand(node: OperandSyntax): string {
  if (node.kind === 'path') return printPath(node);
  return node.kind === 'value' ? node.name : `${node.name}(${node.args.map(printOperand).join(', ')})`;
}

/** Prints one clause of each kind, in the order of their first actions. */
export function printUpdate({ actions }: UpdateClauses): string {
  const clauses = Map.groupBy(actions, ({ kind }) => kind);
  return [...clauses]
    .map(([kind, members]) => `${kind.toUpperCase()} ${members.map(printAction).join(', ')}`)
    .join(' ');
}

function printAction(action: UpdateSyntax): string {
  const path = printPath(action.path);
  if (action.kind === 'remove') return path;
  if (action.kind !== 'set') return `${path} ${action.value}`;
  const { value } = action;
  if (value.kind !== 'sum') return `${path} = ${printOperand(value)}`;
  return `${path} = ${value.args.map(printOperand).join(` ${value.operator} `)}`;
}

export function printPath({ pieces }: PathSyntax): string {
  return pieces
    .map((piece, at) => (typeof piece === 'number' ? `[${piece}]` : at === 0 ? piece : `.${piece}`))
    .join('');
}
