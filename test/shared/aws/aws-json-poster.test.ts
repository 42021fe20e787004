import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createAwsCaller } from '#shared/aws/aws-json-poster.ts';
import * as RETRIES from '../../../packages/base/aws/retry-rules.ts';
import { signRequest } from '../../../packages/base/aws/sign-request.ts';
import { aVirtualClock } from '../../support/a-virtual-clock.ts';
import { aLoopbackServer } from '../../support/signed-tokens.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const CALL = { service: 'sqs', target: 'AmazonSQS.SendMessage', input: { a: 1 } } as const;

type TestRequest = {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly url: string;
};

/** Answers one request after the other as given; the last answer stays. */
async function ask(...answers: readonly ((response: ServerResponse) => void)[]) {
  const asked: TestRequest[] = [];
  await using server = await aLoopbackServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ headers: request.headers, body, url: request.url ?? '' });
      (answers[asked.length - 1] ?? answers.at(-1))?.(response);
    });
  });
  const endpointOf = (service: string) => (service === 'sqs' ? server.url : undefined);
  const config = { region: 'eu-west-1', credentials: CREDENTIALS, endpointOf };
  const { ports, pausesMs } = aVirtualClock();
  const caller = createAwsCaller(config, ports);
  const outcome = await caller.call(CALL).catch((error: unknown) => error as Error);
  return { asked, outcome, url: server.url, pausesMs };
}

const reply =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, headers).end(body);
  };

describe('createAwsCaller', () => {
  it('sends one signed request and returns the answer', async () => {
    const { asked, outcome, url } = await ask(reply(200, '{"MessageId":"m"}'));

    assert.deepEqual(outcome, { MessageId: 'm' });
    const [{ headers, body }] = asked as [TestRequest];
    assert.equal(body, '{"a":1}');
    assert.equal(headers['content-type'], 'application/x-amz-json-1.0');
    assert.equal(headers['x-amz-target'], CALL.target);
    const date = String(headers['x-amz-date']);
    const at = date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
    const again = signRequest({
      ...CREDENTIALS,
      method: 'POST',
      url: new URL('/', url),
      body,
      service: 'sqs',
      region: 'eu-west-1',
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': CALL.target },
      nowEpochMs: Date.parse(at),
    });
    assert.equal(headers.authorization, again['Authorization']);
  });

  it('uses for each service the version of JSON that the service supports', async () => {
    const types: unknown[] = [];
    await using server = await aLoopbackServer(({ headers }, response) => {
      types.push(headers['content-type']);
      response.end('{}');
    });
    const caller = createAwsCaller({
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      endpointOf: () => server.url,
    });
    for (const service of ['events', 'secretsmanager', 'sqs', 'ssm'] as const)
      await caller.call({ ...CALL, service });

    assert.deepEqual(
      types,
      ['1.1', '1.1', '1.0', '1.1'].map((version) => `application/x-amz-json-${version}`),
    );
  });

  it('tries once more after a failure of the service or the network, and not after a refusal', async () => {
    const died = (response: ServerResponse) => void response.socket?.destroy();
    for (const first of [reply(500, ''), reply(503, '{}'), reply(429, '{}'), died]) {
      const { asked, outcome, pausesMs } = await ask(first, reply(200, '{"MessageId":"m"}'));
      assert.deepEqual([asked.length, outcome], [2, { MessageId: 'm' }]);
      assert.deepEqual(pausesMs, [RETRIES.delivery.baseMs / 2]);
    }
    assert.equal((await ask(reply(500, ''))).asked.length, 2);
    assert.equal((await ask(reply(400, '{}'))).asked.length, 1);
  });

  const CODES: readonly (readonly [string, Record<string, string>, string])[] = [
    ['{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}', {}, 'QueueDoesNotExist'],
    ['{}', { 'x-amzn-errortype': 'AccessDeniedException:http://x.example/' }, 'AccessDeniedException'],
    ['<html>canary</html>', {}, 'AwsRefusal'],
  ];
  for (const [body, headers, name] of CODES)
    it(`names a refusal ${name} and repeats nothing of it`, async () => {
      const { outcome } = await ask(reply(400, body, headers));

      assert.ok(outcome instanceof Error);
      assert.equal(outcome.name, name);
      assert.doesNotMatch(outcome.message, /canary/);
    });

  it('reads no answer without end', async () => {
    const { outcome } = await ask(reply(200, `{"a":"${'x'.repeat(300_000)}"}`));

    assert.ok(outcome instanceof RangeError);
  });
});
