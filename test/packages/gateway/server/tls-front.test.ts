import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestHttps } from 'node:https';
import { createServer as createHttpServer, request as requestHttp } from 'node:http';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { Account } from '../../../../packages/gateway/control/account.ts';
import { issueFrom, makeAuthority } from '../../../../packages/base/aws/certificates/issue-certificate.ts';
import { DEFAULT_ASSUMPTIONS } from '../../../../packages/gateway/core/deployment/assumptions.ts';
import { ServedApis } from '../../../../packages/gateway/control/served-apis.ts';
import { nameServer } from '../../../../packages/gateway/engine/compose/network/tls.ts';
import { openApiPorts } from '../../../../packages/gateway/server/api-ports.ts';
import { planOwnPorts } from '../../../../packages/gateway/server/port-plan.ts';
import { Connections } from '../../../../packages/gateway/core/websocket/connections.ts';
import { aStack } from '../../../support/a-stack.ts';
import { domain, echoingChat, HOST, mapping } from '../../../support/custom-domains.ts';
import { API_ID, echo, httpRoutes, restRoutes } from '../../../support/routed-apis.ts';
import { MemoryLog, virtualPorts } from '../../../support/virtual-ports.ts';
import { serveTls } from '../../../../packages/gateway/server/tls-front.ts';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Assumptions } from '../../../../packages/gateway/core/deployment/assumptions.ts';
import type { ApiPorts } from '../../../../packages/gateway/server/api-ports.ts';
import type { CertifiedKey } from '../../../../packages/base/aws/certificates/issue-certificate.ts';
import type { TestResource } from '../../../support/a-stack.ts';

const DAY_MS = 86_400_000;
const times = { fromEpochMs: Date.now() - DAY_MS, toEpochMs: Date.now() + DAY_MS };
const authority = makeAuthority({ commonName: 'Here', ...times });
const partners = makeAuthority({ commonName: 'Partners', ...times });
const shop = issueFrom(partners, 'client', { commonName: 'shop', ...times });
const stranger = issueFrom(authority, 'client', { commonName: 'stranger', ...times });

const MTLS = { MutualTlsAuthentication: { TruststoreUri: 's3://trust/store.pem', TruststoreVersion: 'v1' } };
const OLD = 'old.example.com';
const NEW = 'new.example.com';
const HTTP_HOST = 'http.example.com';
const HTTP_ID = 'httpapi000';

const http = Object.fromEntries(
  Object.entries(httpRoutes(['GET /menu'])).map(([name, { type, id, properties }]) => [
    `Menu${name}`,
    {
      type,
      ...(id === undefined ? {} : { id: HTTP_ID }),
      properties: {
        ...properties,
        ...(id === undefined ? { ApiId: HTTP_ID } : {}),
        ...(properties['Target'] === undefined ? {} : { Target: 'integrations/MenuRun' }),
      },
    },
  ]),
);

