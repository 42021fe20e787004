import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as plainRequest, type IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { issueFrom, makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { type AwsFront, openAwsFront } from '../../../../packages/gateway/server/aws-front.ts';

describe('openAwsFront', () => {
  const days = { fromEpochMs: Date.now() - 86_400_000, toEpochMs: Date.now() + 86_400_000 };
  const authority = makeAuthority({ commonName: 'of this test', ...days });
  const passed: string[] = [];
  const asked: RequestOptions[] = [];
  const own = createServer((call, response) => {
    response.writeHead(200, { 'x-from': 'here' });
    response.write(`${call.method ?? ''} ${call.headers.host ?? ''}${call.url ?? ''} `);
    call.pipe(response);
  });
  const aws = createServer((call, response) => {
    response.writeHead(403, { 'x-from': 'aws' });
    response.end(`denied ${call.headers.host ?? ''}`);
  });
  let front: AwsFront;
  let awsPort = 0;

  before(async () => {
    for (const server of [own, aws]) await once(server.listen(0, '127.0.0.1'), 'listening');
    awsPort = (aws.address() as AddressInfo).port;
    front = await openAwsFront({
      certify: (name) => issueFrom(authority, 'server', { commonName: name, names: [name], ...days }),
      isHere: (host, path, authorization) => path === '/issuer' || authorization === `local ${host}`,
      controlUrl: () => `http://127.0.0.1:${(own.address() as AddressInfo).port}`,
      authorities: ['an authority'],
      onPassed: (host) => void passed.push(host),
      toAws: ({ hostname, port, ca, ...call }) => {
        asked.push({ hostname, port, ca: [...ca] });
        return plainRequest({ ...call, host: '127.0.0.1', port: awsPort, agent: false });
      },
    });
  });
  after(async () => {
    await front.close();
    own.close();
    aws.close();
  });

  async function call(host: string, path: string, authorization?: string): Promise<readonly unknown[]> {
    const headers = { host, ...(authorization !== undefined && { authorization }) };
    const to = { host: '127.0.0.1', port: front.port, servername: host, ca: authority.certificate };
    const sent = request({ ...to, method: 'PUT', path, headers, agent: false }).end('body');
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const part of reply) body += String(part);
    return [reply.statusCode, reply.headers['x-from'], body];
  }

  const SQS = 'sqs.eu-west-1.amazonaws.com';
  for (const { name, of, expected } of [
    {
      name: 'sends a call that is signed with a local key to the control port, with its Host and body',
      of: [SQS, '/q?a=1', `local ${SQS}`],
      expected: [200, 'here', `PUT ${SQS}/q?a=1 body`],
    },
    {
      name: 'decides by the path without the query',
      of: [SQS, '/issuer?a=1'],
      expected: [200, 'here', `PUT ${SQS}/issuer?a=1 body`],
    },
    {
      name: 'sends a call that is signed with another key to AWS',
      of: [SQS, '/q', 'another'],
      expected: [403, 'aws', `denied ${SQS}`],
    },
  ] as const)
    it(name, async () => {
      const [host, path, authorization] = of;
      assert.deepEqual(await call(host, path, authorization), expected);
    });

  it('tells of each call that goes to AWS, and verifies the certificate of AWS', async () => {
    passed.length = 0;
    asked.length = 0;
    await call('s3.eu-west-1.amazonaws.com', '/public');
    await call(SQS, '/q', `local ${SQS}`);

    assert.deepEqual(passed, ['s3.eu-west-1.amazonaws.com']);
    assert.deepEqual(asked, [{ hostname: 's3.eu-west-1.amazonaws.com', port: 443, ca: ['an authority'] }]);
  });

  it('answers 502 with the host if AWS cannot be reached', async () => {
    const port = awsPort;
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    awsPort = (free.address() as AddressInfo).port;
    free.close();
    await once(free, 'close');
    const [status, , body] = await call('s3.eu-west-1.amazonaws.com', '/');
    awsPort = port;

    assert.equal(status, 502);
    assert.match(
      String(body),
      /^The function's call to s3\.eu-west-1\.amazonaws\.com failed: connect ECONNREFUSED/,
    );
  });
});
