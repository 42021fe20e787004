import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { issueFrom, makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { type AwsFront, openAwsFront } from '../../../../packages/gateway/server/aws-front.ts';

describe('openAwsFront', () => {
  const days = { fromEpochMs: Date.now() - 86_400_000, toEpochMs: Date.now() + 86_400_000 };
  const authority = makeAuthority({ commonName: 'of this test', ...days });
  const ofAws = makeAuthority({ commonName: 'of AWS', ...days });
  const SQS = 'sqs.eu-west-1.amazonaws.com';
  const FORGED = 'forged.eu-west-1.amazonaws.com';
  const certified = (from: typeof authority, names: readonly string[]): { cert: string; key: string } => {
    const { certificate, privateKey } = issueFrom(from, 'server', { commonName: 'aws', names, ...days });
    return { cert: certificate, key: privateKey };
  };
  const passed: string[] = [];
  const refused: string[] = [];
  const reached: unknown[] = [];
  const own = createServer((call, response) => {
    response.writeHead(200, { 'x-from': 'here' });
    response.write(`${call.method ?? ''} ${call.headers.host ?? ''}${call.url ?? ''} `);
    call.pipe(response);
  });
  const aws = createTlsServer(certified(ofAws, ['*.eu-west-1.amazonaws.com']), (call, response) => {
    const answer = (): void => {
      response.writeHead(403, { 'x-from': 'aws' });
      response.end(`denied ${call.headers.host ?? ''}`);
    };
    setTimeout(answer, call.url === '/slow' ? 400 : 0);
  });
  aws.on('upgrade', (call, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.write(`${call.headers.host ?? ''} `);
    socket.pipe(socket);
  });
  /** It claims to be AWS with a certificate that no authority of AWS has signed. */
  const forger = createTlsServer(
    certified(authority, [FORGED]),
    (_, response) => void response.end('forged'),
  );
  let front: AwsFront;
  let awsPort = 0;

  before(async () => {
    for (const server of [own, aws, forger]) await once(server.listen(0, '127.0.0.1'), 'listening');
    awsPort = (aws.address() as AddressInfo).port;
    front = await openAwsFront({
      certify: (name) => issueFrom(authority, 'server', { commonName: name, names: [name], ...days }),
      isHere: (host, path, authorization) => path === '/issuer' || authorization === `local ${host}`,
      controlUrl: () => `http://127.0.0.1:${(own.address() as AddressInfo).port}`,
      authorities: [ofAws.certificate],
      onPassed: (host) => void passed.push(host),
      onRefused: (host, protocols) => void refused.push(`${host} ${protocols.join()}`),
      connectMs: 200,
      reach: (target) => {
        reached.push(target);
        const port = target.hostname === FORGED ? (forger.address() as AddressInfo).port : awsPort;
        return { hostname: '127.0.0.1', port };
      },
    });
  });
  after(async () => {
    await front.close();
    own.close();
    for (const server of [aws, forger]) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function call(host: string, path: string, authorization?: string): Promise<readonly unknown[]> {
    const headers = { host, ...(authorization !== undefined && { authorization }) };
    const servername = host.replace(/:.*/, '').toLowerCase();
    const to = { host: '127.0.0.1', port: front.port, servername, ca: authority.certificate };
    const sent = request({ ...to, method: 'PUT', path, headers, agent: false }).end('body');
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const part of reply) body += String(part);
    return [reply.statusCode, reply.headers['x-from'], body];
  }

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
    {
      name: 'recognises a Host with the port of HTTPS, which the control port gets without it',
      of: [`${SQS}:443`, '/q', `local ${SQS}`],
      expected: [200, 'here', `PUT ${SQS}/q body`],
    },
    {
      name: 'recognises a Host in upper case',
      of: [SQS.toUpperCase(), '/q', `local ${SQS}`],
      expected: [200, 'here', `PUT ${SQS}/q body`],
    },
    {
      name: 'sends a call with another port to that port',
      of: [`${SQS}:8443`, '/q', `local ${SQS}`],
      expected: [403, 'aws', `denied ${SQS}:8443`],
    },
    {
      name: 'refuses a Host with a port that does not exist',
      of: [`${SQS}:99999`, '/q'],
      expected: [400, undefined, `The Host "${SQS}:99999" is not valid\n`],
    },
  ] as const)
    it(name, async () => {
      const [host, path, authorization] = of;
      assert.deepEqual(await call(host, path, authorization), expected);
    });

  it('tells of each call that goes to AWS', async () => {
    passed.length = 0;
    reached.length = 0;
    await call('s3.eu-west-1.amazonaws.com', '/public');
    await call(SQS, '/q', `local ${SQS}`);

    assert.deepEqual(passed, ['s3.eu-west-1.amazonaws.com']);
    assert.deepEqual(reached, [{ hostname: 's3.eu-west-1.amazonaws.com', port: 443 }]);
  });

  it('sends nothing to a server that has no certificate of AWS', async () => {
    const [status, , body] = await call(FORGED, '/q');

    assert.equal(status, 502);
    assert.match(String(body), /unable to verify|self-signed/);
  });

  it('connects a client that changes the protocol with AWS', async () => {
    const to = { host: '127.0.0.1', port: front.port, servername: SQS, ca: authority.certificate };
    const headers = { host: SQS, connection: 'Upgrade', upgrade: 'echo' };
    const sent = request({ ...to, path: '/socket', headers, agent: false }).end();
    const [, socket, head] = (await once(sent, 'upgrade')) as [IncomingMessage, Socket, Buffer];
    socket.write('ping');
    let heard = String(head);
    while (!heard.endsWith('ping')) heard += String((await once(socket, 'data'))[0]);
    socket.destroy();

    assert.equal(heard, `${SQS} ping`);
  });

  it('waits for a slow response on a connection that is used again', async () => {
    await call(SQS, '/q');

    assert.deepEqual(await call(SQS, '/slow'), [403, 'aws', `denied ${SQS}`]);
  });

  it('refuses an upgrade with a port that does not exist', async () => {
    const to = { host: '127.0.0.1', port: front.port, servername: SQS, ca: authority.certificate };
    const headers = { host: `${SQS}:99999`, connection: 'Upgrade', upgrade: 'echo' };
    const sent = request({ ...to, headers, agent: false }).end();
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];

    assert.equal(reply.statusCode, 400);
  });

  it('refuses a client that offers only HTTP/2, and tells why', async () => {
    const to = { host: '127.0.0.1', port: front.port, servername: SQS, ca: authority.certificate };
    const [error] = (await once(connect({ ...to, ALPNProtocols: ['h2', 'mqtt'] }), 'error')) as [Error];

    assert.match(error.message, /no application protocol/i);
    assert.deepEqual(refused, [`${SQS} h2,mqtt`]);
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
