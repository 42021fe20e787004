import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';
import * as events from '../../../../../packages/gateway/services/eventbridge/service.ts';

const EVENT = {
  id: '1',
  source: 'shop',
  'detail-type': 'order',
  account: ACCOUNT,
  region: REGION,
  time: '2022-07-13T13:48:01Z',
  detail: { city: 'Bern' },
};

const RESOURCES = { resources: '  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }' };

const test = (EventPattern: unknown, Event: unknown): Promise<unknown> =>
  anEventEngine({ events }, RESOURCES).call('events', 'TestEventPattern', { EventPattern, Event });

// LocalStack, tests/aws/services/events/test_events_patterns.py::TestEventPattern, recorded on AWS
describe('TestEventPattern', () => {
  for (const city of ['Bern', 'Thun'])
    it(`says whether an event of ${city} matches`, async () => {
      const answer = await test(JSON.stringify({ detail: { city: [city] } }), JSON.stringify(EVENT));

      assert.deepEqual(answer, { Result: city === 'Bern' });
    });

  const pattern = '{"source":["shop"]}';
  const { id: _id, ...withoutId } = EVENT;
  for (const [what, event] of [
    ['is not JSON', 'plain string'],
    ['is a list', '["plain string"]'],
    ['lacks a member that every event has', JSON.stringify(withoutId)],
  ])
    it(`refuses an event that ${what}`, async () => {
      assert.deepEqual(await test(pattern, event), {
        __type: 'ValidationException',
        message: 'Parameter Event is not valid.',
      });
    });

  it('refuses a pattern with the message of PutRule, and members that are missing or of another type', async () => {
    assert.partialDeepStrictEqual(await test('["a list"]', JSON.stringify(EVENT)), {
      __type: 'InvalidEventPatternException',
      message:
        'Event pattern is not valid. Reason: Filter is not an object\n at [Source: (String)"["a list"]"; line: 1, column: 2]',
    });
    assert.partialDeepStrictEqual(await test(undefined, '{}'), { __type: 'ValidationException' });
    assert.partialDeepStrictEqual(await test({}, '{}'), {
      __type: 'SerializationException',
      message: 'Start of structure or map found where not expected.',
    });
  });
});

// EventBridge API reference, PutEventsRequestEntry
describe('PutEvents', () => {
  // The words of aws-samples/amazon-eventbridge-resource-policy-samples#10, for a rule.
  it('refuses a bus of another region', async () => {
    const reply = await anEventEngine({ events }, RESOURCES).call('events', 'PutEvents', {
      Entries: [
        {
          Source: 'shop',
          DetailType: 'd',
          Detail: '{}',
          EventBusName: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
        },
      ],
    });

    assert.match(String(reply['__type']), /ValidationException/);
    assert.equal(reply['message'], 'Cross-region API call is not allowed.');
  });

  for (const { source, entry, ...expected } of [
    {
      source: 'baselime/lambda-node-opentelemetry#1',
      entry: { Source: 'baselime', Detail: 'too many chickens' },
      ErrorCode: 'MalformedDetail',
      ErrorMessage: 'Detail is malformed.',
    },
    {
      source: 'inferred from it for the source',
      entry: { DetailType: 'order', Detail: '[]' },
      ErrorCode: 'MalformedDetail',
      ErrorMessage: 'Detail is malformed.',
    },
    {
      source: 'LocalStack, test_events.py::test_put_event_without_detail_type',
      entry: { Source: 'shop', Detail: '{}' },
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    },
    {
      source: 'LocalStack, test_events.py::test_put_event_without_detail',
      entry: { Source: 'shop', DetailType: 'order', Detail: '' },
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Parameter Detail is not valid. Reason: Detail is a required argument.',
    },
    {
      source: 'https://github.com/aws-samples/serverless-patterns/pull/3089',
      entry: { Source: 'aws.aidevops', DetailType: 'Investigation Timed Out', Detail: '{}' },
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    },
    {
      // AWS fails the entry; its words are not recorded.
      source: 'https://github.com/segmentio/action-destinations/pull/2828',
      entry: { Source: 'shop', DetailType: 'a'.repeat(129), Detail: '{}' },
      ErrorCode: 'InvalidArgument',
      ErrorMessage:
        'Parameter DetailType is not valid. Reason: DetailType must have length less than or equal to 128.',
    },
    {
      source: 'inferred: members are checked before rights',
      entry: { Source: 'aws.s3', Detail: '{}' },
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    },
  ])
    it(`names the first fault of the entry ${JSON.stringify(entry)} (${source})`, async () => {
      const reply = await anEventEngine({ events }, RESOURCES).call('events', 'PutEvents', {
        Entries: [entry],
      });

      assert.deepEqual(reply, { FailedEntryCount: 1, Entries: [expected] });
    });

  it('delivers the other entries if the source of one is reserved for services of AWS', async () => {
    const entry = { DetailType: 'order', Detail: '{}' };
    // Only the prefix `aws.` is reserved: https://github.com/aws/aws-cdk/issues/30191
    const sources = ['aws-some-feature.this.that', 'aws.s3', 'my.aws.app', 'AWS.s3'];
    const reply = await anEventEngine({ events }, RESOURCES).call('events', 'PutEvents', {
      Entries: sources.map((Source) => ({ ...entry, Source })),
    });
    const { Entries, FailedEntryCount } = reply as {
      FailedEntryCount: number;
      Entries: readonly { EventId?: string }[];
    };

    assert.equal(FailedEntryCount, 1);
    assert.deepEqual(
      Entries.map(({ EventId }) => typeof EventId),
      ['string', 'undefined', 'string', 'string'],
    );
  });

  for (const [member, value, constraint] of [
    [
      'EventBusName',
      'a b',
      String.raw`regular expression pattern: (arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[\.\-_A-Za-z0-9]+`,
    ],
    ['TraceHeader', '', ''],
  ] as const)
    it(`refuses all entries if one has a wrong ${member}`, async () => {
      const entry = { Source: 'shop', DetailType: 'order', Detail: '{}' };
      const reply = await anEventEngine({ events }, RESOURCES).call('events', 'PutEvents', {
        Entries: [entry, { ...entry, [member]: value }],
      });
      const at = `entries.2.member.${member.charAt(0).toLowerCase()}${member.slice(1)}`;

      assert.deepEqual(reply, {
        __type: 'ValidationException',
        message:
          `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: ` +
          (constraint === ''
            ? 'Member must have length greater than or equal to 1'
            : `Member must satisfy ${constraint}`),
      });
    });
});
