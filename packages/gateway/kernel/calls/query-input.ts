/**
 * Reads the input of AWS's query protocol (`Attribute.1.Name=…`) as a tree. The functions that read members also work
 * on inputs of the JSON protocol.
 */
import { memberOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { AwsOperation } from '@gatewright/aws/aws-operation';

export type Tree = { [name: string]: string | Tree };

/**
 * The maximum number of parts in a parameter name. CloudWatch has the longest names: a metric's dimension in a query
 * has nine parts.
 */
const MAX_STEPS = 10;

export function treeOf(parameters: URLSearchParams): Tree {
  const root: Tree = {};
  for (const [name, value] of parameters) {
    const steps = name.split('.').slice(0, MAX_STEPS);
    let at = root;
    for (const step of steps.slice(0, -1)) {
      const next = Object.hasOwn(at, step) ? at[step] : undefined;
      const inner: Tree = typeof next === 'object' ? next : {};
      define(at, step, inner);
      at = inner;
    }
    define(at, steps.at(-1) ?? '', value);
  }
  return root;
}

/**
 * Sets a member of a tree. The name comes from a client, so an ordinary assignment could change an object's prototype.
 */
function define(tree: Tree, name: string, value: string | Tree): void {
  Object.defineProperty(tree, name, { value, enumerable: true, writable: true, configurable: true });
}

export function inOrder<Item>(tree: Readonly<Record<string, Item>>): Item[] {
  return Object.entries(tree)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

/** Reads the parameters of the query protocol as members, in which lists are `Name.member.1`. */
export function membersOfQuery(parameters: URLSearchParams): UnknownMembers {
  return unfold(treeOf(parameters)) as UnknownMembers;
}

function unfold(tree: Tree): unknown {
  const { member, ...others } = tree;
  if (typeof member === 'object' && Object.keys(others).length === 0)
    return inOrder(member).map((item) => (typeof item === 'string' ? item : unfold(item)));
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [name, typeof value === 'string' ? value : unfold(value)]),
  );
}

export function readTextField(fields: UnknownMembers, name: string): string | undefined {
  const value = memberOf(fields, name);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** Reads a whole number. Returns undefined if the field is absent, and NaN if it is not a whole number. */
export function numberOf(fields: UnknownMembers, name: string): number | undefined {
  const text = readTextField(fields, name);
  if (text === undefined || text === '') return undefined;
  return /^-?\d{1,12}$/.test(text) ? Number(text) : NaN;
}

type Reader = (name: string) => string | undefined;

export function readerOf(operation: Exclude<AwsOperation, { protocol: 'rest' }>): Reader {
  if (operation.protocol === 'query') return (name) => operation.parameters.get(name) ?? undefined;
  const { input = {} } = operation;
  return (name) => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
}
