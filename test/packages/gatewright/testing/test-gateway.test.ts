/** What a gateway of a test requests from its control port. The answers come from a stand-in. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import {
  FunctionFailed,
  linkOf,
  makeTestGateway,
} from '../../../../packages/gatewright/testing/test-gateway.ts';
import type { ApiRoutes } from '../../../../packages/gateway/engine/index.ts';
import type { TestGateway } from '../../../../packages/gatewright/testing/test-gateway.ts';

const NOW = Date.UTC(2026, 10, 24);
const FUNCTIONS = [
  { name: 'shop-dev-list', logicalId: 'List' },
  { name: 'shop-dev-pay', logicalId: 'Pay' },
];
const CALLS = [{ service: 'ses' }, { service: 'kms' }];
const LINES = ['{"message":"one"}', '{"message":"two"}', ''].join('\n');

describe('a gateway of a test', () => {
  const asked: (readonly [string, unknown])[] = [];
  /** The answers by method and path. */
  const answers = new Map<string, unknown>();
  const control = createServer((request, response) => {
    void readAll(request).then((body) => {
      const called = `${request.method ?? ''} ${(request.url ?? '').replace('/_gatewright/', '')}`;
      asked.push([called, body === '' ? undefined : (JSON.parse(body) as unknown)]);
      const answer = answers.get(called) ?? {};
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  control.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (open) => open.send('hello')),
  );
  let gateway: TestGateway;
  let port = 0;
  let hasEnded = 0;

  before(async () => {
    await once(control.listen(0, '127.0.0.1'), 'listening');
    ({ port } = control.address() as AddressInfo);
  });
  after(() => {
    for (const socket of sockets.clients) socket.terminate();
    control.closeAllConnections();
    control.close();
  });
  beforeEach(() => {
    asked.length = 0;
    answers.clear();
    const api = (logicalId: string, kind: ApiRoutes['kind'], stage: string): ApiRoutes => ({
      routes: [],
      stack: 'shop',
      logicalId,
      id: logicalId,
      name: `shop-${logicalId}`,
      kind,
      stage,
      region: 'us-east-1',
      url: `${kind === 'websocket' ? 'ws' : 'http'}://127.0.0.1:${port}/${stage}`,
    });
    gateway = makeTestGateway({
      environment: { GATEWRIGHT_CONTROL_URL: `http://127.0.0.1:${port}`, GATEWRIGHT_CONTROL_SECRET: 's' },
      apis: [api('Rest', 'rest', 'dev'), api('Rest', 'rest', 'prod'), api('Live', 'websocket', 'dev')],
      findings: [],
      request: (chosen, { path }) => Promise.resolve(new Response(JSON.stringify([chosen.stage, path]))),
      close: () => Promise.resolve(void (hasEnded += 1)),
      parse: (text) => [JSON.parse(text) as unknown],
    });
  });

  it('gives the values of the tests’ own context', async () => {
    const response = await gateway.inject('/a', { stage: 'prod' });

    assert.deepEqual(await response.json(), [['prod', '/a']]);
  });

  it('finds the address of each stage, and of a WebSocket API by its name', () => {
    assert.equal(gateway.url('Rest', 'prod'), `http://127.0.0.1:${port}/prod`);
    assert.equal(gateway.url('Live'), `ws://127.0.0.1:${port}/dev`);
    assert.throws(() => gateway.url('Live', 'prod'), /there is no WebSocket API "Live"/);
    assert.throws(() => gateway.url(), /several APIs match/);
  });

  it('closes its connections at a reset and at the end', async () => {
    const ended = hasEnded;
    const first = await gateway.connect();
    assert.equal(await first.next(), 'hello');
    await gateway.reset();
    await first.closed;
    const second = await gateway.connect({ api: 'Live' });
    await gateway[Symbol.asyncDispose]();
    await second.closed;

    assert.deepEqual(asked, [['POST reset', { keepsInstances: false }]]);
    assert.equal(hasEnded, ended + 1);
  });

  it('moves the clock by words or milliseconds, and back once everything has ended', async () => {
    for (const path of ['GET clock', 'POST advance', 'POST clock']) answers.set(path, [{ nowEpochMs: NOW }]);
    const { clock } = makeTestGatewayOfOne();

    assert.equal((await clock.now()).getTime(), NOW);
    assert.equal((await clock.advance('90s')).getTime(), NOW);
    await clock.advance(5);
    await clock.reset();
    assert.deepEqual(asked.slice(1), [
      ['POST advance', { ms: 90_000 }],
      ['POST advance', { ms: 5 }],
      ['POST settle', undefined],
      ['POST clock', { reset: true }],
    ]);
    await assert.rejects(clock.advance('soon'), /"soon" is not a duration; write 1d, 90s or -30m/);
  });

  it('shows recorded calls, of all services or of one', async () => {
    answers.set('GET recorded', [{ calls: CALLS }]);
    const one = makeTestGatewayOfOne();

    assert.deepEqual(await one.calls(), CALLS);
    assert.deepEqual(await one.calls('kms'), [{ service: 'kms' }]);
    assert.deepEqual(await one.calls('s3'), []);
  });

  it('shows lines of all, or of a function by the end of its name', async () => {
    for (const path of ['GET logs', 'GET logs?function=shop-dev-list']) answers.set(path, LINES);
    answers.set('GET functions', { functions: FUNCTIONS });
    const one = makeTestGatewayOfOne((text) => JSON.parse(text) as unknown);

    assert.deepEqual(await one.logs(), ['one', 'two']);
    assert.deepEqual(await one.logs('list'), ['one', 'two']);
    await assert.rejects(one.logs('ship'), {
      name: 'TestingError',
      message:
        'The gateway has no function "ship". Its functions are shop-dev-list (List), shop-dev-pay (Pay)',
    });
  });

  it('sends an event as text or as JSON, with what a bus or a queue needs', async () => {
    await gateway.send('Jobs', 'text');
    await gateway.send('Bus', { a: 1 }, { source: 'shop', detailType: 'Paid' });
    await gateway.send('Nightly');

    assert.deepEqual(asked, [
      ['POST events', { target: 'Jobs', body: 'text' }],
      ['POST events', { target: 'Bus', body: '{"a":1}', source: 'shop', detailType: 'Paid' }],
      ['POST events', { target: 'Nightly', body: '{}' }],
    ]);
  });

  it('asks for tables and queues by their names', async () => {
    answers.set('GET items?table=a%2Fb', [{ items: [{ id: 1 }] }]);
    answers.set('GET messages?queue=a%26b', [{ messages: [] }]);
    answers.set('POST token', [{ token: 't' }]);
    const one = makeTestGatewayOfOne();

    assert.deepEqual(await one.table('a/b').items(), [{ id: 1 }]);
    assert.deepEqual(await one.messages('a&b'), []);
    assert.equal(await one.token({ sub: 'alice' }), 't');
    await one.table('T').put({ id: 2 }, { id: 3 });
    assert.deepEqual(asked.at(-1), ['POST items', { table: 'T', items: [{ id: 2 }, { id: 3 }] }]);
  });

  for (const { name, result, expected } of [
    { name: 'what it returns', result: { kind: 'returned', payload: '{"a":1}' }, expected: [{ a: 1 }] },
    { name: 'null if it returns nothing', result: { kind: 'returned' }, expected: [null] },
    {
      name: 'what it throws',
      result: { kind: 'failed', errorType: 'RangeError', errorMessage: 'bad' },
      expected: {
        name: 'FunctionFailed',
        code: 'GATEWRIGHT_FUNCTION',
        message: 'RangeError: bad',
        errorType: 'RangeError',
      },
    },
    {
      name: 'an error if it throws something else',
      result: { kind: 'failed' },
      expected: { name: 'FunctionFailed', errorType: 'Error', message: 'Error: ' },
    },
    {
      name: 'that it has run too long',
      result: { kind: 'timed-out' },
      expected: { name: 'FunctionFailed', errorType: 'Sandbox.Timedout' },
    },
    {
      name: 'why it was not run',
      result: { kind: 'refused', message: 'there is none' },
      expected: { name: 'TestingError', message: 'there is none' },
    },
    {
      name: 'that it was not run',
      result: { kind: 'refused' },
      expected: {
        name: 'TestingError',
        message:
          'the function Pay was not invoked: the gateway responded with "refused" and gave no reason; read the gateway\'s log',
      },
    },
  ])
    it(`calls a function and shows ${name}`, async () => {
      answers.set('POST invoke', result);
      const called = gateway.invoke('Pay', { b: 2 });

      if (Array.isArray(expected)) assert.deepEqual(await called, expected);
      else await assert.rejects(called, expected);
      assert.deepEqual(asked, [['POST invoke', { function: 'Pay', payload: '{"b":2}' }]]);
    });

  /** Answers of the control port as lists of one, which this takes apart. */
  function makeTestGatewayOfOne(
    parse = (text: string): unknown => (JSON.parse(text) as readonly unknown[])[0],
  ): TestGateway {
    const { environment, findings } = gateway;
    const unused = (): never => assert.fail('no API is called');
    return makeTestGateway({ environment, apis: [], findings, parse, request: unused, close: unused });
  }
});

describe('the gateway of this process', () => {
  it('is found by two variables, and a process without them gets an error that says how to get one', () => {
    const environment = { GATEWRIGHT_CONTROL_URL: 'http://127.0.0.1:1', GATEWRIGHT_CONTROL_SECRET: 's' };

    assert.deepEqual(linkOf(environment), { url: 'http://127.0.0.1:1', secret: 's' });
    for (const missing of Object.keys(environment))
      assert.throws(
        () => linkOf({ ...environment, [missing]: undefined }),
        /^TestingError: this process has no shared gateway: run it with `gatewright start --exec`/,
      );
  });

  it('fails functions with an error of a given name', () => {
    assert.equal(new FunctionFailed('TypeError', 'x is no function').name, 'FunctionFailed');
  });
});
