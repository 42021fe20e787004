/** Services together: cloudwatch, sns. */
/** Every alarm of the repository's stack, and the faults of docs/guides/operate/operating.md that ring it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { measureInvocation } from '../../../packages/gateway/core/events/measurement.ts';
import * as monitoring from '../../../packages/gateway/services/cloudwatch/service.ts';
import * as sns from '../../../packages/gateway/services/sns/service.ts';
import { anAlarmBench, TOPIC } from '../../support/an-alarm-bench.ts';
import type { AlarmBench } from '../../support/an-alarm-bench.ts';

const STACK = join(import.meta.dirname, '../../../packages/toolkit/stack');
const NAMESPACE = 'gatewright-dev';

type Resource = { readonly Type: string; readonly Properties: object };

/**
 * The alarms as the packaged stack has them, except that what they refer to is called by its logical id: the
 * parser reads `!Ref AccessTable` as its text.
 */
function readAlarms(): Readonly<Record<string, Resource>> {
  const resources = globSync('**/*.yml', { cwd: STACK })
    .toSorted()
    .flatMap((path) => {
      const text = readFileSync(join(STACK, path), 'utf8').replaceAll('${sls:stage}', 'dev');
      const { Resources = {} } = parse(text, { merge: true, logLevel: 'error' }) as {
        readonly Resources?: Readonly<Record<string, Resource>>;
      };
      return Object.entries(Resources).filter(([, { Type }]) => Type.startsWith('AWS::CloudWatch::'));
    });
  return Object.fromEntries(resources.filter(([, { Type }]) => Type !== 'AWS::CloudWatch::Dashboard'));
}

const ALARMS = readAlarms();

function aStackBench(): AlarmBench {
  const resources = Object.entries(ALARMS).map(([id, { Type, Properties }]) => {
    const named = { ...Properties, AlarmName: id };
    return `  ${id}: ${JSON.stringify({ Type, Properties: named }).replaceAll('"AlarmTopic"', JSON.stringify(TOPIC))}`;
  });
  return anAlarmBench({ sns, monitoring }, `${resources.join('\n')}\n`);
}

/** Produces the metrics that a fault causes in the stack in a minute. */
type Trace = (bench: AlarmBench) => void;

type End = Parameters<typeof measureInvocation>[0]['end'];

/**
 * An invocation, as the gateway measures it.
 * @param id logical, as `!Ref` names it
 */
const invoked =
  (id: string, end: End, tookMs = 5): Trace =>
  ({ engine, clock }) => {
    const startedAtEpochMs = clock.nowEpochMs();
    const facts = { functionName: id, qualifier: undefined, startedAtEpochMs, tookMs, concurrent: 1, end };
    const measurement = measureInvocation(facts);
    if (measurement !== undefined) engine.metrics.publish(measurement);
  };
const fails = (id: string): Trace => invoked(id, { kind: 'failed' });
const isThrottled = (id: string): Trace => invoked(id, { kind: 'refused', reason: 'throttled' });
/** Produces a metric that a function itself writes. */
const writes =
  (service: string, name: string, value = 1): Trace =>
  (bench) =>
    bench.measure(name, value, { namespace: NAMESPACE, dimensions: { service } });
const has =
  (namespace: string, name: string, dimensions: Readonly<Record<string, string>>, value = 1): Trace =>
  (bench) =>
    bench.measure(name, value, { namespace, dimensions });

const TOKEN = 'TokenDashauthorizerLambdaFunction';
const REQUEST = 'RequestDashauthorizerLambdaFunction';
const TRACKER_QUEUE = { QueueName: 'UsageTrackerFailures.QueueName' };
const WEB_ACL = { WebACL: NAMESPACE, Rule: 'ALL', Region: 'AWS::Region' };
const FUNCTIONS_OF_CHANNELS = [
  'connect',
  'disconnect',
  'default',
  'ticket',
  'subscribe',
  'unsubscribe',
  'publish',
  'publisher',
].map((name) => `WsDash${name}LambdaFunction`);

type Fault = { readonly fault: string; readonly traces: readonly Trace[]; readonly rings: readonly string[] };

