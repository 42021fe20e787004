/**
 * Reads the messages of an HTTP body strictly, because the function behind the wrapper may read an ambiguous body
 * differently: doubled members, members in another case, and text that is not UTF-8 are refused.
 */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { hasDuplicateMember } from '../http/json-members.ts';
import { methodRule } from './methods.ts';

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
  /** `code` is the JSON-RPC error code: -32700 for text that is not JSON, otherwise -32600. */
  | { readonly kind: 'malformed'; readonly code: -32_700 | -32_600; readonly reason: string };

/** Revision 2025-03-26 allows batches, and sets no limit. */
const BATCH_LIMIT = 50;

/** Members that decide what a message does. A body that has one of them in another case is refused. */
const ENVELOPE = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];
const PARAMETERS = ['name', 'uri', 'ref', 'arguments', 'notifications', '_meta'];

export function readMessages(bytes: Uint8Array): McpBody {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', code: -32_700, reason: 'The body is not JSON in UTF-8.' };
  }
  if (hasDuplicateMember(text)) return invalid('A member occurs twice.');
  const isBatch = Array.isArray(value);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return invalid('The batch is empty.');
  if (list.length > BATCH_LIMIT) return invalid(`A batch may have at most ${BATCH_LIMIT} messages.`);
  const messages: McpMessage[] = [];
  for (const item of list) {
    const message = readMessage(item);
    if (typeof message === 'string') return invalid(message);
    messages.push(message);
  }
  return { kind: 'messages', messages, isBatch };
}

/** Returns the reason if the value is not a message. */
function readMessage(value: unknown): McpMessage | string {
  if (!isJsonObject(value)) return 'A message must be an object.';
  const misspelled = misspelledMember(value, ENVELOPE);
  if (misspelled !== undefined) return `The member ${misspelled} must be in lower case.`;
  if (memberOf(value, 'jsonrpc') !== '2.0') return 'The member jsonrpc must be "2.0".';
  const method = memberOf(value, 'method');
  const id = memberOf(value, 'id');
  const isResponse = Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error');
  if (method === undefined)
    return isResponse ? { kind: 'response' } : 'A message must have a method, a result or an error.';
  if (isResponse) return 'A message with a method has neither result nor error.';
  if (typeof method !== 'string') return 'The member method must be text.';
  const params = Object.hasOwn(value, 'params') ? memberOf(value, 'params') : {};
  if (!isJsonObject(params)) return 'The member params must be an object.';
  const misspelledParameter = misspelledMember(params, PARAMETERS);
  if (misspelledParameter !== undefined && methodRule(method) !== undefined)
    return `The parameter ${misspelledParameter} must be in lower case.`;
  if (!Object.hasOwn(value, 'id')) return { kind: 'notification', method, params };
  if (typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id)))
    return 'The member id must be text or a whole number.';
  return { kind: 'request', id, method, params };
}

/** Attack: Go's decoder takes `Method` for `method`, so a body with both would run what was not decided. */
function misspelledMember(members: UnknownMembers, names: readonly string[]): string | undefined {
  return Object.keys(members).find(
    (name) => !names.includes(name) && names.includes(name.normalize('NFKC').toLowerCase()),
  );
}

function invalid(reason: string): McpBody {
  return { kind: 'malformed', code: -32_600, reason };
}
