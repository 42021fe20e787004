import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adminIdentity, createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { createForwarder } from '../../../../../packages/gateway/kernel/calls/forwarder.ts';
import { FakeBackend } from '../../../../support/virtual-ports.ts';
import type { HttpOutcome, ServiceRequest } from '../../../../../packages/gateway/core/ports.ts';
import type { AwsCall } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';

const RIGHTS = { accountId: '123456789012', partitionKeyOf: () => undefined };
const KEYS = { accessKeyId: 'AKIDADMIN', secretAccessKey: 'secret' };
const ADMIN = createIdentities([adminIdentity(KEYS, '123456789012')]).find(KEYS.accessKeyId);

function aCall(): AwsCall {
  assert.ok(ADMIN);
  return {
    request: {
      method: 'PUT',
      path: '/bucket/key',
      query: 'x=1',
      host: '127.0.0.1:4000',
      body: Buffer.from('hi'),
      rawHeaders: [
        'Host',
        '127.0.0.1:4000',
        'Authorization',
        'AWS4…',
        'X-Amz-Date',
        'd',
        'X-Amz-Meta-A',
        '1',
      ],
    },
    caller: ADMIN,
    service: 's3',
    region: 'eu-west-1',
  };
}

describe('createForwarder', () => {
  it('passes a call on without the signature that ends here', async () => {
    const services = new FakeBackend<ServiceRequest>();
    services.answer = () => {
      return {
        kind: 'answered',
        status: 200,
        headers: ['ETag', 'e', 'Connection', 'close'],
        body: Buffer.from('ok'),
      };
    };

    const reply = await createForwarder(services, RIGHTS)(aCall());

    assert.deepEqual([reply.status, reply.headers, String(reply.body)], [200, ['ETag', 'e'], 'ok']);
    const [request] = services.requests;
    assert.deepEqual(
      [
        request?.service,
        request?.region,
        request?.path,
        request?.query,
        request?.headers,
        String(request?.body),
      ],
      ['s3', 'eu-west-1', '/bucket/key', 'x=1', ['X-Amz-Meta-A', '1'], 'hi'],
    );
  });

  for (const [method, kept] of [
    ['HEAD', ['content-length', '7']],
    ['GET', []],
  ] as const)
    it(`${kept.length > 0 ? 'keeps' : 'drops'} the length of an answer to ${method}, and what no longer fits it`, async () => {
      const services = new FakeBackend<ServiceRequest>();
      const headers = ['Date', 'd', 'Content-Encoding', 'gzip', 'content-length', '7', 'ETag', 'e'];
      services.answer = () => ({
        kind: 'answered',
        status: 200,
        headers,
        body: Buffer.of(),
        isUnpacked: true,
      });
      const call = aCall();

      const reply = await createForwarder(
        services,
        RIGHTS,
      )({ ...call, request: { ...call.request, method } });

      assert.deepEqual(reply.headers, ['ETag', 'e', ...kept]);
    });

  // S3 API reference, GetObject: `response-content-encoding` and the ContentEncoding of the object
  it('keeps the encoding of a body that is passed on unchanged', async () => {
    const services = new FakeBackend<ServiceRequest>();
    const headers = ['Content-Encoding', 'gzip', 'ETag', 'e'];
    services.answer = () => ({ kind: 'answered', status: 200, headers, body: Buffer.of(31, 139) });

    const reply = await createForwarder(services, RIGHTS)(aCall());

    assert.deepEqual(reply.headers, headers);
  });

  it('answers 501, which no SDK tries again, to an unknown call', async () => {
    const services = new FakeBackend<ServiceRequest>();
    services.answer = () => ({
      kind: 'unreachable',
      reason: 'request',
      message: 's3 PUT is not recorded',
    });

    const reply = await createForwarder(services, RIGHTS)(aCall());

    assert.equal(reply.status, 501);
    assert.match(String(reply.body), /<Code>NotImplementedException<\/Code><Message>s3 PUT is not recorded/);
  });

  const failures: readonly HttpOutcome[] = [
    { kind: 'timed-out' },
    { kind: 'unreachable', reason: 'address', message: 'ENOTFOUND' },
  ];
  for (const outcome of failures)
    it(`says in the service's own form that it is ${outcome.kind}`, async () => {
      const services = new FakeBackend<ServiceRequest>();
      services.answer = () => outcome;

      const reply = await createForwarder(services, RIGHTS)(aCall());

      assert.equal(reply.status, 502);
      assert.match(String(reply.body), /<Code>ServiceUnavailable<\/Code><Message>s3 could not be reached/);
    });
});