/** Each lasts a quarter of an hour, once a minute. */
const FAULTS: readonly Fault[] = [
  ...['token-authorizer', 'request-authorizer'].flatMap((service): Fault[] => [
    { fault: `${service} answers 500`, traces: [writes(service, 'Failed')], rings: ['AccessFailedAlarm'] },
    {
      fault: `${service} cannot read an issuer's keys`,
      traces: [writes(service, 'JwksFetchFailed')],
      rings: ['AccessJwksAlarm'],
    },
  ]),
  ...[TOKEN, REQUEST].flatMap((id): Fault[] => [
    {
      fault: `${id} takes as long as it may`,
      traces: [
        invoked(id, { kind: 'failed' }, 5_000),
        writes(id === TOKEN ? 'token-authorizer' : 'request-authorizer', 'Allow'),
      ],
      rings: ['AccessFailedAlarm'],
    },
    { fault: `${id} cannot start`, traces: [fails(id)], rings: ['AccessSilentAlarm'] },
    { fault: `${id} is throttled`, traces: [isThrottled(id)], rings: ['AccessThrottlesAlarm'] },
  ]),
  {
    fault: 'access-admin fails',
    traces: [fails('AccessDashadminLambdaFunction')],
    rings: ['AccessFailedAlarm'],
  },
  {
    fault: 'access-admin is throttled',
    traces: [isThrottled('AccessDashadminLambdaFunction')],
    rings: ['AccessThrottlesAlarm'],
  },
  ...['ReadThrottleEvents', 'WriteThrottleEvents'].flatMap((name): Fault[] => [
    {
      fault: `the access table has ${name}`,
      traces: [has('AWS/DynamoDB', name, { TableName: 'AccessTable' })],
      rings: ['AccessTableThrottledAlarm'],
    },
    {
      fault: `the usage table has ${name}`,
      traces: [has('AWS/DynamoDB', name, { TableName: 'UsageTable' })],
      rings: ['UsageTableThrottledAlarm'],
    },
  ]),
  {
    fault: 'request-authorizer cannot reach the usage table',
    traces: [writes('request-authorizer', 'QuotaUnavailable')],
    rings: ['QuotaUnavailableAlarm'],
  },
  {
    fault: 'leases hold 2 % of what is charged',
    traces: [
      writes('request-authorizer', 'QuotaUnitsGranted', 100),
      writes('request-authorizer', 'QuotaUnitsWasted', 2),
    ],
    rings: ['QuotaWasteAlarm'],
  },
  {
    fault: 'a clock is wrong',
    traces: [writes('request-authorizer', 'QuotaClockOff')],
    rings: ['QuotaClockAlarm'],
  },
  {
    fault: 'usage-closer fails',
    traces: [fails('UsageDashcloserLambdaFunction')],
    rings: ['UsageCloserErrorsAlarm'],
  },
  {
    fault: 'usage-closer is throttled',
    traces: [isThrottled('UsageDashcloserLambdaFunction')],
    rings: ['UsageCloserThrottlesAlarm'],
  },
  {
    fault: 'batches of access logs were not charged',
    traces: [has('AWS/SQS', 'ApproximateNumberOfMessagesVisible', TRACKER_QUEUE)],
    rings: ['UsageTrackerFailuresAlarm'],
  },
  {
    fault: 'batches of access logs wait for over a week',
    traces: [has('AWS/SQS', 'ApproximateAgeOfOldestMessage', TRACKER_QUEUE, 604_801)],
    rings: ['UsageTrackerFailuresAgeAlarm'],
  },
  {
    fault: 'usage-tracker fails',
    traces: [fails('UsageDashtrackerLambdaFunction')],
    rings: ['UsageTrackerErrorsAlarm'],
  },
  {
    fault: 'usage-tracker is throttled',
    traces: [isThrottled('UsageDashtrackerLambdaFunction')],
    rings: ['UsageTrackerThrottlesAlarm'],
  },
  ...['Malformed', 'Unchargeable', 'Waiting'].map((kind): Fault => ({
    fault: `lines of access logs: ${kind}`,
    traces: [writes('usage-tracker', `Usage${kind}`)],
    rings: [`UsageTracker${kind}Alarm`],
  })),
  ...(
    [
      ['QuotaDashadmin', 'QuotaAdmin'],
      ['CacheDashinvalidator', 'CacheInvalidator'],
      ['WebhookDashreceiver', 'WebhookReceiver'],
    ] as const
  ).flatMap(([id, alarm]): Fault[] => [
    { fault: `${alarm} fails`, traces: [fails(`${id}LambdaFunction`)], rings: [`${alarm}ErrorsAlarm`] },
    {
      fault: `${alarm} is throttled`,
      traces: [isThrottled(`${id}LambdaFunction`)],
      rings: [`${alarm}ThrottlesAlarm`],
    },
  ]),
  {
    fault: 'invalidations were not taken',
    traces: [
      has('AWS/SQS', 'ApproximateNumberOfMessagesVisible', {
        QueueName: 'CacheInvalidatorFailures.QueueName',
      }),
    ],
    rings: ['CacheInvalidatorFailuresAlarm'],
  },
  ...FUNCTIONS_OF_CHANNELS.flatMap((id): Fault[] => [
    { fault: `${id} fails`, traces: [fails(id)], rings: ['ChannelsFailedAlarm'] },
    { fault: `${id} is throttled`, traces: [isThrottled(id)], rings: ['ChannelsThrottlesAlarm'] },
  ]),
  {
    fault: 'API Gateway throttles deliveries',
    traces: [writes('ws-publisher', 'Throttled')],
    rings: ['WsPublisherNotSentAlarm'],
  },
  {
    fault: 'the WebSocket API answers with errors of ours',
    traces: [has('AWS/ApiGateway', 'ExecutionError', { ApiId: 'WebsocketsApi', Stage: 'dev' })],
    rings: ['WebSocketErrorsAlarm'],
  },
  ...['BlockedRequests', 'CountedRequests'].map((name): Fault => ({
    fault: `the web ACL has many ${name}`,
    traces: [has('AWS/WAFV2', name, WEB_ACL, 101)],
    rings: ['WebAclMatchesAlarm'],
  })),
  {
    fault: 'the HTTP API answers 5xx',
    traces: [has('AWS/ApiGateway', '5xx', { ApiId: 'HttpApi', Stage: '$default' })],
    rings: ['AdminApiFaultsAlarm'],
  },
  {
    fault: 'the HTTP API of the portal answers 5xx',
    traces: [has('AWS/ApiGateway', '5xx', { ApiId: 'PortalApi', Stage: '$default' })],
    rings: ['PortalFaultsAlarm'],
  },
  {
    fault: 'portal-alerts fails',
    traces: [fails('PortalDashalertsLambdaFunction')],
    rings: ['PortalAlertsErrorsAlarm'],
  },
  {
    fault: 'Amazon SES refuses mails of the portal',
    traces: [writes('portal-alerts', 'AlertsFailed')],
    rings: ['PortalMailFailedAlarm'],
  },
  {
    fault: 'portal-admin fails',
    traces: [fails('PortalDashadminLambdaFunction')],
    rings: ['PortalAdminErrorsAlarm'],
  },
  {
    fault: 'none: callers are let in and refused, units are used, plans are closed',
    traces: [
      ...[TOKEN, REQUEST].map((id) => invoked(id, { kind: 'returned' })),
      // A refused caller (401) is an error of Lambda's, too.
      fails(REQUEST),
      writes('token-authorizer', 'Allow'),
      writes('request-authorizer', 'Unauthorized'),
      writes('request-authorizer', 'QuotaUnitsGranted', 100),
      ...[...FUNCTIONS_OF_CHANNELS, 'UsageDashcloserLambdaFunction'].map((id) =>
        invoked(id, { kind: 'returned' }),
      ),
      has('AWS/ApiGateway', '5xx', { ApiId: 'HttpApi', Stage: '$default' }, 0),
      has('AWS/ApiGateway', 'ExecutionError', { ApiId: 'WebsocketsApi', Stage: 'dev' }, 0),
      has('AWS/SQS', 'ApproximateNumberOfMessagesVisible', TRACKER_QUEUE, 0),
    ],
    rings: [],
  },
];

const MINUTES = 15;

describe('alarms of the stack', () => {
  for (const { fault, traces, rings } of FAULTS)
    it(`${rings.join(' and ') || 'none'} goes off: ${fault}`, async () => {
      const bench = aStackBench();
      for (let minute = 0; minute < MINUTES; minute += 1) {
        for (const trace of traces) trace(bench);
        await bench.minutes(1);
      }
      const states = Object.entries(await bench.states());

      assert.deepEqual(
        states.flatMap(([name, state]) => (state === 'ALARM' ? [name] : [])),
        rings,
      );
    });

  it('are all rung by a fault', () => {
    assert.deepEqual(
      [...new Set(FAULTS.flatMap(({ rings }) => rings))].toSorted(),
      Object.keys(ALARMS).toSorted(),
    );
  });

  it('are read without a fault', () => {
    assert.deepEqual(aStackBench().faults.all, []);
  });
});
