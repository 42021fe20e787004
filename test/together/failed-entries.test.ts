/** Services together: eventbridge, sqs. */
/** Entries that fail although their call succeeds, as they are explained. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as events from '../../packages/gateway/services/eventbridge/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, REGION } from '../support/an-event-engine.ts';
import { aStoryBench } from '../support/a-story-bench.ts';

describe('the story of a failed entry', () => {
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
  for (const [service, action, input, refused, member, change] of [
    [
      'events',
      'PutEvents',
      { Entries: [{ Source: 'shop', DetailType: 'order', Detail: '[]' }] },
      /The bus default refused an entry of PutEvents with MalformedDetail: Detail is malformed\./,
      'FailedEntryCount',
      /^Set Detail of each entry to a string that contains a JSON object/m,
    ],
    [
      'events',
      'PutEvents',
      { Entries: [{ Source: 'aws.shop', DetailType: 'order', Detail: '{}' }] },
      /refused an entry of PutEvents with NotAuthorizedForSourceException/,
      'FailedEntryCount',
      /^Give the entry a Source that does not begin with aws\./m,
    ],
    [
      'sqs',
      'SendMessageBatch',
      {
        QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`,
        Entries: [{ Id: 'a', MessageBody: '\u0001' }],
      },
      /The queue jobs refused an entry of SendMessageBatch with InvalidMessageContents: Invalid binary character/,
      'Failed',
      /^Read Failed of the response/m,
    ],
  ] as const)
    it(`says which entry of ${action} failed although the call succeeded: ${refused.source.slice(0, 60)}`, async () => {
      const bench = aStoryBench(
        { events, sqs },
        {
          resources: '\n  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }',
        },
      );
      await bench.call(service, action, input);
      await bench.engine.idle();

      const { sentences = [], changes = [] } = bench.story() ?? {};
      assert.match(sentences.join('\n'), refused);
      assert.match(
        sentences.join('\n'),
        new RegExp(`succeeded with status 200, .*Only ${member} of its response`),
      );
      assert.match(changes.join('\n'), change);
      assert.match(changes.join('\n'), new RegExp(`^Read ${member} of the response after ${action}`, 'm'));
    });
});
