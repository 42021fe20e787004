/** What a mapped request sends, and what an execution log shows of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeCall } from '../../../../../packages/gateway/core/mapping/logged-call.ts';
import {
  parseChangeValue,
  readChangeValue,
} from '../../../../../packages/gateway/core/mapping/parameter-change.ts';
import { aMethod, answered, DEFAULT, INTERNAL, JSON_ONLY } from '../../../../support/a-method.ts';
import { invokeUri } from '../../../../support/a-stack.ts';

describe('a call of a mapped request', () => {
  it('of HTTP_PROXY decompresses its body: Content-Encoding is not passed on', async () => {
    const integration = { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'ANY', Uri: 'http://pets.example/' };
    const { send, ports } = aMethod({ integration });
    ports.http.answer = () => answered('');

    await send({ method: 'POST', target: '/dev/1', body: 'x' });

    assert.equal(ports.http.requests[0]?.unpacks, true);
  });

  it('of a function is 500 if its template sets a header that may not go to AWS (docs/aws §1.5)', async () => {
    const { send, ports } = aMethod({
      integration: {
        Type: 'AWS',
        IntegrationHttpMethod: 'POST',
        Uri: invokeUri('fn'),
        IntegrationResponses: DEFAULT,
        RequestTemplates: JSON_ONLY('#set($context.requestOverride.header.TE = "trailers"){}'),
      },
      functions: { fn: () => null },
    });

    const reply = await send({ target: '/dev/1' });

    assert.deepEqual([reply.status, reply.body, ports.invoker.calls.length], [500, INTERNAL, 0]);
  });
});

describe('a change of parameters', () => {
  it('may take the whole path, as the client wrote it', () => {
    const value = parseChangeValue('to ${request.path}', 'request');
    assert.ok(value);

    const facts = { request: { path: '/v1/a%20b' } } as unknown as Parameters<typeof readChangeValue>[1];
    assert.equal(readChangeValue(value, facts), 'to /v1/a%20b');
  });
});

describe('a change of parameters by the query', () => {
  const value = parseChangeValue('${request.querystring.page}', 'request');
  for (const [rawQuery, expected] of [
    ['page=1', '1'],
    ['page=1&page=2', '1,2'],
    ['other=1', ''],
    ['', ''],
  ] as const)
    it(`takes "${expected}" from "${rawQuery}"`, () => {
      assert.ok(value);

      const facts = { request: { rawQuery } } as unknown as Parameters<typeof readChangeValue>[1];
      assert.equal(readChangeValue(value, facts), expected);
    });
});

describe('a call in an execution log', () => {
  type Call = Parameters<typeof describeCall>;
  const received = (outgoing: object, outcome: object) =>
    describeCall(
      { outgoing, payload: undefined, stage: undefined, api: {} } as unknown as Call[0],
      outcome as Call[1],
      5,
    )?.received;
  const sent = { kind: 'http-stream', request: { origin: 'http://pets.example', target: '/' } };

  it('has status and headers of what streams, and no body', () => {
    const head = { status: 206, headers: ['X-A', '1'] };

    assert.deepEqual(received(sent, { kind: 'streams', head }), { ...head, body: undefined });
  });

  it('has as its body what a failing function returned', () => {
    const outgoing = { kind: 'function', functionName: 'fn', event: '{}' };
    const payload = '{"errorMessage":"boom"}';

    assert.deepEqual(received(outgoing, { kind: 'failed', payload }), {
      status: 200,
      headers: [],
      body: payload,
    });
  });
});
