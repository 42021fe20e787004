/**
 * Input of SQS in one form, whichever protocol it came by: the JSON protocol as it is, the query protocol with its numbered
 * lists and maps (`Attribute.1.Name=…`) made into the same.
 */
import { memberOf, membersOf } from '@gatewright/aws/json-object';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { JsonObject } from '@gatewright/aws/json-object';

/** Names of the query protocol, and what they are in JSON (SQS API model: `flattened`, `locationName`). */
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  TagKey: 'TagKeys',
  SendMessageBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
};
const MAPS: Readonly<Record<string, readonly [target: string, name: string, value: string]>> = {
  Attribute: ['Attributes', 'Name', 'Value'],
  MessageAttribute: ['MessageAttributes', 'Name', 'Value'],
  MessageSystemAttribute: ['MessageSystemAttributes', 'Name', 'Value'],
  Tag: ['Tags', 'Key', 'Value'],
};

export type Tree = { [name: string]: string | Tree };

/** Numbers may stand in either form. */
export function readSqsInput(
  operation: Exclude<AwsOperation, { protocol: 'rest' }>,
  path: string,
): JsonObject {
  const input: JsonObject =
    operation.protocol === 'json' ? (operation.input ?? {}) : unfold(treeOf(operation.parameters));
  const isPath = /^\/\d{12}\/[^/]+$/.test(path);
  return input['QueueUrl'] === undefined && isPath ? { ...input, QueueUrl: path } : input;
}

/** Parameters by the steps of their names. */
export function treeOf(parameters: URLSearchParams): Tree {
  const root: Tree = {};
  for (const [name, value] of parameters) {
    const steps = name.split('.').slice(0, 8);
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

/** Names come from a client: none of them may be a prototype's. */
function define(tree: Tree, name: string, value: string | Tree): void {
  Object.defineProperty(tree, name, { value, enumerable: true, writable: true, configurable: true });
}

function unfold(tree: Tree): Record<string, unknown> {
  const fields: [string, unknown][] = [];
  for (const [name, value] of Object.entries(tree)) {
    const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
    const map = Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
    if (typeof value === 'string') fields.push([list ?? name, list === undefined ? value : [value]]);
    else if (list !== undefined)
      fields.push([list, inOrder(value).map((item) => (typeof item === 'string' ? item : unfold(item)))]);
    else if (map !== undefined) fields.push([map[0], readMap(value, map[1], map[2])]);
    else fields.push([name, unfold(value)]);
  }
  return Object.fromEntries(fields);
}

function readMap(value: Tree, nameKey: string, valueKey: string): Record<string, unknown> {
  // Attribute.Name and Attribute.Value of one alone, without a number.
  const items = typeof value[nameKey] === 'string' ? [value] : inOrder(value);
  const entries = items.flatMap((item): [string, unknown][] => {
    if (typeof item === 'string') return [];
    const name = item[nameKey];
    const inner = item[valueKey];
    return typeof name === 'string' ? [[name, inner]] : [];
  });
  return Object.fromEntries(entries);
}

function inOrder(tree: Tree): (string | Tree)[] {
  return Object.entries(tree)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

export function textOf(fields: JsonObject, name: string): string | undefined {
  const value = memberOf(fields, name);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** Undefined where it is absent; NaN for what is no whole number. */
export function numberOf(fields: JsonObject, name: string): number | undefined {
  const text = textOf(fields, name);
  if (text === undefined || text === '') return undefined;
  return /^-?\d{1,12}$/.test(text) ? Number(text) : NaN;
}

export function listOf(fields: JsonObject, name: string): readonly unknown[] {
  const value = memberOf(fields, name);
  return Array.isArray(value) ? value : [];
}

export function mapOf(fields: JsonObject, name: string): JsonObject {
  return membersOf(memberOf(fields, name));
}
