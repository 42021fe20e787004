/** Handles `DescribeLogGroups` and `DescribeLogStreams` (CloudWatch Logs API reference). */
import type { CallInput } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { invalidParameter } from './error.ts';
import { groupOf, readGroup } from './input.ts';
import type { LogGroupBook, StreamFacts } from './log-groups.ts';

type At = { readonly groups: LogGroupBook; readonly arnOf: (group: string) => string };

const MAX_PAGE = 50;

export function describeLogGroups(input: CallInput, { groups, arnOf }: At): UnknownMembers {
  const prefix = input.optionalText('logGroupNamePrefix');
  const part = input.optionalText('logGroupNamePattern');
  if (prefix !== undefined && part !== undefined)
    throw invalidParameter(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
  const named = new Set(input.texts('logGroupIdentifiers', { most: MAX_PAGE }).map(groupOf));
  const found = groups
    .list()
    .filter(
      ({ name }) => name.startsWith(prefix ?? '') && name.toLowerCase().includes((part ?? '').toLowerCase()),
    )
    .filter(({ name }) => named.size === 0 || named.has(name));
  const { page, nextToken } = pageOf(found, input);
  const logGroups = page.map(({ name, createdMs, retentionDays, bytes }) => ({
    logGroupName: name,
    creationTime: createdMs,
    ...(retentionDays !== undefined && { retentionInDays: retentionDays }),
    metricFilterCount: 0,
    arn: `${arnOf(name)}:*`,
    // If the call searches by pattern, AWS leaves out these two members [obs].
    ...(part === undefined && { storedBytes: bytes, deletionProtectionEnabled: false }),
    logGroupClass: 'STANDARD',
    logGroupArn: arnOf(name),
  }));
  return { logGroups, ...nextToken };
}

export function describeLogStreams(input: CallInput, { groups, arnOf }: At): UnknownMembers {
  const group = readGroup(input);
  groups.require(group);
  const prefix = input.optionalText('logStreamNamePrefix');
  const order =
    input.optionalText('orderBy', { values: ['LastEventTime', 'LogStreamName'] }) ?? 'LogStreamName';
  if (order === 'LastEventTime' && prefix !== undefined)
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const found = groups.listStreams(group).filter(({ name }) => name.startsWith(prefix ?? ''));
  const sorted =
    order === 'LogStreamName' ? found : found.toSorted((one, other) => lastOf(one) - lastOf(other));
  const { page, nextToken } = pageOf(input.flag('descending') ? sorted.toReversed() : sorted, input);
  const logStreams = page.map(({ name, createdMs, firstMs, lastMs, ingestedMs }) => ({
    logStreamName: name,
    creationTime: createdMs,
    ...(firstMs !== undefined && { firstEventTimestamp: firstMs }),
    ...(lastMs !== undefined && { lastEventTimestamp: lastMs }),
    ...(ingestedMs !== undefined && { lastIngestionTime: ingestedMs }),
    arn: `${arnOf(group)}:log-stream:${name}`,
    // AWS has returned 0 for this member since 2019.
    storedBytes: 0,
  }));
  return { logStreams, ...nextToken };
}

function lastOf({ lastMs, createdMs }: StreamFacts): number {
  return lastMs ?? createdMs;
}

/** Returns one page of a list. The token is the last name of the previous page. */
function pageOf<Item extends { readonly name: string }>(
  all: readonly Item[],
  input: CallInput,
): { readonly page: readonly Item[]; readonly nextToken: { readonly nextToken?: string } } {
  const limit = input.optionalInteger('limit', { least: 1, most: MAX_PAGE }) ?? MAX_PAGE;
  const token = input.optionalText('nextToken');
  const at =
    token === undefined
      ? -1
      : all.findIndex(({ name }) => name === Buffer.from(token, 'base64url').toString());
  if (token !== undefined && at === -1) throw invalidParameter('The specified nextToken is invalid.');
  const page = all.slice(at + 1, at + 1 + limit);
  const last = page.at(-1);
  const hasMore = last !== undefined && at + 1 + limit < all.length;
  return { page, nextToken: hasMore ? { nextToken: Buffer.from(last.name).toString('base64url') } : {} };
}
