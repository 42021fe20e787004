/**
 * Removes from a server's answers what the caller may not use, and forbids caches to share them. Lists are sorted, so
 * that equal rights give equal lists.
 */
import { asList, asText, isJsonObject, memberOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { mayListTemplate, mayUse } from './grants.ts';
import type { McpGrants } from './grants.ts';
import type { McpMessage } from './message.ts';
import { isPrivateMethod, LIST_METHODS, methodRule } from './methods.ts';

type Requests = readonly Extract<McpMessage, { kind: 'request' }>[];

/**
 * Filters the text of an answer: JSON, or server-sent events with one JSON message each.
 * @returns undefined if the text is neither, because an answer that cannot be filtered must not be sent
 */
export function filterAnswer(
  grants: McpGrants,
  requests: Requests,
  text: string,
  isStream: boolean,
): string | undefined {
  // Clients ignore a byte order mark at the beginning of a stream.
  if (isStream) return filterEvents(grants, requests, text.replace(/^\ufeff/, ''));
  if (text.trim() === '') return text;
  const value = parseJson(text);
  if (value === undefined) return undefined;
  return JSON.stringify(filterValue(grants, requests, value));
}

/** Filters a message, or each message of a batch. */
function filterValue(grants: McpGrants, requests: Requests, value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((message) => filterValue(grants, requests, message))
    : filterMessage(grants, requests, value);
}

/** Filters whole events. The last event may lack the empty line that ends it. */
export function filterEvents(grants: McpGrants, requests: Requests, text: string): string | undefined {
  const lines = text.split(/(\r\n|\n|\r)/);
  const output: string[] = [];
  let data: string[] = [];
  const endEvent = (): boolean => {
    if (data.length === 0) return true;
    const joined = data.join('\n');
    data = [];
    const value = joined === '' ? '' : parseJson(joined);
    if (value === undefined) return false;
    output.push(`data: ${value === '' ? '' : JSON.stringify(filterValue(grants, requests, value))}\n`);
    return true;
  };
  for (let index = 0; index < lines.length; index += 2) {
    const line = lines[index] ?? '';
    if (line.startsWith('data:') || line === 'data') data.push(line.slice(5).replace(/^ /, ''));
    else if (line !== '') output.push(`${line}\n`);
    else if (index < lines.length - 1) {
      if (!endEvent()) return undefined;
      output.push('\n');
    }
  }
  return endEvent() ? output.join('') : undefined;
}

function filterMessage(grants: McpGrants, requests: Requests, message: unknown): unknown {
  if (!isJsonObject(message) || !Object.hasOwn(message, 'result')) return message;
  const { result } = message;
  const id = memberOf(message, 'id');
  const request = requests.find((sent) => sent.id === id);
  // An answer that belongs to no known request could be any kind of list, so the filters of all kinds are applied to
  // it.
  const methods = request === undefined ? LIST_METHODS : [request.method];
  // A result that is not an object cannot be filtered, so it is emptied if it should be a list.
  if (!isJsonObject(result)) return methods.some(isPrivateMethod) ? { ...message, result: {} } : message;
  return {
    ...message,
    result: methods.reduce<UnknownMembers>((part, method) => filterResult(grants, method, part), result),
  };
}

function filterResult(grants: McpGrants, method: string, result: UnknownMembers): UnknownMembers {
  const rule = methodRule(method);
  if (rule?.kind === 'list') {
    if (!Object.hasOwn(result, rule.member)) return keepPrivate(result);
    const listed = asList(result[rule.member]);
    const { of, key } = rule;
    const isShown = (name: string): boolean =>
      key === 'uriTemplate' ? mayListTemplate(grants, name) : mayUse(grants, of, name);
    const shown = listed
      .map((item) => ({ item, name: asText(memberOf(item, key)) }))
      .filter(({ name }) => name !== undefined && isShown(name))
      .toSorted((a, b) => compareText(a.name ?? '', b.name ?? ''));
    return keepPrivate({ ...result, [rule.member]: shown.map(({ item }) => item) });
  }
  return isPrivateMethod(method) ? keepPrivate(result) : result;
}

/**
 * Revision 2026-07-28 lets clients share an answer whose `cacheScope` is public. Earlier revisions have no such member.
 */
function keepPrivate(result: UnknownMembers): UnknownMembers {
  const isCacheable = 'cacheScope' in result || 'ttlMs' in result || 'resultType' in result;
  return isCacheable ? { ...result, cacheScope: 'private' } : result;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
