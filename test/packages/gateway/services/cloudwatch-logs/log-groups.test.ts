import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as logs from '../../../../../packages/gateway/services/cloudwatch-logs/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';

const GROUP = '/aws/lambda/orders';
const RESOURCES = `  Access: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: access, RetentionInDays: 7 } }
  Audit: { Type: AWS::Logs::LogStream, Properties: { LogGroupName: !Ref Access, LogStreamName: audit } }
  Steps: { Type: AWS::Logs::LogStream, Properties: { LogGroupName: ${GROUP}, LogStreamName: steps } }`;

describe('log groups', () => {
  it('have the streams of the stacks, also in the group of a function and after a reset', async () => {
    const bench = anEventEngine({ logs }, { resources: RESOURCES });
    const streamsOf = async (logGroupName: string): Promise<readonly unknown[]> => {
      const found = await bench.call('logs', 'DescribeLogStreams', { logGroupName });
      return (found['logStreams'] as { logStreamName: string }[]).map(({ logStreamName }) => logStreamName);
    };
    const audit = { logGroupName: 'access', logStreamName: 'audit' };
    const logEvents = [{ timestamp: EPOCH_MS, message: 'm' }];

    assert.deepEqual(Object.keys(await bench.call('logs', 'PutLogEvents', { ...audit, logEvents })), [
      'nextSequenceToken',
    ]);
    await bench.call('logs', 'CreateLogStream', { ...audit, logStreamName: 'made' });
    bench.reload();
    assert.deepEqual(await streamsOf('access'), ['audit', 'made']);
    assert.deepEqual(await streamsOf(GROUP), ['steps']);
    await bench.engine.clear(() => Promise.resolve());
    assert.deepEqual(await streamsOf('access'), ['audit']);
  });
});
