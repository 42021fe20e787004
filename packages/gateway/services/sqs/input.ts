/**
 * Input of SQS in one form, from either protocol: JSON unchanged, and numbered lists and maps of the query
 * protocol (`Attribute.1.Name=…`) converted to it.
 */
import { inOrder, treeOf } from '../../kernel/calls/query-input.ts';
import type { Tree } from '../../kernel/calls/query-input.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** Names of the query protocol, and their JSON names (SQS API model: `flattened`, `locationName`). */
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

/** Numbers may be of either type. */
export function readSqsInput(
  operation: Exclude<AwsOperation, { protocol: 'rest' }>,
  path: string,
): UnknownMembers {
  const input: UnknownMembers =
    operation.protocol === 'json' ? (operation.input ?? {}) : unfold(treeOf(operation.parameters));
  const isPath = /^\/\d{12}\/[^/]+$/.test(path);
  return input['QueueUrl'] === undefined && isPath ? { ...input, QueueUrl: path } : input;
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
  // A single Attribute.Name and Attribute.Value, without a number.
  const items = typeof value[nameKey] === 'string' ? [value] : inOrder(value);
  const entries = items.flatMap((item): [string, unknown][] => {
    if (typeof item === 'string') return [];
    const name = item[nameKey];
    const inner = item[valueKey];
    return typeof name === 'string' ? [[name, inner]] : [];
  });
  return Object.fromEntries(entries);
}
