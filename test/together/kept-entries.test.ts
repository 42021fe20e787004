/** Services together: lambda-events, sqs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openStoredEntries } from '../../packages/gateway/kernel/stored-entries.ts';
import { ACCOUNT, anEventEngine, REGION } from '../support/an-event-engine.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import * as lambdaEvents from '../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { sqs, lambda: lambdaEvents };

describe('what services have kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-kept-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('gives a gateway its messages and events back', async () => {
    const dataDirectory = join(folder, 'data');
    const resources = `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }`;
    let isBroken = true;
    const functions = {
      work: () => {
        if (isBroken) throw new Error('no');
      },
    };
    const before = anEventEngine(SERVICES, { resources, functions, dataDirectory });
    const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`;
    await before.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'kept' });
    before.services.lambda.async.accept({ functionName: 'work', payload: '"kept, too"' });
    await before.engine.idle();
    await before.engine.close();

    isBroken = false;
    const later = anEventEngine(SERVICES, { resources, functions, dataDirectory });
    await later.engine.idle();
    const { Messages } = await later.call('sqs', 'ReceiveMessage', { QueueUrl });
    assert.equal((Messages as { Body: string }[])[0]?.Body, 'kept');
    assert.deepEqual(later.invoker.calls, [{ functionName: 'work', event: 'kept, too' }]);
    await later.engine.close();
    assert.deepEqual(openStoredEntries(join(dataDirectory, 'events.jsonl')).list('async/'), []);
  });
});
