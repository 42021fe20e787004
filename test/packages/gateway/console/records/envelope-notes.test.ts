/** What the author of a filter is told if the message in the queue has an envelope. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteFilteredEnvelope } from '../../../../../packages/gateway/console/records/envelope-notes.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

type Step = Parameters<typeof noteFilteredEnvelope>[0];

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:paid';
const STEP: Step = {
  kind: 'filtered',
  from: QUEUE,
  to: 'arn:aws:lambda:us-east-1:123456789012:function:ship',
  by: 'FilterCriteria',
  rule: 'mapping',
  why: 'body.type is missing',
  atEpochMs: 0,
  cause: 'cause',
};

type Situation = {
  readonly from: string;
  readonly pattern?: JsonObject;
  readonly subscription?: JsonObject;
  readonly target?: JsonObject;
};

function notesFor({ from, pattern = { type: ['order.paid'] }, subscription = {}, target = {} }: Situation) {
  const stack = aStack({
    Mapping: {
      type: 'AWS::Lambda::EventSourceMapping',
      id: 'mapping',
      properties: { FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ body: pattern }) }] } },
    },
    Sub: { type: 'AWS::SNS::Subscription', id: 'sub', properties: subscription },
    Rule: { type: 'AWS::Events::Rule', id: 'sub', properties: { Targets: [{ Arn: QUEUE, ...target }] } },
  });
  const delivered = {
    kind: 'delivered',
    from,
    to: QUEUE,
    rule: 'sub',
    tries: 1,
    atEpochMs: 0,
    cause: 'cause',
  } as const;
  return noteFilteredEnvelope(STEP, [delivered, STEP], [stack]);
}

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:orders';
const RULE = 'arn:aws:events:us-east-1:123456789012:event-bus/default';
const BUCKET = 'arn:aws:s3:::inbox';

describe('a note about the envelope of a message', () => {
  const NOTED: readonly (readonly [sender: string, situation: Situation, says: RegExp, change: RegExp])[] = [
    [
      'a topic: https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html',
      { from: TOPIC },
      /The topic wraps the message.*does not find type\. RawMessageDelivery of the subscription is not true/,
      /^Set RawMessageDelivery: true in the subscription Sub/,
    ],
    [
      'a rule: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html',
      { from: RULE },
      /type is in body\.detail/,
      /^Write \{"body":\{"detail":\{"type":\["order\.paid"\]\}\}\} as the Pattern/,
    ],
    [
      'a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html',
      { from: BUCKET },
      /\{"Records":\[…\]\}, so it has no type/,
      /^Filter in NotificationConfiguration/,
    ],
  ];
  for (const [sender, situation, says, change] of NOTED)
    it(`names the envelope of ${sender}`, () => {
      const [note] = notesFor(situation);

      assert.match(note?.because ?? '', says);
      assert.match(note?.change ?? '', change);
    });

  const SILENT: readonly (readonly [what: string, situation: Situation])[] = [
    ['the message is delivered raw', { from: TOPIC, subscription: { RawMessageDelivery: 'true' } }],
    ['the filter names a member of the envelope', { from: TOPIC, pattern: { Type: ['Notification'] } }],
    ['the filter looks into the detail', { from: RULE, pattern: { detail: { type: ['order.paid'] } } }],
    ['the target has an input of its own', { from: RULE, target: { InputPath: '$.detail' } }],
    ['a function sent the message', { from: 'arn:aws:lambda:us-east-1:123456789012:function:order' }],
  ];
  for (const [what, situation] of SILENT)
    it(`is not made if ${what}`, () => {
      assert.deepEqual(notesFor(situation), []);
    });
});
