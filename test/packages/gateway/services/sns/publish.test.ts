/** What SNS says to calls in JSON. Source: its API reference, Publish and PublishBatch */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sns from '../../../../../packages/gateway/services/sns/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const TopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:news`;
const call = (action: string, input: object) =>
  anEventEngine(
    { sns },
    { resources: '  News: { Type: AWS::SNS::Topic, Properties: { TopicName: news } }' },
  ).call('sns', action, { TopicArn, ...input });

describe('a message to a topic', () => {
  for (const [name, input] of [
    ['missing', {}],
    ['empty', { Message: '' }],
  ] as const)
    it(`is refused where its text is ${name}`, async () => {
      assert.match(JSON.stringify(await call('Publish', input)), /Invalid parameter: Empty message/);
    });
});

describe('messages at once', () => {
  it('are published each under its id', async () => {
    const entries = ['a', 'b'].map((Id) => ({ Id, Message: `to ${Id}` }));
    const { Successful: done, Failed: failed } = await call('PublishBatch', {
      PublishBatchRequestEntries: entries,
    });

    assert.partialDeepStrictEqual(done, { member: [{ Id: 'a' }, { Id: 'b' }] });
    assert.deepEqual(failed, { member: [] });
  });

  it('are refused where there are none', async () => {
    const answer = await call('PublishBatch', { PublishBatchRequestEntries: [] });

    assert.match(JSON.stringify(answer), /does not contain any entries/);
  });
});
