/**
 * Every list of event sources in the repository agrees with the table, `packages/gateway/core/stack/event-sources.ts`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JsonObject, membersOf } from '@gatewright/aws/json-object';
import { SAMPLE_EVENTS } from '../../../../../packages/gateway/console/page/data/sample-events.ts';
import {
  findManagedPolicy,
  managedPolicyArn,
} from '../../../../../packages/gateway/core/policy/managed-policies.ts';
import {
  EVENT_SOURCES,
  findEventSource,
  MAPPING_SETTINGS,
  settingsOf,
} from '../../../../../packages/gateway/core/stack/event-sources.ts';
import { CATALOGUE } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import {
  readMembers,
  refuseUnserved,
} from '../../../../../packages/gateway/services/lambda-events/mapping-members.ts';
import { LAMBDA_EVENTS_TYPES } from '../../../../../packages/gateway/services/lambda-events/resource-types.ts';
import { SHAPES } from '../../../../../packages/gateway/templates/terraform/terraform-shapes.ts';
import { PARTS, rowOf } from '../../../../../packages/gateway/templates/terraform/terraform-types.ts';
import { samEvents } from '../../templates/sam-event-builders.ts';
import { readSource, readSources } from '../../../../architecture/source-files.ts';

const TABLE = 'packages/gateway/core/stack/event-sources.ts';
const GUIDE = 'docs/guides/run/events.md';

const types = Object.keys(EVENT_SOURCES);
const rowsOf = types.map((type) => ({ type, ...findEventSource(type) }));
const served = rowsOf.filter(({ sample }) => sample !== undefined);
const mapped = rowsOf.flatMap(({ type, mapping }) => (mapping === undefined ? [] : [{ type, ...mapping }]));
const settings = Object.values(MAPPING_SETTINGS).flat();

/** Names the rows that one of two lists lacks. */
function assertSame(list: string, found: readonly string[], expected: readonly string[]): void {
  const missing = [...new Set(expected)].filter((name) => !found.includes(name));
  const unknown = [...new Set(found)].filter((name) => !expected.includes(name));
  assert.deepEqual(missing, [], `${list} lacks ${missing.join(', ')}, which ${TABLE} has`);
  assert.deepEqual(unknown, [], `${TABLE} lacks ${unknown.join(', ')}, which ${list} has`);
}

