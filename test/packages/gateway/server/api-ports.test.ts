import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { signRequest } from '../../../../packages/base/aws/sign-request.ts';
import { Account } from '../../../../packages/gateway/control/account.ts';
import { ServedApis } from '../../../../packages/gateway/control/served-apis.ts';
import { openApiPorts, memoizeLast } from '../../../../packages/gateway/server/api-ports.ts';
import { planOwnPorts } from '../../../../packages/gateway/server/port-plan.ts';
import { createIdentities, parseIdentities } from '../../../../packages/gateway/core/policy/identities.ts';
import { Connections } from '../../../../packages/gateway/core/websocket/connections.ts';
import { ACCOUNT_ID, aStack } from '../../../support/a-stack.ts';
import { domain, HOST, mapping } from '../../../support/custom-domains.ts';
import { API_ID, echo, httpRoutes, restRoutes } from '../../../support/routed-apis.ts';
import { EPOCH_MS, virtualPorts } from '../../../support/virtual-ports.ts';
import type { IncomingMessage } from 'node:http';
import type { ApiPorts } from '../../../../packages/gateway/server/api-ports.ts';

const ALICE = { accessKeyId: 'AKIALOCAL000ALICE', secretAccessKey: 'a-secret-of-this-test' };
const IDENTITIES = JSON.stringify({
  identities: [
    {
      name: 'alice',
      ...ALICE,
      policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
    },
  ],
});
const MENU = 'menuapi000';
const MENU_HOST = 'menu.example.com';
const CHAT = 'chatapi000';

/** The REST API of `routed-apis.ts` on one domain, an HTTP API on another. */
const http = Object.fromEntries(
  Object.entries(httpRoutes(['GET /menu'])).map(([name, { type, id, properties }]) => [
    `Menu${name}`,
    {
      type,
      ...(id === undefined ? {} : { id: MENU }),
      properties: {
        ...properties,
        ...(id === undefined ? { ApiId: MENU } : {}),
        ...(properties['Target'] === undefined ? {} : { Target: 'integrations/MenuRun' }),
      },
    },
  ]),
);

const withoutTime = (line: string): string => line.replace(/ [\d.]+ ms /, ' ');
const foreign = (host: string): string =>
  `This gateway does not serve the host '${host}'. If a tunnel or proxy sends this host, start the gateway with --allow-host ${host}`;

