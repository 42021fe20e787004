import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as logs from '../../../../../packages/gateway/services/cloudwatch-logs/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const GROUP = '  Access: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: access } }';

// API reference, StartQuery: "You can have up to 30 concurrent Insights queries".
it('a query is one of at most thirty at a time', async () => {
  const bench = anEventEngine({ logs }, { resources: GROUP });
  const input = { logGroupName: 'access', startTime: 0, endTime: 1, queryString: 'fields a' };
  const ask = async (count: number): Promise<readonly unknown[]> => {
    const answers = Array.from({ length: count }, () => bench.call('logs', 'StartQuery', input));
    return (await Promise.all(answers)).flatMap((answer) => answer['__type'] ?? []);
  };

  assert.deepEqual(await ask(31), ['LimitExceededException']);
  await bench.engine.idle();
  assert.deepEqual(await ask(30), []);
});