const CHAT_HOST = 'chat.example.com';
const RESOURCES: Record<string, TestResource> = {
  ...echoingChat(CHAT_HOST),
  ...restRoutes({ 'GET /pets': {} }),
  ...http,
  D: domain(MTLS),
  M: mapping({ Stage: 'dev' }),
  Old: domain({ DomainName: OLD, SecurityPolicy: 'TLS_1_0' }),
  OldMapping: mapping({ Stage: 'dev' }, OLD),
  New: domain({ DomainName: NEW, SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' }),
  NewMapping: mapping({ Stage: 'dev' }, NEW),
  H: {
    type: 'AWS::ApiGatewayV2::DomainName',
    properties: { DomainName: HTTP_HOST, DomainNameConfigurations: [{ CertificateArn: 'arn' }], ...MTLS },
  },
  HM: {
    type: 'AWS::ApiGatewayV2::ApiMapping',
    properties: { DomainName: HTTP_HOST, ApiId: HTTP_ID, Stage: '$default' },
  },
};

type TestRequest = {
  readonly host?: string;
  /** The server name of the handshake, if it differs. */
  readonly servername?: string;
  readonly key?: CertifiedKey;
  readonly path?: string;
  readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2';
};

describe('API ports with TLS', () => {
  const ports = virtualPorts({ echo });
  const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
  let truststore = partners.certificate;
  let assumptions: Assumptions = DEFAULT_ASSUMPTIONS;
  let open: () => Promise<ApiPorts>;
  let opened: ApiPorts;
  let port = 0;
  const load = (): void => {
    const source = { readObject: () => truststore, file: 'values.yml', servesTls: true };
    served.prepare([aStack(RESOURCES)], undefined, source).serve();
  };
  before(async () => {
    ports.clock.advance(Date.now() - ports.clock.nowEpochMs());
    load();
    const findApi = (id: string) => served.find(id);
    open = () =>
      openApiPorts({
        host: '127.0.0.1',
        allowHosts: [],
        plans: planOwnPorts([API_ID], 0, findApi),
        findDomain: (...asked) => served.atDomain(...asked),
        handleManagement: () => ({ status: 404, headers: [], body: '' }),
        tls: {
          certify: (names) => issueFrom(authority, 'server', { commonName: names[0] ?? '', names, ...times }),
          nameOf: (plan, serverName) =>
            nameServer(
              served,
              { plan, ownNames: ['localhost', '127.0.0.1'], allowHosts: [], assumptions },
              serverName,
            ),
        },
        at: { ...ports, findApi, connections: new Connections(ports.clock) },
      });
    opened = await open();
    port = opened.ports.get(API_ID) ?? 0;
  });
  after(() => opened.close());

  // The gateway gives a handshake 10 seconds; its end does not wait for them.
  it('are closed while a client is connected that has sent nothing', { timeout: 8_000 }, async () => {
    const other = await open();
    const silent = connect({ host: '127.0.0.1', port: other.ports.get(API_ID) ?? 0 });
    await once(silent, 'connect');
    const ended = once(silent, 'close');

    await other.close();

    await ended;
  });

  const optionsOf = ({ host = 'localhost', servername = host, key, maxVersion }: TestRequest) => ({
    host: '127.0.0.1',
    port,
    servername,
    ca: authority.certificate,
    agent: false,
    ...(key !== undefined && { cert: key.certificate, key: key.privateKey }),
    // Node's own client offers nothing older than TLS 1.2 without being asked.
    ...(maxVersion !== undefined && {
      maxVersion,
      minVersion: 'TLSv1' as const,
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
  });

  /** Status, and the event that the function got. */
  function get(asked: TestRequest = {}): Promise<{ status: number; event: Record<string, unknown> }> {
    return new Promise((resolve, reject) => {
      const { host = 'localhost', path = '/dev/pets' } = asked;
      const name = host === 'localhost' ? `localhost:${port}` : host;
      requestHttps({ ...optionsOf(asked), path, headers: { Host: name } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const event = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
          resolve({ status: response.statusCode ?? 0, event });
        });
      })
        .on('error', reject)
        .end();
    });
  }
  const member = (value: unknown, ...names: string[]): unknown =>
    names.reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], value);

  it('serves HTTPS with a certificate for the requested name', async () => {
    assert.equal((await get()).status, 200);
    assert.equal((await get({ host: OLD, path: '/pets' })).status, 200);
    assert.equal((await get({ host: `${API_ID}.execute-api.us-east-1.amazonaws.com` })).status, 200);
  });

  it('answers a plain HTTP client with 400', async () => {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    requestHttp({ host: '127.0.0.1', port, agent: false }, ({ statusCode }) => resolve(statusCode)).end();
    assert.equal(await promise, 400);
  });

  it('speaks HTTP/2 with clients that offer it, and events contain what they contain on AWS', async () => {
    const session = connectHttp2(`https://localhost:${port}`, { ca: authority.certificate });
    const answer = await new Promise<string>((resolve, reject) => {
      const stream = session.request({ ':path': '/dev/pets?a=1', cookie: 'x=1' });
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => resolve(Buffer.concat(chunks).toString())).on('error', reject);
    });
    session.close();
    const event = JSON.parse(answer) as Record<string, unknown>;
    assert.equal(member(event, 'requestContext', 'protocol'), 'HTTP/1.1');
    assert.equal(member(event, 'headers', 'Host'), `localhost:${port}`);
    assert.deepEqual(event['queryStringParameters'], { a: '1' });
    assert.ok(!JSON.stringify(event['headers']).includes(':path'));
  });

  const versions: { name: string; asked: TestRequest; fails: boolean }[] = [
    { name: 'TLS 1.1 at a domain with TLS_1_0', asked: { host: OLD, maxVersion: 'TLSv1.1' }, fails: false },
    { name: 'TLS 1.1 at one with mutual TLS', asked: { host: HOST, maxVersion: 'TLSv1.1' }, fails: true },
    { name: 'TLS 1.1 at no domain', asked: { maxVersion: 'TLSv1.1' }, fails: true },
    { name: 'TLS 1.2 at one that wants 1.3', asked: { host: NEW, maxVersion: 'TLSv1.2' }, fails: true },
    { name: 'TLS 1.2 at one with TLS_1_0', asked: { host: OLD, maxVersion: 'TLSv1.2' }, fails: false },
  ];
  for (const { name, asked, fails } of versions)
    it(`${fails ? 'refuses' : 'takes'} ${name}`, async () => {
      const outcome = await new Promise<string>((resolve) => {
        const socket = connectTls(optionsOf(asked), () => {
          resolve('connected');
          socket.destroy();
        });
        socket.on('error', (error) => resolve(error.message));
      });
      if (fails) assert.match(outcome, /protocol version|unsupported protocol|alert/i);
      else assert.equal(outcome, 'connected');
    });

  it('admits clients in the truststore, and gives REST and HTTP APIs the certificate', async () => {
    const rest = await get({ host: HOST, key: shop, path: '/pets' });
    const ofHttp = await get({ host: HTTP_HOST, key: shop, path: '/menu' });
    const certificate = member(rest.event, 'requestContext', 'identity', 'clientCert');

    assert.deepEqual([rest.status, ofHttp.status], [200, 200]);
    assert.deepEqual(
      ['subjectDN', 'issuerDN'].map((name) => member(certificate, name)),
      ['CN=shop', 'CN=Partners'],
    );
    assert.equal(member(certificate, 'clientCertPem'), shop.certificate);
    assert.match(String(member(certificate, 'serialNumber')), /^[0-9a-f]{2}(:[0-9a-f]{2}){15}$/);
    assert.match(
      String(member(certificate, 'validity', 'notAfter')),
      /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT$/,
    );
    assert.deepEqual(member(ofHttp.event, 'requestContext', 'authentication'), { clientCert: certificate });
  });

  const refused: { name: string; asked: TestRequest }[] = [
    { name: 'a client whose authority the truststore does not have', asked: { host: HOST, key: stranger } },
    // Attack: the handshake for a name that asks for nothing, the Host of the domain.
    {
      name: 'one that shakes hands for another name',
      asked: { host: HOST, servername: 'localhost', key: shop },
    },
    {
      name: 'one that shakes hands for another domain',
      asked: { host: HOST, servername: HTTP_HOST, key: shop },
    },
  ];
  for (const { name, asked } of refused)
    it(`answers 403 to ${name}`, async () => {
      assert.deepEqual(await get({ ...asked, path: '/pets' }), {
        status: 403,
        event: { message: 'Forbidden' },
      });
    });

  it('ends the connection of a client without a certificate', async () => {
    const lines = ports.log.lines.length;

    await assert.rejects(get({ host: HOST, path: '/pets' }), { code: 'ECONNRESET' });

    assert.deepEqual(ports.log.lines.slice(lines), [
      `${HOST}: ended a connection without a client certificate`,
    ]);
  });

  it('answers 403 to a client without a certificate with --assume', async () => {
    assumptions = { ...DEFAULT_ASSUMPTIONS, 'missing-client-certificate': '403' };
    // Its handshakes then use another truststore, as after any change to what is served.
    load();
    const { status, event } = await get({ host: HOST, path: '/pets' });
    assumptions = DEFAULT_ASSUMPTIONS;
    load();

    assert.deepEqual([status, event], [403, { message: 'Forbidden' }]);
  });

  it('rejects clients missing from a new version of the truststore, on open connections, too', async () => {
    const session = connectHttp2(`https://${HOST}:${port}`, {
      host: '127.0.0.1',
      servername: HOST,
      ca: authority.certificate,
      cert: shop.certificate,
      key: shop.privateKey,
    });
    session.on('error', () => undefined);
    const ask = (): Promise<number | undefined> =>
      new Promise((resolve) => {
        const stream = session.request({ ':path': '/pets', ':authority': HOST });
        stream.on('response', (headers) => resolve(headers[':status']));
        stream.on('error', () => resolve(undefined)).on('close', () => resolve(undefined));
        stream.resume();
      });
    assert.equal(await ask(), 200);

    truststore = authority.certificate;
    load();
    assert.equal(await ask(), undefined);
    session.destroy();
    assert.equal((await get({ host: HOST, key: shop, path: '/pets' })).status, 403);
    assert.equal((await get({ host: HOST, key: stranger, path: '/pets' })).status, 200);
    truststore = partners.certificate;
    load();
  });

  it('accepts a message over WSS and answers it, over HTTP/1.1 with any other offer', async () => {
    const asked = { host: '127.0.0.1', port, servername: CHAT_HOST, ca: authority.certificate };
    const offered = connectTls({ ...asked, ALPNProtocols: ['h2', 'http/1.1'] });
    await once(offered, 'secureConnect');
    assert.equal(offered.alpnProtocol, 'http/1.1');
    offered.destroy();

    const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { ...asked, headers: { Host: CHAT_HOST } });
    await once(socket, 'open');
    socket.send('hello');
    const [data] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    await once(socket, 'close');

    const event = JSON.parse(data.toString()) as Record<string, unknown>;
    assert.equal(event['body'], 'hello');
    assert.equal(member(event, 'requestContext', 'domainName'), CHAT_HOST);
  });

  it('opens no WebSocket at a domain with mutual TLS without a certificate', async () => {
    // The types of ws leave out what it passes on to the TLS connection.
    const options = { servername: HOST, ca: authority.certificate, headers: { Host: HOST } };
    const socket = new WebSocket(`wss://127.0.0.1:${port}/`, options);
    const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException>();
    socket.on('error', resolve);
    assert.equal((await promise).code, 'ECONNRESET');
  });
});

