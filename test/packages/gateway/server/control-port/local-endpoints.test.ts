import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { serveLocal } from '../../../../../packages/gateway/server/control-port/local-endpoints.ts';
import { aControlPort, type TestControlPort } from '../../../../support/a-control-port.ts';

const DAY_MS = 24 * 3_600_000;
const JSON_1_0 = 'application/x-amz-json-1.0';

describe('serveLocal', () => {
  let at: TestControlPort;
  before(async () => {
    at = await aControlPort();
  });
  after(() => at.close());

  it('want the secret of the start', async () => {
    const { status } = await at.send('GET', '/_gatewright/status', { Authorization: 'Bearer guess' });
    assert.equal(status, 401);
    assert.equal((await at.local('GET', 'status')).body, '{"apis":1}');
  });

  it('show and delete the recorded calls', async () => {
    assert.deepEqual(JSON.parse((await at.local('GET', 'recorded')).body), { calls: [] });
    assert.equal((await at.local('DELETE', 'recorded')).status, 200);
  });

  for (const { name, path, body } of [
    { name: 'refuse a clock without direction', path: 'clock', body: {} },
    { name: 'refuse to move and reset at once', path: 'clock', body: { shiftMs: 1, reset: true } },
    { name: 'refuse a clock beyond a hundred years', path: 'clock', body: { shiftMs: 1e15 } },
    { name: 'refuse a token without sub', path: 'token', body: { scope: 'a' } },
    { name: 'refuse a token with an unknown option', path: 'token', body: { sub: 'a', issuer: 'b' } },
    {
      name: 'refuse a token that sets the issuer',
      path: 'token',
      body: { sub: 'a', claims: { iss: 'https://real.example' } },
    },
  ]) {
    it(name, async () => {
      assert.equal((await at.local('POST', path, body)).status, 400);
    });
  }

  it('move issuer, DynamoDB and Date header together, and keep letting in who signs by the machine', async () => {
    const call = (operation: string, input: object) =>
      at.sendSigned('dynamodb', '/', {
        headers: { 'Content-Type': JSON_1_0, 'X-Amz-Target': `DynamoDB_20120810.${operation}` },
        body: JSON.stringify(input),
        nowEpochMs: Date.now(),
      });
    const expires = String(Math.floor(Date.now() / 1000) + 3600);
    await call('PutItem', { TableName: 'orders', Item: { id: { S: 'ttl' }, expires: { N: expires } } });

    const moved = JSON.parse((await at.local('POST', 'clock', { shiftMs: DAY_MS })).body) as {
      offsetMs: number;
    };
    try {
      const minted = await at.local('POST', 'token', { sub: 'alice' });
      const { token } = JSON.parse(minted.body) as { token: string };
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
        iat: number;
      };
      const byMachine = await call('GetItem', { TableName: 'orders', Key: { id: { S: 'ttl' } } });

      assert.equal(moved.offsetMs, DAY_MS);
      assert.ok(Math.abs(claims.iat * 1000 - Date.now() - DAY_MS) < 5_000);
      assert.ok(Math.abs(Date.parse(minted.headers.get('date') ?? '') - Date.now() - DAY_MS) < 5_000);
      assert.deepEqual([byMachine.status, byMachine.body], [200, '{}']);
    } finally {
      await at.local('POST', 'clock', { reset: true });
    }
    assert.equal(at.clock.offsetMs(), 0);
  });

  it('let the page wait until everything listens', async () => {
    const page = { isReady: false, admits: (signature: string) => signature === 'p', mayCall: () => true };
    const ask = (bearer: string) =>
      serveLocal(
        {
          method: 'GET',
          path: '/_gatewright/clock',
          query: '',
          host: '',
          rawHeaders: ['Authorization', `Bearer ${bearer}`],
          body: Buffer.alloc(0),
        },
        {
          secret: 's',
          page,
          clock: createSystemClock(),
          clockFixedBecause: undefined,
          status: () => 0,
          routes: () => 0,
          recorded: undefined as never,
        },
      );

    assert.deepEqual(
      [await ask('p'), await ask('s'), await ask('guess')].map((reply) => reply?.status),
      [503, 200, 401],
    );
    page.isReady = true;
    assert.equal((await ask('p'))?.status, 200);
  });

  it('send the page a stream for as long as its key is the right one', async () => {
    const page = {
      isReady: true,
      key: 'p',
      admits: (signature: string) => signature === page.key,
      mayCall: (method: string, path: string) => `${method} ${path}` === 'GET events',
    };
    let isCancelled = false;
    async function* numbers(): AsyncGenerator<Buffer> {
      for (const number of '1234') yield Promise.resolve(Buffer.from(number));
    }
    const ask = (bearer: string, path = 'events') =>
      serveLocal(
        {
          method: 'GET',
          path: `/_gatewright/${path}`,
          query: '',
          host: '',
          rawHeaders: ['Authorization', `Bearer ${bearer}`],
          body: Buffer.alloc(0),
        },
        {
          secret: 's',
          page,
          clock: createSystemClock(),
          clockFixedBecause: undefined,
          status: () => 0,
          routes: () => 0,
          recorded: undefined as never,
          more: () =>
            Promise.resolve({
              status: 200,
              headers: [],
              body: '',
              stream: {
                bytes: Object.assign(numbers(), { cancel: () => void (isCancelled = true) }),
              } as never,
            }),
        },
      );
    const read = async (bearer: string): Promise<string> => {
      const reply = await ask(bearer);
      let text = '';
      for await (const bytes of reply?.stream?.bytes ?? []) {
        text += bytes.toString();
        if (text === '12') page.key = 'renewed';
      }
      reply?.stream?.bytes.cancel();
      return text;
    };

    assert.equal((await ask('p', 'token'))?.status, 403);
    assert.deepEqual([await read('p'), isCancelled], ['12', true]);
    assert.equal((await ask('p'))?.status, 401);
    assert.equal(await read('s'), '1234');
  });

  it('report a clock that was moved, and not one that was not', async () => {
    const clock = createSystemClock();
    const moved: number[] = [];
    const move = (body: object) =>
      serveLocal(
        {
          method: 'POST',
          path: '/_gatewright/clock',
          query: '',
          host: '',
          rawHeaders: ['Authorization', 'Bearer s', 'Content-Type', 'application/json'],
          body: Buffer.from(JSON.stringify(body)),
        },
        {
          secret: 's',
          clock,
          clockFixedBecause: undefined,
          status: () => 0,
          routes: () => 0,
          recorded: undefined as never,
          onClockMoved: () => moved.push(clock.offsetMs()),
        },
      );

    await move({ shiftMs: 600_000 });
    await move({ shiftMs: 1e15 });
    await move({ reset: true });

    assert.deepEqual(moved, [600_000, 0]);
  });

  it('refuse to move a clock that must not change, and say why', async () => {
    const clock = createSystemClock();
    const reply = await serveLocal(
      {
        method: 'POST',
        path: '/_gatewright/clock',
        query: '',
        host: '',
        rawHeaders: ['Authorization', 'Bearer s', 'Content-Type', 'application/json'],
        body: Buffer.from('{"shiftMs":1000}'),
      },
      {
        secret: 's',
        clock,
        clockFixedBecause: 'DynamoDB is elsewhere',
        status: () => 0,
        routes: () => 0,
        recorded: undefined as never,
      },
    );

    assert.deepEqual([reply?.status, reply?.body], [409, '{"message":"DynamoDB is elsewhere"}']);
    assert.equal(clock.offsetMs(), 0);
  });

  it('rotate the key of the issuer', async () => {
    const before = JSON.parse((await at.send('GET', '/.well-known/jwks.json')).body) as { keys: unknown[] };
    await at.local('POST', 'token', { sub: 'alice' });
    const rotated = JSON.parse((await at.local('POST', 'issuer/rotate', {})).body) as { keys: unknown[] };
    const withdrawn = JSON.parse((await at.local('POST', 'issuer/rotate', { withdraw: true })).body) as {
      keys: unknown[];
    };
    assert.deepEqual([before.keys.length, rotated.keys.length, withdrawn.keys.length], [1, 2, 1]);
  });
});