const RESOURCES = {
  ...restRoutes({ 'GET /pets': {} }),
  ...http,
  Chat: {
    type: 'AWS::ApiGatewayV2::Api',
    id: CHAT,
    properties: { Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
  MenuOrders: {
    type: 'AWS::ApiGatewayV2::Route',
    properties: {
      ApiId: MENU,
      RouteKey: 'GET /orders',
      AuthorizationType: 'AWS_IAM',
      Target: 'integrations/MenuRun',
    },
  },
  D: domain(),
  M: mapping({ BasePath: 'v1', Stage: 'dev' }),
  Menu: domain({ DomainName: MENU_HOST }),
  MenuMapping: {
    type: 'AWS::ApiGatewayV2::ApiMapping',
    properties: { DomainName: MENU_HOST, ApiId: MENU, ApiMappingKey: 'v1', Stage: '$default' },
  },
};

describe('openApiPorts', () => {
  let opened: ApiPorts;
  let port = 0;
  let log: string[] = [];
  before(async () => {
    const ports = virtualPorts({ echo });
    ports.identities = createIdentities(parseIdentities(IDENTITIES, 'f.yml', ACCOUNT_ID));
    log = ports.log.lines;
    const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
    served.prepare([aStack(RESOURCES)]).serve();
    const findApi = (id: string) => served.find(id);
    opened = await openApiPorts({
      host: '127.0.0.1',
      allowHosts: [],
      plans: planOwnPorts([API_ID, CHAT], 0, findApi),
      findDomain: (host, path) => served.atDomain(host, path),
      handleManagement: () => ({ status: 404, headers: [], body: '' }),
      at: { ...ports, findApi, connections: new Connections(ports.clock) },
    });
    port = opened.ports.get(API_ID) ?? 0;
  });
  after(() => opened.close());

  /** Status and body, or the path that the function receives. */
  function get(host: string, path: string, more: object = {}): Promise<readonly [number, unknown]> {
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers: { Host: host, ...more } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const text = Buffer.concat(chunks).toString();
          if (response.headers['content-type'] === 'text/plain') {
            resolve([status, text]);
            return;
          }
          const body = JSON.parse(text) as Record<string, unknown>;
          resolve([status, status === 200 ? (body['path'] ?? body['rawPath']) : body]);
        });
      })
        .on('error', reject)
        .end();
    });
  }

  const rows: {
    name: string;
    host: (port: number) => string;
    path: string;
    expected: readonly [number, unknown];
  }[] = [
    {
      name: 'serves the API of the port by any name of this machine',
      host: (own) => `localhost:${own}`,
      path: '/dev/pets',
      expected: [200, '/pets'],
    },
    // issue 37.7: proxies with `changeOrigin: false` or `proxy_set_header Host $host`, and containers.
    ...['localhost', 'localhost:5173', '127.0.0.1', '127.0.0.1:80', '[::1]:5173', 'host.docker.internal'].map(
      (name) => ({
        name: `serves the API of the port by ${name}, as proxies and containers send it`,
        host: () => name,
        path: '/dev/pets',
        expected: [200, '/pets'] as const,
      }),
    ),
    {
      name: 'serves another API by its execute-api name',
      host: (own) => `${MENU}.execute-api.localhost:${own}`,
      path: '/menu',
      expected: [200, '/menu'],
    },
    {
      name: 'serves an API without a port of its own below its id',
      host: (port) => `localhost:${port}`,
      path: `/_api/${MENU}/menu`,
      expected: [200, '/menu'],
    },
    {
      name: 'takes the id of an API with a port of its own for a stage',
      host: (port) => `localhost:${port}`,
      path: `/_api/${API_ID}/dev/pets`,
      expected: [403, { message: 'Forbidden' }],
    },
    { name: 'serves a custom domain', host: () => HOST, path: '/v1/pets?x=1', expected: [200, '/v1/pets'] },
    // Clients of an HTTP proxy send the whole address (RFC 9112 §3.2.2); the base path follows its host.
    {
      name: 'serves a custom domain by a target in absolute form',
      host: () => HOST,
      path: `http://${HOST}/v1/pets?x=1`,
      expected: [200, '/v1/pets'],
    },
    {
      name: 'finds no mapping for what another one of the domain would be in absolute form',
      host: () => HOST,
      path: `http://${HOST}/v2/pets`,
      expected: [403, { message: 'Forbidden' }],
    },
    {
      name: 'serves an API by a target in absolute form',
      host: (own) => `localhost:${own}`,
      path: 'http://localhost/dev/pets',
      expected: [200, '/pets'],
    },
    {
      name: 'keeps the health check in absolute form',
      host: () => HOST,
      path: `http://${HOST}/ping`,
      expected: [200, 'healthy'],
    },
    {
      name: 'serves a custom domain by the spelling that ends in a dot',
      host: () => `${HOST}.`,
      path: '/v1/pets',
      expected: [200, '/v1/pets'],
    },
    {
      name: 'serves a custom domain whose port is named',
      host: (own) => `${HOST}:${own}`,
      path: '/v1/pets',
      expected: [200, '/v1/pets'],
    },
    {
      name: 'serves an HTTP API on its domain from the port of another API, with rawPath without the base path',
      host: () => MENU_HOST,
      path: '/v1/menu',
      expected: [200, '/menu'],
    },
    {
      name: 'forbids what a domain of REST APIs has no mapping for (docs/aws §10.4)',
      host: () => HOST,
      path: '/v2/pets',
      expected: [403, { message: 'Forbidden' }],
    },
    {
      name: 'does not find what a domain of HTTP APIs has no mapping for (docs/aws §10.4)',
      host: () => MENU_HOST,
      path: '/v2/menu',
      expected: [404, { message: 'Not Found' }],
    },
    ...['/ping', '/sping?x=1'].flatMap((path) => [
      {
        name: `keeps ${path} of a REST API for the health check (docs/aws §2.1)`,
        path,
        host: (own: number) => `localhost:${own}`,
        expected: [200, 'healthy'] as const,
      },
      {
        name: `keeps ${path} of a custom domain for the health check (docs/aws §2.1)`,
        path,
        host: () => HOST,
        expected: [200, 'healthy'] as const,
      },
    ]),
    {
      name: 'keeps nothing below it',
      host: () => HOST,
      path: '/ping/pong',
      expected: [403, { message: 'Forbidden' }],
    },
    {
      name: 'keeps nothing of the custom domains of HTTP APIs',
      host: () => MENU_HOST,
      path: '/ping',
      expected: [404, { message: 'Not Found' }],
    },
    {
      name: 'admits no other name: a page may have pointed its own here',
      host: () => 'evil.example.com',
      path: '/dev/pets',
      expected: [403, { message: foreign('evil.example.com') }],
    },
  ];
  for (const { name, host, path, expected } of rows)
    it(name, async () => assert.deepEqual(await get(host(port), path), expected));

  // A gateway that loaded the toolkit's stack while it ran refused every call of its admin API.
  it('verifies a signature over the path that the client sent, below the id of an API without a port', async () => {
    const path = `/_api/${MENU}/orders`;
    const headers = signRequest({
      method: 'GET',
      url: new URL(`http://localhost:${port}${path}`),
      service: 'execute-api',
      region: 'us-east-1',
      nowEpochMs: EPOCH_MS,
      ...ALICE,
    });

    assert.deepEqual(await get(`localhost:${port}`, path, headers), [200, '/orders']);
    assert.equal((await get(`localhost:${port}`, path))[0], 403);
  });

  it('says in the log which option admits a foreign name', async () => {
    log.splice(0);
    await get('evil.example.com', '/dev/pets?token=x');
    assert.deepEqual(log.map(withoutTime), [`GET /dev/pets 403 screen (${foreign('evil.example.com')})`]);
  });

  it('reports it to a WebSocket client as well', async () => {
    log.splice(0);
    const headers = {
      Host: 'evil.example.com',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const sent = request({ host: '127.0.0.1', port: opened.ports.get(CHAT), path: '/dev', headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];

    const answer = [response.statusCode, await json(response)];
    assert.deepEqual(answer, [403, { message: foreign('evil.example.com') }]);
    assert.deepEqual(log.map(withoutTime), [`GET /dev 403 screen (${foreign('evil.example.com')})`]);
  });

  it('answers each host as if no other host had been requested before it', async () => {
    for (const earlier of rows)
      for (const { host, path, expected } of rows) {
        await get(earlier.host(port), earlier.path);
        assert.deepEqual(await get(host(port), path), expected);
      }
  });
});