/** Names in code of the first line of the guide with `start`. */
function namedInGuide(start: RegExp): readonly string[] {
  const line = readSource(GUIDE)
    .text.split('\n')
    .find((one) => start.test(one));
  const [, part = ''] = start.exec(line ?? '') ?? [];
  return [...part.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
}

/** The required properties of a SAM event type. */
const PROPERTIES: Readonly<
  Record<string, Readonly<Record<string, string | Readonly<Record<string, string | readonly string[]>>>>>
> = {
  SQS: { Queue: 'arn' },
  DynamoDB: { Stream: 'arn', StartingPosition: 'LATEST' },
  Kinesis: { Stream: 'arn', StartingPosition: 'LATEST' },
  SNS: { Topic: 'arn' },
  S3: { Bucket: { Ref: 'Files' }, Events: 's3:ObjectCreated:*' },
  Schedule: { Schedule: 'rate(1 day)' },
  ScheduleV2: { ScheduleExpression: 'rate(1 day)' },
  EventBridgeRule: { Pattern: { source: ['shop'] } },
  CloudWatchEvent: { Pattern: { source: ['shop'] } },
  CloudWatchLogs: { LogGroupName: 'group', FilterPattern: '' },
  Cognito: { UserPool: { Ref: 'Users' }, Trigger: 'PreSignUp' },
};
const REST = { Files: { Type: 'AWS::S3::Bucket' }, Users: { Type: 'AWS::Cognito::UserPool' } };

/** The resources of Terraform's provider that attach a source to a function. */
const IN_TERRAFORM: Readonly<Record<string, readonly string[]>> = {
  SQS: ['aws_lambda_event_source_mapping'],
  DynamoDB: ['aws_lambda_event_source_mapping'],
  Kinesis: ['aws_lambda_event_source_mapping'],
  SNS: ['aws_sns_topic_subscription'],
  S3: ['aws_s3_bucket_notification'],
  Schedule: ['aws_cloudwatch_event_rule', 'aws_cloudwatch_event_target'],
  ScheduleV2: ['aws_scheduler_schedule'],
  EventBridgeRule: ['aws_cloudwatch_event_rule', 'aws_cloudwatch_event_target'],
  CloudWatchEvent: ['aws_cloudwatch_event_rule', 'aws_cloudwatch_event_target'],
  CloudWatchLogs: ['aws_cloudwatch_log_subscription_filter'],
  Cognito: ['aws_cognito_user_pool'],
};

/** A value of each setting of mappings, by the kind of source. */
const OF_EVERY = {
  BatchSize: 7,
  Enabled: false,
  FilterCriteria: { Filters: [{ Pattern: '{}' }] },
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  KmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/k',
  MaximumBatchingWindowInSeconds: 5,
  MetricsConfig: { Metrics: ['EventCount'] },
};
const VALUES_OF_SETTINGS: Readonly<Record<'queue' | 'stream', JsonObject>> = {
  queue: {
    ...OF_EVERY,
    ProvisionedPollerConfig: { MaximumPollers: 5 },
    ScalingConfig: { MaximumConcurrency: 5 },
  },
  stream: {
    ...OF_EVERY,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:123456789012:dead' } },
    MaximumRecordAgeInSeconds: 60,
    MaximumRetryAttempts: 2,
    ParallelizationFactor: 3,
    StartingPosition: 'TRIM_HORIZON',
    StartingPositionTimestamp: 1,
    TumblingWindowInSeconds: 30,
  },
};

describe('The table of event sources', () => {
  it('has a value in this test for each setting', () => {
    for (const kind of ['queue', 'stream'] as const)
      assertSame(
        'VALUES_OF_SETTINGS of this test',
        Object.keys(VALUES_OF_SETTINGS[kind]),
        settingsOf({ kind }),
      );
  });

  it("has every type of SAM's Events except APIs", () => {
    // SAM developer guide, "EventSource", Type: valid values.
    const documented =
      'AlexaSkill Api CloudWatchEvent CloudWatchLogs Cognito DocumentDB DynamoDB EventBridgeRule HttpApi IoTRule Kinesis MQ MSK S3 Schedule ScheduleV2 SelfManagedKafka SNS SQS';
    assertSame(
      "SAM's guide",
      documented.split(' ').filter((type) => type !== 'Api' && type !== 'HttpApi'),
      types,
    );
  });

  for (const { type, sample } of rowsOf)
    it(`says whether ${type} events of SAM are expanded`, () => {
      const event = { E: { Type: type, Properties: PROPERTIES[type] ?? {} } };
      const { findings } = samEvents(event, {}, REST);
      const message = `${type} events are not supported; the function will not be invoked.`;

      assert.deepEqual(
        findings.map(({ consequence }) => consequence),
        sample === undefined ? [message] : [],
      );
    });

  it('has a sample in the console for each row that is served', () => {
    const names = SAMPLE_EVENTS.map(({ source }) => source).filter((name) => !/API|Authorizer/.test(name));
    assertSame(
      'packages/gateway/console/page/data/sample-events.ts',
      names,
      served.map(({ sample }) => sample ?? ''),
    );
  });

  it('has the sources that services offer to mappings', () => {
    const offered = readSources()
      .filter(({ path }) => path.startsWith('packages/gateway/services/'))
      .flatMap(({ text }) => [...text.matchAll(/\.offerSources\(\s*'([\w-]+)'/g)])
      .map(([, service = '']) => service);
    const known = CATALOGUE.map(({ name, arnService }) => arnService ?? name);
    const services = mapped.map(({ service }) => service);

    assertSame('offerSources of packages/gateway/services', offered, services);
    assert.deepEqual(
      services.filter((service) => !known.includes(service)),
      [],
    );
  });

  for (const { type, service, policy, rights } of mapped)
    it(`gives ${type} a managed policy that has the rights of the row`, () => {
      const known = findManagedPolicy(managedPolicyArn(policy));
      assert.ok(known !== undefined, `packages/gateway/core/policy/managed-policies.ts lacks ${policy}`);
      const resource = `arn:aws:${service}:us-east-1:123456789012:x`;
      const conditions = new Map();
      const lacking = rights.filter(
        (right) => known.decide({ action: `${service}:${right}`, resource, conditions }) !== 'allow',
      );
      assert.deepEqual(lacking, [], `${policy} lacks ${lacking.join(', ')}`);
    });

  it("has the settings that Lambda's mappings have in templates, in calls and in Terraform", () => {
    const { enforced, noEffect, unsupported } = LAMBDA_EVENTS_TYPES['AWS::Lambda::EventSourceMapping'];
    const inTemplates = [...enforced, ...noEffect, ...Object.keys(unsupported)].map(
      (name) => name.split('.')[0] ?? name,
    );
    const others = ['EventSourceArn', 'FunctionName', 'Tags'];
    assertSame(
      'packages/gateway/services/lambda-events/resource-types.ts',
      inTemplates.filter((name) => !others.includes(name)),
      settings,
    );
    assertSame(
      'packages/gateway/services/lambda-events/mapping-members.ts',
      settings.filter(isInCalls),
      settings,
    );
    const type = 'aws_lambda_event_source_mapping';
    const inTerraform = rowOf(type)?.attributes.flatMap(({ property }) => property) ?? [];
    const shaped = ['DestinationConfig', 'FilterCriteria'];
    assert.ok(SHAPES[type] !== undefined);
    assertSame(
      'packages/gateway/templates/terraform/terraform-types.ts',
      [...shaped, ...inTerraform.filter((name) => !others.includes(name))],
      settings,
    );
  });

  for (const { type } of served)
    it(`has a resource of Terraform that attaches ${type} to a function`, () => {
      const attached = IN_TERRAFORM[type] ?? [];

      assert.notEqual(attached.length, 0, `IN_TERRAFORM of this test lacks ${type}`);
      assert.deepEqual(
        attached.filter((name) => rowOf(name) === undefined && !PARTS.has(name)),
        [],
        `packages/gateway/templates/terraform/terraform-types.ts lacks it`,
      );
    });

  for (const { type, arnProperty, kind } of mapped)
    for (const [setting, value] of Object.entries(VALUES_OF_SETTINGS[kind]))
      it(`passes ${setting} of ${type} from SAM to the mapping`, () => {
        const Properties: JsonObject = { ...PROPERTIES[type], [arnProperty]: 'arn', [setting]: value };
        const { resources } = samEvents({ E: { Type: type, Properties } }, {}, REST);
        const [mapping] = Object.values(resources)
          .map(membersOf)
          .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');

        assert.deepEqual(membersOf(mapping?.['Properties'])[setting], value);
      });

  it('matches what the guide says about SAM', () => {
    assertSame(
      `${GUIDE}, "expands Events of these types"`,
      namedInGuide(/of these types as SAM does: (.*?)\. /).filter((name) => name !== 'SqsSubscription'),
      served.map(({ type }) => type),
    );
    assertSame(
      `${GUIDE}, "SAM \`Events\` of the types"`,
      namedInGuide(/SAM `Events` of the types (.*?)\./),
      rowsOf.filter(({ sample }) => sample === undefined).map(({ type }) => type),
    );
  });
});

/** A call refuses this value, or stores it; it leaves out what it does not support. */
function isInCalls(setting: string): boolean {
  const name = setting === 'KmsKeyArn' ? 'KMSKeyArn' : setting;
  const input = { EventSourceArn: 'a', FunctionName: 'f', [name]: {} };
  try {
    refuseUnserved(input);
    return name in readMembers(input, false);
  } catch {
    return true;
  }
}
