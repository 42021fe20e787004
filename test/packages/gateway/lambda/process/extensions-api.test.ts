/**
 * The Extensions API by its calls. Source: Lambda developer guide, "Using the Lambda Extensions API to create
 * extensions"
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { ExtensionsApi } from '../../../../../packages/gateway/lambda/process/extensions-api.ts';

const ID = 'lambda-extension-identifier';
const INVOKE = {
  eventType: 'INVOKE',
  requestId: 'r1',
  deadlineMs: 5,
  functionArn: 'arn:f',
  traceHeader: 'Root=1',
} as const;

type Said = {
  readonly status: number;
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
};

async function anApi(t: TestContext) {
  const api = new ExtensionsApi({ name: 'shop', handler: 'a.b' }, () => undefined);
  const server = createServer((request, response) => {
    const call = `${request.method ?? ''} ${request.url ?? ''}`;
    void api.answer(call, request, response).then((isOurs) => {
      if (!isOurs) response.writeHead(404).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const call = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<Said> => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    const said = (await reply.json()) as Said['body'];
    return { status: reply.status, id: reply.headers.get(ID) ?? '', body: said };
  };
  const register = (name: string, body?: string): Promise<Said> =>
    call(
      'POST',
      '/2020-01-01/extension/register',
      name === '' ? {} : { 'lambda-extension-name': name },
      body,
    );
  return { api, call, register };
}

describe('an extension that registers', () => {
  for (const [body, status] of [
    [undefined, 200],
    ['{}', 200],
    ['{"events":[]}', 200],
    ['{"events":["INVOKE","SHUTDOWN"]}', 200],
    ['{"events":["INVOKE","OTHER"]}', 403],
    ['{"events":"INVOKE"}', 403],
    ['{', 403],
  ] as const)
    it(`is answered with ${status} if it sends ${body ?? 'nothing'}`, async (t) => {
      const { register } = await anApi(t);

      const said = await register('one', body);

      assert.equal(said.status, status);
      if (status === 200)
        assert.deepEqual(said.body, { functionName: 'shop', functionVersion: '$LATEST', handler: 'a.b' });
      else assert.equal(said.body['errorType'], 'Extension.InvalidEventType');
      assert.equal(said.id !== '', status === 200);
    });

  it('must send its name, and is one of ten at most', async (t) => {
    const { api, register } = await anApi(t);
    const registered = api.registered(10);
    assert.equal((await register('')).body['errorType'], 'Extension.MissingHeader');
    for (let count = 1; count <= 10; count += 1) assert.equal((await register(`e${count}`)).status, 200);
    await registered;

    assert.equal((await register('e11')).body['errorType'], 'Extension.TooManyExtensions');
  });

  it('is awaited at the end if one of them has subscribed to it', async (t) => {
    const { api, register } = await anApi(t);
    await register('one', '{"events":["INVOKE"]}');
    assert.equal(api.wantShutdown, false);
    await register('two', '{"events":["SHUTDOWN"]}');
    assert.equal(api.wantShutdown, true);
  });
});

describe('the next event of an extension', () => {
  it('is of a kind that it has registered for, whether it waits or comes later', async (t) => {
    const { api, call, register } = await anApi(t);
    const one = await register('one', '{"events":["INVOKE","SHUTDOWN"]}');
    await register('two', '{"events":["SHUTDOWN"]}');
    assert.equal(api.areIdle, false);

    const next = () => call('GET', '/2020-01-01/extension/event/next', { [ID]: one.id });
    api.send(INVOKE);
    const first = await next();
    const waiting = next();
    api.send({ eventType: 'SHUTDOWN', deadlineMs: 7, shutdownReason: 'spindown' });
    const second = await waiting;

    assert.deepEqual([first.status, second.status], [200, 200]);
    assert.deepEqual(first.body, {
      eventType: 'INVOKE',
      deadlineMs: 5,
      requestId: 'r1',
      invokedFunctionArn: 'arn:f',
      tracing: { type: 'X-Amzn-Trace-Id', value: 'Root=1' },
    });
    assert.deepEqual(second.body, { eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: 7 });
  });

  it('is available only to those that have registered, and so are their errors', async (t) => {
    const { call, register } = await anApi(t);
    const { id } = await register('one');
    const statusOf = async (method: string, path: string, own: string): Promise<number> =>
      (await call(method, path, { [ID]: own }, method === 'POST' ? '{}' : undefined)).status;

    assert.equal(await statusOf('GET', '/2020-01-01/extension/event/next', 'guess'), 403);
    for (const path of ['/2020-01-01/extension/init/error', '/2020-01-01/extension/exit/error'])
      assert.deepEqual([await statusOf('POST', path, id), await statusOf('POST', path, 'guess')], [202, 403]);
  });

  it('is served together with calls that are not supported here, which say so', async (t) => {
    const { call } = await anApi(t);

    assert.equal(
      (await call('PUT', '/2022-07-01/telemetry', {}, '{}')).body['errorType'],
      'Telemetry.NotSupported',
    );
    assert.equal((await call('PUT', '/2020-08-15/logs', {}, '{}')).body['errorType'], 'Logs.NotSupported');
    assert.equal((await call('GET', '/2020-01-01/other')).status, 404);
  });
});
