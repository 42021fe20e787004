/**
 * Handles the calls to CloudWatch Logs about groups, streams, events and queries. The events are the lines that
 * functions and stages write, and the events that calls add.
 */
import { partitionOf } from '@gatewright/aws/arn';
import type { CallInput } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { Service, ServiceCall, ServicePorts, LogLine } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { describeLogGroups, describeLogStreams } from './describe.ts';
import { invalidParameter } from './error.ts';
import { GROUP_NAME, groupOf, STREAM_NAME, logsInput } from './input.ts';
import { judgeLogFilter } from './judge-filters.ts';
import { LogGroupBook, EVENT_BYTES } from './log-groups.ts';
import type { DeclaredGroup } from './log-groups.ts';
import { readTagList, ResourceTags } from '../../kernel/resource-tags.ts';
import type { Tags } from '../../kernel/resource-tags.ts';
import { Queries } from './queries.ts';
import { functionHomeOf } from '../../core/stack/home.ts';
import { LogSubscriptions, readLogSubscription } from './subscriptions.ts';
import { filterLogEvents, getLogEvents, testMetricFilter } from './read-events.ts';
import { asText, membersOf } from '@gatewright/aws/json-object';
import type { KeptFeed } from '../../kernel/kept-feed.ts';

type At = {
  readonly ports: ServicePorts;
  readonly groups: LogGroupBook;
  readonly tags: ResourceTags;
  readonly queries: Queries;
  readonly arnOf: (group: string) => string;
};
type Call = (input: CallInput, at: At) => UnknownMembers | Promise<UnknownMembers>;

