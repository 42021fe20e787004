/**
 * Reads the messages of an HTTP body strictly, because the function behind the wrapper may read an ambiguous body
 * differently: duplicate members, members in another letter case, and text that is not UTF-8 are refused.
 */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { hasDuplicateMember } from '../http/json-members.ts';
import { foldText } from './fold-text.ts';
import { methodRule, NOTIFICATION_FILTERS } from './methods.ts';

export type McpMessage =
  | {
      readonly kind: 'request';
      readonly id: string | number;
      readonly method: string;
      readonly params: UnknownMembers;
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: UnknownMembers }
  /** The client's answer to a request of the server. Revision 2026-07-28 has none. */
  | { readonly kind: 'response' };

type McpBody =
  | { readonly kind: 'messages'; readonly messages: readonly McpMessage[]; readonly isBatch: boolean }
  /** `code` is the JSON-RPC error code: -32700 for a body that is not JSON in UTF-8, otherwise -32600. */
  | { readonly kind: 'malformed'; readonly code: -32_700 | -32_600; readonly reason: string };

/** Maximum number of messages in a batch. Revision 2025-03-26, which allows batches, sets no limit. */
const BATCH_LIMIT = 50;

/**
 * Maximum number of resources that a stream may report. The specification sets no limit, but each resource must be
 * compared with every pattern.
 */
const SUBSCRIPTIONS_LIMIT = 1_000;

/** Members that decide what a message does. A body that has one of them in another letter case is refused. */
const ENVELOPE = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];
const PARAMETERS = ['name', 'uri', 'ref', 'arguments', 'notifications', '_meta'];
/**
 * Members of the parameters that are objects. `arguments` is not listed, because only the tool interprets its members.
 */
const INSIDE_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  ref: ['type', 'name', 'uri'],
  notifications: NOTIFICATION_FILTERS,
  _meta: ['io.modelcontextprotocol/protocolVersion'],
};

/**
 * Attack: code that copies members with `Object.assign` finds members of `__proto__` that the message does not have.
 */
const INHERITING = ['__proto__', 'constructor'];

export function readMessages(bytes: Uint8Array): McpBody {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', code: -32_700, reason: 'The body is not JSON in UTF-8.' };
  }
  const isBatch = Array.isArray(value);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return invalid('The batch is empty.');
  if (list.length > BATCH_LIMIT)
    return invalid(`The batch has ${list.length} messages; the maximum is ${BATCH_LIMIT}.`);
  if (hasDuplicateMember(text)) return invalid('An object of the body has a member twice.');
  const messages: McpMessage[] = [];
  for (const item of list) {
    const message = readMessage(item);
    if (typeof message === 'string') return invalid(message);
    messages.push(message);
  }
  if (hasEqualIds(messages)) return invalid('Two requests of a batch must not have the same id.');
  return { kind: 'messages', messages, isBatch };
}

/**
 * Attack: the answer to a list request could be taken for the answer to another request with the same id, whose answer
 * is not filtered. The ids `1` and `"1"` are equal for servers that keep requests by the text of their ids.
 */
function hasEqualIds(messages: readonly McpMessage[]): boolean {
  const ids = messages.flatMap((message) => (message.kind === 'request' ? [String(message.id)] : []));
  return new Set(ids).size < ids.length;
}

/** Returns the reason if the value is not a message. */
function readMessage(value: unknown): McpMessage | string {
  if (!isJsonObject(value)) return 'A message must be an object.';
  const fault = spellingFault(value, ENVELOPE);
  if (fault !== undefined) return fault;
  if (memberOf(value, 'jsonrpc') !== '2.0') return 'The member jsonrpc must be "2.0".';
  const method = memberOf(value, 'method');
  const id = memberOf(value, 'id');
  const isResponse = Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error');
  if (method === undefined)
    return isResponse ? { kind: 'response' } : 'A message must have a method, a result or an error.';
  if (isResponse) return 'A message with a method must not have a result or an error.';
  if (typeof method !== 'string') return 'The member method must be a string.';
  const params = Object.hasOwn(value, 'params') ? memberOf(value, 'params') : {};
  if (!isJsonObject(params)) return 'The member params must be an object.';
  const paramsFault = methodRule(method) === undefined ? undefined : parametersFault(params);
  if (paramsFault !== undefined) return paramsFault;
  if (!Object.hasOwn(value, 'id')) return { kind: 'notification', method, params };
  if (typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id)))
    return 'The member id must be text or a whole number.';
  return { kind: 'request', id, method, params };
}

function parametersFault(params: UnknownMembers): string | undefined {
  const uris = memberOf(memberOf(params, 'notifications'), 'resourceSubscriptions');
  if (Array.isArray(uris) && uris.length > SUBSCRIPTIONS_LIMIT)
    return `A stream may report at most ${SUBSCRIPTIONS_LIMIT} resources.`;
  const faults = [spellingFault(params, PARAMETERS)];
  for (const [parameter, names] of Object.entries(INSIDE_PARAMETERS)) {
    const inside = memberOf(params, parameter);
    if (isJsonObject(inside)) faults.push(spellingFault(inside, names));
  }
  return faults.find((fault) => fault !== undefined);
}

/**
 * Attack: case-insensitive decoders (Go, and C# with web defaults) read `Method` as `method`. With a body that has
 * both, the server could run something other than what was decided.
 */
function spellingFault(members: UnknownMembers, names: readonly string[]): string | undefined {
  const folded = new Map(names.map((name) => [foldText(name), name]));
  for (const member of Object.keys(members)) {
    if (INHERITING.includes(member)) return `The member ${member} is not accepted. Leave it out.`;
    const name = folded.get(foldText(member));
    if (name !== undefined && name !== member) return `The member ${member} must be written ${name}.`;
  }
  return undefined;
}

function invalid(reason: string): McpBody {
  return { kind: 'malformed', code: -32_600, reason };
}
