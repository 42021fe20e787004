/** Compares two responses to one call and returns one difference or none. */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Answer } from './sides.ts';

/** What differs between two responses. Only the first difference in this order is reported. */
export type Kind = 'status' | 'code' | 'message' | 'body';

export type Difference = { readonly kind: Kind; readonly ours: string; readonly theirs: string };

/** Members that differ by machine or time, or that DynamoDB Local only approximates (README of the tool). */
const VOLATILE = new Set([
  'TableId',
  'CreationDateTime',
  'LastUpdateToPayPerRequestDateTime',
  'LatestStreamArn',
]);
VOLATILE.add('LatestStreamLabel').add('ConsumedCapacity').add('TableSizeBytes').add('IndexSizeBytes');
const UNORDERED = new Set(['Items', 'SS', 'NS', 'BS', 'Tags', 'AttributeDefinitions', 'TableNames']);

/** @param operation the operation of the call, which matters because a page of a scan has no order */
export function differenceOf(ours: Answer, theirs: Answer): Difference | undefined {
  const [mine, other] = [membersOf(ours.body), membersOf(theirs.body)];
  const differ = (kind: Kind, a: unknown, b: unknown): Difference | undefined =>
    isDeepStrictEqual(a, b) ? undefined : { kind, ours: print(a), theirs: print(b) };
  const isSame = ours.status === theirs.status;
  if (!isSame) return { kind: 'status', ours: summary(ours), theirs: summary(theirs) };
  if (ours.status === 200) return differ('body', settle(ours.body), settle(theirs.body));
  return (
    differ('code', codeOf(mine), codeOf(other)) ??
    differ('message', messageOf(mine), messageOf(other)) ??
    differ('body', settle(rest(mine)), settle(rest(other)))
  );
}

function summary({ status, body }: Answer): string {
  const members = membersOf(body);
  return status === 200 ? '200' : `${status} ${codeOf(members)}: ${messageOf(members)}`;
}

function rest(body: Readonly<Record<string, unknown>>): object {
  const named = ['__type', 'message', 'Message'];
  return Object.fromEntries(Object.entries(body).filter(([name]) => !named.includes(name)));
}

function codeOf(body: Readonly<Record<string, unknown>>): string {
  return String(body['__type']).replace(/^.*#/, '');
}

function messageOf(body: Readonly<Record<string, unknown>>): string {
  const text = body['message'] ?? body['Message'];
  return typeof text === 'string' ? text : '';
}

function settle(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const members = value.map((member) => settle(member));
    return UNORDERED.has(name) ? members.toSorted((a, b) => (print(a) < print(b) ? -1 : 1)) : members;
  }
  if (!isJsonObject(value)) {
    return typeof value === 'string'
      ? value.replaceAll('ddblocal', 'us-east-1').replaceAll('000000000000', '123456789012')
      : value;
  }
  const entries = Object.entries(value).filter(([member]) => !VOLATILE.has(member));
  return Object.fromEntries(
    entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([member, inner]) => [member, settle(inner, member)]),
  );
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
