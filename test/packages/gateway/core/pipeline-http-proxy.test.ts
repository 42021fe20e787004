import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMethod, answered, headerLines } from '../../../support/a-method.ts';
import { headerOf } from '../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

describe('an HTTP_PROXY integration', () => {
  const PROXY: JsonObject = {
    Type: 'HTTP_PROXY',
    IntegrationHttpMethod: 'ANY',
    Uri: 'http://pets.example/{proxy}',
    RequestParameters: {
      'integration.request.path.proxy': 'method.request.path.id',
      'integration.request.querystring.extra': "'1'",
      'integration.request.header.x-client': "'mapped'",
    },
  };
  const method = { RequestParameters: { 'method.request.path.id': true } };

  it('passes request and answer on, with mapped headers replaced and mapped query appended', async () => {
    const { send, ports } = aMethod({ integration: PROXY, method });
    ports.http.answer = () =>
      answered(
        'made',
        ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Date', 'd', 'Content-Type', 'text/plain'],
        201,
      );

    const reply = await send({
      method: 'POST',
      target: '/dev/x%2Fy?a=1&b=%20',
      headers: ['X-Client', 'me', 'X-Other', 'o', 'Host', 'gateway.example', 'Content-Type', 'text/plain'],
      body: 'hello',
    });

    const [request] = ports.http.requests;
    assert.deepEqual(
      [request?.method, request?.target, request?.body],
      ['POST', '/x%2Fy?a=1&b=%20&extra=1', 'hello'],
    );
    const sent = headerLines(request?.headers ?? []);
    assert.deepEqual([sent['x-client'], sent['x-other'], sent['host']], ['mapped', 'o', undefined]);
    assert.deepEqual([reply.status, reply.body, headerOf(reply, 'set-cookie')], [201, 'made', 'a=1, b=2']);
    assert.equal(headerOf(reply, 'x-amzn-remapped-date'), 'd');
  });

  it('corrupts bytes of a type that is not declared binary, and only those (docs/aws §2.4)', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x89]);
    for (const [types, expected] of [
      [[], Buffer.from(bytes.toString('utf8'))],
      [['image/png'], bytes],
    ] as const) {
      const { send, ports } = aMethod({ integration: PROXY, method, api: { BinaryMediaTypes: types } });
      ports.http.answer = () => answered(bytes, ['Content-Type', 'image/png']);

      const reply = await send({
        method: 'POST',
        target: '/dev/1',
        headers: ['Content-Type', 'image/png', 'Accept', 'image/png'],
        body: bytes,
      });

      assert.deepEqual(Buffer.from(ports.http.requests[0]?.body ?? ''), expected);
      assert.deepEqual(Buffer.from(reply.body), expected);
    }
  });
});
