import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { RuntimeApi } from '../../../../../packages/gateway/lambda/process/runtime-api.ts';
import { RuntimeApiClient } from '../../../../../packages/gateway/lambda/worker/runtime-api-client.ts';

describe('RuntimeApiClient', () => {
  it('asks for an event, and answers it in one piece or in parts', async () => {
    const heard: string[] = [];
    const api = new RuntimeApi(
      {
        onIdle: () => undefined,
        onReturned: (text) => heard.push(`returned ${text}`),
        onPart: ({ bytes, acknowledge }) => {
          heard.push(`part ${bytes.toString()}`);
          acknowledge(bytes.length);
        },
        onFailed: (payload) => heard.push(`failed ${payload}`),
        onInitFailed: (payload) => heard.push(`init ${payload}`),
        onLoaded: () => undefined,
        onHeld: () => undefined,
      },
      { name: 'f', handler: 'a.b' },
    );
    after(() => api.close());
    const client = new RuntimeApiClient(`127.0.0.1:${await api.listen()}`);
    const deliver = (requestId: string): void =>
      api.deliver({
        requestId,
        payload: '{"ä":1}',
        deadlineMs: 1,
        functionArn: 'arn',
        traceHeader: 'Root=1',
        functionVersion: '7',
        clientContext: undefined,
        clockOffsetMs: 5,
      });

    await client.postInitError('{}');
    deliver('one');
    const event = await client.next();
    await client.answer('"a"', false);
    deliver('two');
    await client.next();
    await client.answer('{"errorType":"E"}', true);
    deliver('three');
    await client.next();
    await new Promise<void>((resolve) => client.sendPart(Buffer.from('b'), 'text/plain', resolve));
    await client.answer('', false);

    assert.deepEqual(event, {
      payload: '{"ä":1}',
      trace: 'Root=1',
      clientContext: undefined,
      invoked: { arn: 'arn', version: '7' },
      clockOffsetMs: 5,
    });
    assert.deepEqual(heard, ['init {}', 'returned "a"', 'failed {"errorType":"E"}', 'part b', 'returned ']);
  });
});
