import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as logs from '../../../../../packages/gateway/services/cloudwatch-logs/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';

// LocalStack, TestLogsGroupsTags, recorded at AWS
describe('the tags of a log group', () => {
  const aBench = (): EventBench<{ logs: typeof logs }> =>
    anEventEngine(
      { logs },
      {
        resources:
          '  Access: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: access, Tags: [{ Key: team, Value: shop }] } }',
      },
    );
  const ARN = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:`;
  const tagsOf = async (bench: EventBench, group: string): Promise<unknown> =>
    (await bench.call('logs', 'ListTagsForResource', { resourceArn: ARN + group }))['tags'];

  it('are those of the template or of CreateLogGroup, and are changed by calls', async () => {
    const bench = aBench();
    await bench.call('logs', 'CreateLogGroup', { logGroupName: 'made', tags: { env: 'testing' } });
    const resourceArn = `${ARN}made`;
    await bench.call('logs', 'TagResource', { resourceArn, tags: { stage: 'dev', one: '1' } });
    await bench.call('logs', 'UntagResource', { resourceArn, tagKeys: ['one'] });

    assert.deepEqual(await tagsOf(bench, 'made'), { env: 'testing', stage: 'dev' });
    assert.deepEqual(await tagsOf(bench, 'access'), { team: 'shop' });
    assert.deepEqual(await bench.call('logs', 'ListTagsForResource', { resourceArn: `${ARN}none` }), {
      __type: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
  });
});