describe('closing the ports', () => {
  async function openSlow(): Promise<{
    opened: ApiPorts;
    port: number;
    answer: () => void;
    begun: Promise<void>;
  }> {
    const started = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    const ports = virtualPorts({
      async echo() {
        started.resolve(undefined);
        await gate.promise;
        return { statusCode: 200, body: 'late' };
      },
    });
    const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
    served.prepare([aStack(restRoutes({ 'GET /pets': {} }))]).serve();
    const findApi = (id: string) => served.find(id);
    const opened = await openApiPorts({
      host: '127.0.0.1',
      allowHosts: [],
      plans: planOwnPorts([API_ID], 0, findApi),
      findDomain: () => undefined,
      handleManagement: () => ({ status: 404, headers: [], body: '' }),
      at: { ...ports, findApi, connections: new Connections(ports.clock) },
    });
    return {
      opened,
      port: opened.ports.get(API_ID) ?? 0,
      answer: () => gate.resolve(undefined),
      begun: started.promise,
    };
  }

  /** The body, or the code of the error. */
  function ask(port: number): Promise<string> {
    return new Promise((resolve) => {
      request(
        { host: '127.0.0.1', port, path: '/dev/pets', headers: { Host: `localhost:${port}` } },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve(text));
        },
      )
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        .end();
    });
  }

  it('leaves no timer behind', async (t) => {
    const { opened } = await openSlow();
    const made = t.mock.method(globalThis, 'setInterval').mock;
    const ended = t.mock.method(globalThis, 'clearInterval').mock;

    await opened.close();

    const timers = made.calls.map(({ result }) => result);
    assert.equal(timers.length, 1);
    for (const timer of timers) assert.ok(ended.calls.some(({ arguments: [one] }) => one === timer));
  });

  it('answers a request in flight', async () => {
    const { opened, port, answer, begun: started } = await openSlow();
    const asked = ask(port);
    await started;
    const closed = opened.close();
    answer();

    assert.equal(await asked, 'late');
    await closed;
  });

  it('has read what had been sent before, on connections that were idle', async () => {
    const { opened, port, answer } = await openSlow();
    answer();
    const client = connect(port, '127.0.0.1');
    let received = '';
    client.on('data', (chunk: Buffer) => (received += chunk.toString())).on('error', () => undefined);
    const text = `GET /dev/pets HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
    client.write(text);
    while (!received.includes('late')) await once(client, 'data');
    const over = once(client, 'close');

    client.write(text);
    const closed = opened.close();

    await Promise.all([over, closed]);
    assert.equal(received.match(/HTTP\/1\.1 200 /g)?.length, 2);
  });

  it('accepts no more connections meanwhile, and waits for none longer than a second', async () => {
    const { opened, port, begun: started } = await openSlow();
    const asked = ask(port);
    await started;
    const startedMs = performance.now();
    const closed = opened.close();

    assert.equal(await ask(port), 'ECONNREFUSED');
    await closed;
    assert.equal(await asked, 'ECONNRESET');
    assert.ok(performance.now() - startedMs < 5_000);
  });
});

describe('memoizeLast', () => {
  it('answers like the function that it wraps, after any calls', () => {
    const isLong = (host: string): boolean => host.length > 3;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('', 'abc', 'ABC', 'abcd', 'localhost:80', 'localhost:8080')),
        (hosts) => {
          const remembered = memoizeLast(isLong);
          for (const host of hosts) assert.equal(remembered(host), isLong(host));
        },
      ),
    );
  });

  it('reads a host once as long as no other host is requested', () => {
    const read: string[] = [];
    const remembered = memoizeLast((host) => read.push(host) > 0);
    for (const host of ['a', 'a', 'a', 'b', 'b', 'a', '', '']) remembered(host);
    assert.deepEqual(read, ['a', 'b', 'a', '']);
  });
});