/** The retention periods in days that the API accepts ("PutRetentionPolicy"). */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const LOGS_CALLS: Readonly<Record<string, Call>> = {
  FilterLogEvents: (input, { ports: { lines }, groups }) => filterLogEvents(input, { lines, groups }),
  GetLogEvents: (input, { ports: { lines }, groups }) => getLogEvents(input, { lines, groups }),
  TestMetricFilter: (input) => testMetricFilter(input),
  DescribeLogGroups: (input, at) => describeLogGroups(input, at),
  DescribeLogStreams: (input, at) => describeLogStreams(input, at),
  StartQuery: (input, { queries }) => queries.start(input),
  GetQueryResults: (input, { queries }) => queries.results(input),
  StopQuery: (input, { queries }) => queries.stop(input),
  PutLogEvents: (input, { ports: { lines, clock }, groups }) =>
    putLogEvents(input, { lines, groups, nowMs: clock.nowEpochMs() }),
  CreateLogGroup(input, { groups, tags, arnOf }) {
    const group = input.text('logGroupName', GROUP_NAME);
    groups.create(group);
    tags.add(arnOf(group), Object.fromEntries(input.textMap('tags')));
    return {};
  },
  TagResource(input, at) {
    at.tags.add(arnOfTagged(input, at), Object.fromEntries(input.textMap('tags')));
    return {};
  },
  UntagResource(input, at) {
    at.tags.remove(arnOfTagged(input, at), input.texts('tagKeys'));
    return {};
  },
  ListTagsForResource: (input, at) => ({ tags: at.tags.of(arnOfTagged(input, at)) }),
  CreateLogStream(input, { groups }) {
    groups.createStream(input.text('logGroupName', GROUP_NAME), input.text('logStreamName', STREAM_NAME));
    return {};
  },
  PutRetentionPolicy(input, { groups }) {
    const group = input.text('logGroupName', GROUP_NAME);
    const days = input.optionalInteger('retentionInDays', { isRequired: true }) ?? 0;
    if (!RETENTION_DAYS.includes(days))
      // The message lists the days in ascending order. AWS lists the values of enumerations in another order, but the
      // model declares this member as a number.
      input.violate(
        `'${days}'`,
        'retentionInDays',
        `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
      );
    groups.retain(group, days);
    return {};
  },
  DeleteRetentionPolicy(input, { groups }) {
    groups.retain(input.text('logGroupName', GROUP_NAME), undefined);
    return {};
  },
};
/** @throws OperationRefused if there is no log group with the ARN */
function arnOfTagged(input: CallInput, { groups, arnOf }: At): string {
  const group = groupOf(input.text('resourceArn'));
  groups.require(group);
  return arnOf(group);
}

/** The filters of log groups. */
const FILTER_TYPES = ['AWS::Logs::MetricFilter', 'AWS::Logs::SubscriptionFilter'];

export function open(ports: ServicePorts): Service {
  const groups = new LogGroupBook(ports.lines, () => ports.clock.nowEpochMs());
  const queries = new Queries(ports, groups);
  const tags = new ResourceTags();
  const subscriptions = new LogSubscriptions(ports);
  return {
    api: {
      answer: async ({ operation, request }: ServiceCall) => {
        if (operation.protocol !== 'json') return undefined;
        const { action, input } = operation;
        const call = Object.hasOwn(LOGS_CALLS, action) ? LOGS_CALLS[action] : undefined;
        if (call === undefined) return undefined;
        const { region } = request;
        const arnOf = (group: string): string =>
          `arn:${partitionOf(region)}:logs:${region}:${ports.accountId}:log-group:${group}`;
        try {
          if (input === undefined) throw new OperationRefused('SerializationException', '');
          return {
            kind: 'result',
            fields: await call(logsInput(action, input), { ports, groups, tags, queries, arnOf }),
          };
        } catch (error) {
          if (error instanceof OperationRefused) return error.toResult();
          throw error;
        }
      },
    },
    prepare(stacks) {
      // During a reset no stacks are loaded for a while. The groups are kept meanwhile, because their creation times
      // must not be lost.
      if (stacks.isEmpty) return () => undefined;
      const declared = declaredGroups(stacks);
      for (const type of FILTER_TYPES)
        for (const reader of stacks.everyOfType(type))
          for (const { property, message } of judgeLogFilter(reader.resource, reader.stack))
            reader.note(property, message, 'the gateway counts and delivers lines without this filter');
      const tagged = taggedGroups(stacks);
      const subscribed = stacks.everyOfType('AWS::Logs::SubscriptionFilter');
      return () => {
        subscriptions.define(
          subscribed.map(({ resource, stack }) => readLogSubscription(resource, functionHomeOf(stack))),
        );
        groups.declare(declared);
        tags.define(tagged);
      };
    },
    rows: () =>
      groups.list().map(({ name, events, bytes }) => ({
        kind: 'log group',
        name,
        targets: [],
        state: `${events} events, ${Math.ceil(bytes / 1024)} kB`,
      })),
    reset() {
      groups.clear();
      tags.reset();
      queries.clear();
      subscriptions.reset();
    },
    close: () => subscriptions.close(),
  };
}

/** Returns the tags of the stacks' groups, by ARN. */
function taggedGroups(stacks: StackReading): ReadonlyMap<string, Tags> {
  return new Map(
    stacks
      .everyOfType('AWS::Logs::LogGroup')
      .map(({ resource: { physicalId, properties }, stack: { region, accountId } }) => [
        `arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:${physicalId}`,
        readTagList(properties),
      ]),
  );
}

/** Returns the groups of the stacks. A stream may be in a group that a function of the stack writes to. */
function declaredGroups(stacks: StackReading): ReadonlyMap<string, DeclaredGroup> {
  const streams = stacks.everyOfType('AWS::Logs::LogStream').map(({ resource }) => ({
    group: asText(resource.properties['LogGroupName']),
    name: resource.physicalId,
  }));
  const groups = stacks.everyOfType('AWS::Logs::LogGroup').map(({ resource }) => {
    const days = Number(resource.properties['RetentionInDays']);
    return [resource.physicalId, RETENTION_DAYS.includes(days) ? days : undefined] as const;
  });
  const others = streams.flatMap(({ group }) => (group === undefined ? [] : [[group, undefined] as const]));
  return new Map(
    [...new Map([...others, ...groups])].map(([group, retentionDays]) => {
      const own = streams.filter((stream) => stream.group === group).map(({ name }) => name);
      return [group, { retentionDays, streams: new Set(own) }];
    }),
  );
}

const MAX_BATCH_BYTES = 1_048_576;
const DAY_MS = 86_400_000;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * 3_600_000;

type Sent = { readonly timestamp: number; readonly message: string };

function putLogEvents(
  input: CallInput,
  {
    lines,
    groups,
    nowMs,
  }: { readonly lines: KeptFeed<LogLine>; readonly groups: LogGroupBook; readonly nowMs: number },
): UnknownMembers {
  const group = input.text('logGroupName', GROUP_NAME);
  const stream = input.text('logStreamName', STREAM_NAME);
  const events = readEvents(input);
  groups.require(group, stream);
  const expiredMs = groups.oldestMs(group);
  const isAccepted = ({ timestamp }: Sent): boolean =>
    timestamp <= nowMs + NEWEST_MS && timestamp >= Math.max(nowMs - OLDEST_MS, expiredMs);
  for (const event of events)
    if (isAccepted(event))
      lines.publish({ group, stream, text: event.message, epochMs: event.timestamp, ingestedMs: nowMs });
  const rejected = rejectedOf(events, nowMs, expiredMs);
  // AWS ignores the sequence token in requests, but still returns one.
  return {
    nextSequenceToken: String(nowMs).padStart(56, '0'),
    ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
  };
}

function readEvents(input: CallInput): readonly Sent[] {
  const list = input.list('logEvents', { isRequired: true });
  const events = list.map((item) => {
    const { timestamp, message } = membersOf(item);
    const text = asText(message);
    if (typeof timestamp !== 'number' || !(timestamp >= 0) || text === undefined || text === '')
      throw invalidParameter(
        'Each log event must have a timestamp in milliseconds and a message that is not empty.',
      );
    return { timestamp: Math.trunc(timestamp), message: text };
  });
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_BYTES, 0);
  if (bytes > MAX_BATCH_BYTES)
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0)))
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  if ((events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0) > DAY_MS)
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  return events;
}

/**
 * Returns the positions of the rejected events. The events are in time order, so the rejected events are at the start
 * and the end of the list.
 */
function rejectedOf(events: readonly Sent[], nowMs: number, expiredMs: number): UnknownMembers {
  const tooNew = events.findIndex(({ timestamp }) => timestamp > nowMs + NEWEST_MS);
  const tooOld = events.filter(({ timestamp }) => timestamp < nowMs - OLDEST_MS).length;
  const expired = events.filter(({ timestamp }) => timestamp < expiredMs).length;
  return {
    ...(tooNew !== -1 && { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
  };
}