describe('serveTls', () => {
  type Options = Parameters<typeof serveTls>[1];
  async function aFront(t: TestContext, more: Partial<Options> = {}) {
    const log = new MemoryLog();
    const certified: string[] = [];
    const server = createHttpServer((_, response) => response.end('here'));
    const end = serveTls(server, {
      nameOf: (name) => ({ names: [name ?? 'localhost'], policy: 'TLS_1_2', acceptsHttp2: false }),
      certify(names) {
        certified.push(names.join());
        return issueFrom(authority, 'server', { commonName: names[0] ?? '', names, ...times });
      },
      http2: { take: () => undefined } as never,
      log,
      ...more,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      end();
    });
    const { port } = server.address() as { readonly port: number };
    const open = (servername: string) =>
      connectTls({ host: '127.0.0.1', port, servername, ca: authority.certificate });
    return { log, certified, server, port, open };
  }

  /** What a TLS 1.2 client sends first: its alerts are not encrypted until the keys exist. */
  async function aHello(): Promise<Buffer> {
    const listening = createServer();
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as { readonly port: number };
    const client = connectTls({ host: '127.0.0.1', port, servername: 'localhost', maxVersion: 'TLSv1.2' });
    client.on('error', () => undefined);
    const [socket] = (await once(listening, 'connection')) as [Socket];
    const [hello] = (await once(socket, 'data')) as [Buffer];
    client.destroy();
    listening.close();
    return hello;
  }
  /** RFC 5246 §7.2: a fatal alert, unknown_ca. */
  const UNKNOWN_CA = Buffer.from([21, 3, 3, 0, 2, 2, 48]);

  it('says once how the local CA is trusted, if clients do not trust it', async (t) => {
    const { log, server, port } = await aFront(t);
    const hello = await aHello();
    for (let round = 0; round < 2; round += 1) {
      const arrived = once(server, 'connection') as Promise<[Socket]>;
      const client = connect({ host: '127.0.0.1', port });
      client.write(hello);
      await once(client, 'data');
      const [socket] = await arrived;
      client.end(UNKNOWN_CA);
      if (!socket.destroyed) await once(socket, 'close');
    }

    assert.deepEqual(log.lines, [
      'a client does not trust the local CA; `gatewright certs --trust` shows how to trust it',
    ]);
  });

  it('makes a certificate once for each name', async (t) => {
    const { certified, open } = await aFront(t);
    for (const name of ['localhost', 'a.localhost', 'localhost', 'a.localhost', 'localhost', 'a.localhost']) {
      const client = open(name);
      await once(client, 'secureConnect');
      client.destroy();
    }

    assert.deepEqual(certified, ['localhost', 'a.localhost']);
  });

  it('keeps connections that send nothing for a while', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { server, open } = await aFront(t);
    const arrived = once(server, 'connection') as Promise<[Socket]>;
    const client = open('localhost');
    await once(client, 'secureConnect');
    const [socket] = await arrived;

    t.mock.timers.tick(10_000);
    assert.equal(socket.destroyed, false);
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);

    client.destroy();
  });
});
