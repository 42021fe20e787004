/** Services together: eventbridge, kinesis, s3, sqs. */
/** Filters that can never match what their author meant, found in the filter alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteFilter } from '../../packages/gateway/console/records/filter-notes.ts';
import * as events from '../../packages/gateway/services/eventbridge/service.ts';
import * as kinesis from '../../packages/gateway/services/kinesis/service.ts';
import * as s3 from '../../packages/gateway/services/s3/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../support/an-event-engine.ts';
import type { StampedStep } from '../../packages/gateway/kernel/event-step.ts';

const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/';
const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:work`;

type Row = {
  readonly title: string;
  readonly source: string;
  readonly resources: string;
  readonly from: string;
  readonly by: Extract<StampedStep, { kind: 'filtered' }>['by'];
  readonly because: RegExp;
  readonly change: RegExp;
};

const rule = (pattern: string): string => `
  Paid: { Type: AWS::Events::Rule, Properties: { Name: work, EventPattern: ${pattern} } }`;
const mapping = (arn: string, pattern: string): string => `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  Read:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: work
      EventSourceArn: ${arn}
      FilterCriteria: { Filters: [{ Pattern: '${pattern}' }] }`;
const bucket = (name: string, value: string): string => `
  Files:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: files
      NotificationConfiguration:
        LambdaConfigurations:
          - { Event: 's3:ObjectCreated:*', Function: '${FUNCTION}', Filter: { S3Key: { Rules: [{ Name: ${name}, Value: '${value}' }] } } }`;

const BUS = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`;
const TABLE = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000`;
const STREAM = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/clicks`;
const BUCKET = 'arn:aws:s3:::files';

const ROWS: readonly Row[] = [
  {
    title: 'detailType, which an event has as detail-type',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html',
    resources: rule('{ detailType: [Order] }'),
    from: BUS,
    by: 'EventPattern',
    because: /^An event has no member detailType: its members are version, id, detail-type, source, /,
    change: /^Write "detail-type" instead of "detailType" in EventPattern \(events\.yml:\d+\)\.$/,
  },
  {
    title: 'a member of the detail at the top of the pattern',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html',
    resources: rule('{ state: [paid] }'),
    from: BUS,
    by: 'EventPattern',
    because: /^An event has no member state/,
    change: /^Write {"detail":{"state":\["paid"\]}} instead of {"state":\["paid"\]} in EventPattern/,
  },
  {
    title: 'the body of a queue in a filter of a table’s stream',
    source: `${LAMBDA}with-ddb-filtering.html`,
    resources: mapping(TABLE, '{"body": {"eventName": ["INSERT"]}}'),
    from: TABLE,
    by: 'FilterCriteria',
    because: /^A record of a DynamoDB stream has no member body: its members are eventID, eventName, /,
    change:
      /^Write {"eventName":\["INSERT"\]} instead of {"body":{"eventName":\["INSERT"\]}} in Pattern \(events\.yml:\d+\)\.$/,
  },
  {
    title: 'a value without its type in a filter of a table’s stream',
    source: `${LAMBDA}with-ddb-filtering.html`,
    resources: mapping(TABLE, '{"dynamodb": {"NewImage": {"state": ["paid"]}}}'),
    from: TABLE,
    by: 'FilterCriteria',
    because: /^In NewImage of a record, each value has its type: state is {"S": …}/,
    change: /^Write {"state":{"S":\["paid"\]}} instead of {"state":\["paid"\]} in Pattern/,
  },
  {
    title: 'a number that is not a text in a filter of a table’s stream',
    source: `${LAMBDA}with-ddb-filtering.html`,
    resources: mapping(TABLE, '{"dynamodb": {"Keys": {"n": {"N": [5]}}}}'),
    from: TABLE,
    by: 'FilterCriteria',
    because: /^In Keys of a record, the number n is a string/,
    change: /^Write {"n":{"N":\["5"\]}} instead of {"n":{"N":\[5\]}} in Pattern/,
  },
  {
    title: 'a member of the body at the top of a queue’s filter',
    source: `${LAMBDA}with-sqs-filtering.html`,
    resources: mapping('!GetAtt Jobs.Arn', '{"kind": ["paid"]}'),
    from: QUEUE,
    by: 'FilterCriteria',
    because: /^A message of a queue has no member kind/,
    change: /^Write {"body":{"kind":\["paid"\]}} instead of {"kind":\["paid"\]}/,
  },
  {
    title: 'the body of a queue in a filter of a Kinesis stream',
    source: `${LAMBDA}with-kinesis-filtering.html`,
    resources: mapping(STREAM, '{"body": {"kind": ["paid"]}}'),
    from: STREAM,
    by: 'FilterCriteria',
    because: /^A record of a Kinesis stream has no member body/,
    change: /^Move the filter from "body" to "data" in Pattern/,
  },
  {
    title: 'a wildcard in a prefix',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html',
    resources: bucket('prefix', 'uploads/*'),
    from: BUCKET,
    by: 'Filter',
    because: /^Filters for S3 events have no wildcards: the prefix uploads\/\* \(events\.yml:\d+\)/,
    change: /^Write uploads\/ instead of uploads\/\* as the prefix \(events\.yml:\d+\)\.$/,
  },
  {
    title: 'a wildcard in a suffix',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html',
    resources: bucket('suffix', '*.png'),
    from: BUCKET,
    by: 'Filter',
    because: /^Filters for S3 events have no wildcards/,
    change: /^Write \.png instead of \*\.png as the suffix/,
  },
  {
    title: 'a prefix that is only a wildcard',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html',
    resources: bucket('prefix', '*'),
    from: BUCKET,
    by: 'Filter',
    because: /^Filters for S3 events have no wildcards/,
    change: /^Remove the rule for the prefix \*/,
  },
];

const RIGHT: readonly Pick<Row, 'title' | 'resources' | 'from' | 'by'>[] = [
  {
    title: 'an event',
    resources: rule('{ detail-type: [Order], $or: [{ source: [a] }, { source: [b] }] }'),
    from: BUS,
    by: 'EventPattern',
  },
  {
    title: 'a record of a table',
    resources: mapping(
      TABLE,
      '{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"state": {"S": ["paid"]}}}}',
    ),
    from: TABLE,
    by: 'FilterCriteria',
  },
  {
    title: 'a message',
    resources: mapping('!GetAtt Jobs.Arn', '{"body": {"kind": ["paid"]}}'),
    from: QUEUE,
    by: 'FilterCriteria',
  },
  { title: 'a key', resources: bucket('prefix', 'uploads/'), from: BUCKET, by: 'Filter' },
];

function notesOf({ resources, from, by }: Pick<Row, 'resources' | 'from' | 'by'>) {
  const { stacks } = anEventEngine({ events, sqs, kinesis, s3 }, { resources });
  const owned = [...(stacks[0]?.resources.values() ?? [])];
  const found = owned.find(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
  return noteFilter(
    {
      kind: 'filtered',
      from,
      to: FUNCTION,
      by,
      rule: found?.physicalId ?? 'work',
      why: '',
      atEpochMs: 0,
      cause: '',
    },
    stacks,
  );
}

describe('a filter that can never match', () => {
  for (const row of ROWS)
    it(`is told with what to write instead: ${row.title} (${row.source})`, () => {
      const [note, ...more] = notesOf(row);

      assert.match(note?.because ?? '', row.because);
      assert.match(note?.change ?? '', row.change);
      assert.deepEqual(more, []);
    });

  for (const row of RIGHT)
    it(`is not assumed of a filter that only differs from the event: ${row.title}`, () => {
      assert.deepEqual(notesOf(row), []);
    });
});
