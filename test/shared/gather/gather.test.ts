import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import { DomainError } from '#shared/errors.ts';
import type { BackendCalls, Fetch } from '#shared/gather/backend-calls.ts';
import { createGather } from '#shared/gather/create-gather.ts';
import { readOrigins } from '#shared/gather/forwarded-fields.ts';
import { gatherParts, GatherFailed } from '#shared/gather/gather.ts';
import type { GatherRules, Parts } from '#shared/gather/gather.ts';
import { createGuard } from '#shared/resilience/policy.ts';
import type { PolicyOptions } from '#shared/resilience/policy-rules.ts';
import { settle, VirtualTime } from '../../support/virtual-time.ts';

const ORDERS = 'https://orders.example';
const EVENT = {
  headers: {
    Authorization: 'Bearer caller',
    Cookie: 'session=1',
    traceparent: '00-1-2-01',
    'X-Amzn-Trace-Id': 'Root=1',
  },
};

type Sent = {
  readonly url: string;
  readonly init: RequestInit;
  readonly answer: (reply: Response | Error) => void;
};

/** Backends that answer when asked, and calls that have reached them. */
function aNetwork() {
  const time = new VirtualTime();
  const sent: Sent[] = [];
  const fetch: Fetch = (url, init) =>
    new Promise((resolve, reject) => {
      const answer = (reply: Response | Error) => (reply instanceof Error ? reject(reply) : resolve(reply));
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      sent.push({ url, init, answer });
    });
  const ports = { fetch, countdown: time.countdown, monotonicMs: () => time.clock.monotonicMs() };
  const gather = <P extends Parts>(parts: P, rules: Partial<GatherRules> = {}) =>
    gatherParts(ports, readOrigins([ORDERS]), { event: EVENT, ...rules }, parts);
  const fieldsOf = (index: number) => Object.fromEntries(new Headers(sent[index]?.init.headers));
  const aPolicy = (options: Partial<PolicyOptions> = {}) =>
    createGuard(
      { name: 'orders', timeoutMs: 1000, ...options },
      {
        clock: time.clock,
        countdown: time.countdown,
        random: { hex: () => '0', fraction: () => 0 },
        observe: () => undefined,
      },
    );
  return { time, sent, gather, fieldsOf, aPolicy };
}

/** A body that gives a MiB of spaces each time it is read, without end. */
function anOpenBody() {
  let isOpen = true;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20)),
    cancel: () => void (isOpen = false),
  });
  return { stream, isOpen: () => isOpen };
}

const json = (body: unknown, status = 200): Response => Response.json(body, { status });
const asText = (body: unknown): string => String(body);
const reject = (): Promise<never> => Promise.reject(new Error('no route'));

describe('gather', () => {
  it('asks backends in parallel and has each value by its name', async () => {
    const { sent, gather } = aNetwork();
    const gathered = gather({
      menu: ({ json }) => json(`${ORDERS}/menu`, asText),
      courier: { from: ({ json }) => json(`${ORDERS}/courier`, Number), required: true },
    });
    await settle();
    assert.equal(sent.length, 2);
    sent[1]?.answer(json(7));
    sent[0]?.answer(json('ramen'));
    const { values, failures, isPartial } = await gathered;

    const menu: string | undefined = values.menu;
    const courier: number = values.courier;
    assert.deepEqual([menu, courier, failures, isPartial], ['ramen', 7, {}, false]);
  });

  it('leaves out what fails and says why, with a fallback if there is one', async () => {
    const { time, sent, gather } = aNetwork();
    const gathered = gather({
      menu: ({ json }) => json(`${ORDERS}/menu`, asText),
      price: { from: reject, fallback: ({ reason }) => reason },
      slow: { from: ({ fetch }) => fetch(`${ORDERS}/slow`), timeoutMs: 300 },
      deaf: { from: () => new Promise<never>(() => undefined), timeoutMs: 300 },
    });
    await settle();
    sent[0]?.answer(json({}, 503));
    await time.advance(300);
    const { values, failures, isPartial } = await gathered;

    assert.deepEqual(values, { price: 'error' });
    assert.ok(isPartial);
    const { error, ...menu } = failures.menu ?? {};
    assert.deepEqual(menu, { reason: 'status', status: 503 });
    assert.equal((error as Error).message, `${ORDERS} answered 503`);
    assert.deepEqual([failures.slow?.reason, failures.deaf?.reason], ['timed-out', 'timed-out']);
    assert.equal(sent[1]?.init.signal?.aborted, true);
    assert.equal(time.running, 0);
  });

  it('fails with the name of a required part, and cancels the others', async () => {
    const { sent, gather } = aNetwork();
    const gathered = gather({
      menu: { from: reject, required: true },
      price: { from: ({ fetch }) => fetch(`${ORDERS}/price`), fallback: () => 0 },
    });

    await assert.rejects(gathered, (error) => {
      assert.ok(error instanceof GatherFailed);
      assert.deepEqual([error.code, error.part], ['BACKEND_FAILED', 'menu']);
      assert.deepEqual(
        [error.failures['menu']?.reason, error.failures['price']?.reason],
        ['error', 'cancelled'],
      );
      return true;
    });
    assert.equal(sent[0]?.init.signal?.aborted, true);
  });

  it('ends once enough is there, and cancels what still runs', async () => {
    const { sent, gather } = aNetwork();
    const gathered = gather(
      { one: ({ json }) => json(`${ORDERS}/1`, asText), other: ({ json }) => json(`${ORDERS}/2`, asText) },
      { isEnough: (values) => Object.keys(values).length === 1 },
    );
    await settle();
    sent[1]?.answer(json('second'));
    const { values, failures } = await gathered;

    assert.deepEqual(values, { other: 'second' });
    assert.equal(failures.one?.reason, 'cancelled');
    assert.equal(sent[0]?.init.signal?.aborted, true);
  });

  it('ends before the invocation does, and begins nothing without time', async () => {
    const { time, sent, gather } = aNetwork();
    const parts = {
      slow: {
        from: ({ fetch }: { fetch: (url: string) => unknown }) => Promise.resolve(fetch(`${ORDERS}/slow`)),
      },
    };
    let ended: unknown;
    void gather(parts, { context: { getRemainingTimeInMillis: () => 1000 } }).then(
      ({ failures }) => (ended = failures.slow?.reason),
    );
    await time.advance(799);
    assert.equal(ended, undefined);
    await time.advance(1);
    assert.equal(ended, 'timed-out');

    const late = await gather(parts, { context: { getRemainingTimeInMillis: () => 100 } });
    assert.equal(late.failures.slow?.reason, 'timed-out');
    assert.equal(sent.length, 1);
  });
});

describe('a part', () => {
  const slow = ({ fetch }: BackendCalls) => fetch(`${ORDERS}/slow`);

  it('has the time of the whole gathering, also above the default', async () => {
    const { time, gather } = aNetwork();
    let ended: unknown;
    void gather({ slow }, { timeoutMs: 60_000 }).then(({ failures }) => (ended = failures.slow?.reason));
    await time.advance(59_999);
    assert.equal(ended, undefined);
    await time.advance(1);
    assert.equal(ended, 'timed-out');
  });

  it('that is required is waited for, whatever else is enough', async () => {
    const { sent, gather } = aNetwork();
    const gathered = gather(
      {
        order: { from: ({ json }) => json(`${ORDERS}/1`, asText), required: true },
        menu: ({ json }) => json(`${ORDERS}/2`, asText),
        slow,
      },
      { isEnough: ({ menu }) => menu !== undefined },
    );
    await settle();
    sent[1]?.answer(json('ramen'));
    await settle();
    sent[0]?.answer(json('o-1'));
    const { values, failures } = await gathered;

    assert.deepEqual(values, { order: 'o-1', menu: 'ramen' });
    assert.equal(failures.slow?.reason, 'cancelled');
  });

  const broken = (): never => {
    throw new Error('no default');
  };

  for (const [name, parts] of [
    ['has failed', { price: { from: reject, fallback: broken } }],
    ['was cancelled', { menu: () => Promise.resolve('ramen'), price: { from: slow, fallback: broken } }],
  ] as const)
    it(`whose fallback throws after it ${name} is named by the error`, async () => {
      const { sent, gather } = aNetwork();
      const gathered = gather<Parts>({ ...parts, slow }, { isEnough: ({ menu }) => menu !== undefined });

      await assert.rejects(gathered, (error) => {
        assert.ok(error instanceof GatherFailed);
        assert.equal(error.part, 'price');
        assert.equal((error.cause as Error).message, 'no default');
        return true;
      });
      assert.ok(sent.every(({ init }) => init.signal?.aborted === true));
    });

  for (const [name, parts, rules, message] of [
    ['timeoutMs', {}, { timeoutMs: NaN }, /^timeoutMs must be a number of at most 900000, not NaN$/],
    ['timeoutMs', {}, { timeoutMs: Infinity }, /^timeoutMs must be .* not Infinity$/],
    ['marginMs', {}, { marginMs: '200' }, /^marginMs must be .* not 200$/],
    [
      'timeoutMs of a part',
      { slow: { from: slow, timeoutMs: '300' } },
      {},
      /^timeoutMs of slow must be .* not 300$/,
    ],
  ] as const)
    it(`does not begin with a ${name} that is not a time`, async () => {
      const { sent, gather } = aNetwork();

      await assert.rejects(gather({ slow, ...parts } as unknown as Parts, rules as unknown as GatherRules), {
        code: 'CONFIG_INVALID',
        message,
      });
      assert.equal(sent.length, 0);
    });
});

describe('a call of a backend', () => {
  it('passes the trace to all, the identity only to listed origins, and cookies to none', async () => {
    const { sent, gather, fieldsOf } = aNetwork();
    const gathered = gather({
      listed: ({ fetch }) => fetch(`${ORDERS}/1`),
      other: ({ fetch }) => fetch('https://orders.example.attacker.example/1'),
      port: ({ fetch }) => fetch('https://orders.example:8443/1'),
      plain: ({ fetch }) => fetch('http://orders.example/1'),
    });
    await settle();
    for (const { answer } of sent) answer(json(1));
    await gathered;

    const trace = { traceparent: '00-1-2-01', 'x-amzn-trace-id': 'Root=1' };
    assert.deepEqual(fieldsOf(0), { ...trace, authorization: 'Bearer caller' });
    for (const index of [1, 2, 3]) assert.deepEqual(fieldsOf(index), trace);
    // A redirect is an answer: it could lead to an origin that is not listed.
    assert.deepEqual(
      sent.map(({ init }) => init.redirect),
      ['manual', 'manual', 'manual', 'manual'],
    );
  });

  it('is not made with an Authorization of its own to an origin that is not listed', async () => {
    const { sent, gather, fieldsOf } = aNetwork();
    const headers = { AUTHORIZATION: 'Bearer service' };
    const gathered = gather({
      own: ({ fetch }) => fetch(`${ORDERS}/1`, { headers }),
      other: ({ fetch }) => fetch('https://other.example/', { headers }),
    });
    await settle();
    sent[0]?.answer(json(1));
    const { failures } = await gathered;

    assert.equal(sent.length, 1);
    assert.equal(fieldsOf(0)['authorization'], 'Bearer service');
    assert.equal(failures.other?.reason, 'origin-unlisted');
  });

  it('is made once for equal GETs, each with its own body; not for other methods and fields', async () => {
    const { sent, gather } = aNetwork();
    const gathered = gather({
      one: ({ json }) => json(`${ORDERS}/menu`, asText),
      two: ({ json }) => json(new URL('/menu', ORDERS), asText),
      german: ({ json }) => json(`${ORDERS}/menu`, asText, { headers: { 'accept-language': 'de' } }),
      post: ({ json }) => json(`${ORDERS}/menu`, asText, { method: 'POST' }),
      again: ({ json }) => json(`${ORDERS}/menu`, asText, { method: 'post' }),
    });
    await settle();
    assert.deepEqual(
      sent.map(({ init }) => init.method),
      ['GET', 'GET', 'POST', 'POST'],
    );
    for (const [index, { answer }] of sent.entries()) answer(json(index));
    const { values } = await gathered;

    assert.deepEqual(values, { one: '0', two: '0', german: '1', post: '2', again: '3' });
  });

  it('that parts share continues until the last of them has given up', async () => {
    const { time, sent, gather } = aNetwork();
    const from = ({ json }: Parameters<Extract<Parts[string], (...args: never) => unknown>>[0]) =>
      json(`${ORDERS}/menu`, asText);
    const gathered = gather({ short: { from, timeoutMs: 100 }, long: { from, timeoutMs: 200 } });
    await time.advance(100);
    assert.equal(sent[0]?.init.signal?.aborted, false);
    await time.advance(100);
    await gathered;

    assert.equal(sent[0].init.signal.aborted, true);
    assert.equal(sent.length, 1);
  });

  it('that parts share with a policy has the time of each', async () => {
    const { time, sent, gather, aPolicy } = aNetwork();
    const policy = aPolicy();
    const from = ({ json }: BackendCalls) => json(`${ORDERS}/menu`, asText, { policy });
    const gathered = gather({ short: { from, timeoutMs: 100 }, long: { from, timeoutMs: 200 } });
    await time.advance(150);
    sent[0]?.answer(json('ramen'));
    const { values, failures } = await gathered;

    assert.deepEqual(values, { long: 'ramen' });
    assert.equal(failures.short?.reason, 'timed-out');
  });

  for (const method of ['GET', 'POST'])
    it(`${method} with a policy is aborted at the deadline of its part while its body comes`, async () => {
      const { time, sent, gather, aPolicy } = aNetwork();
      const policy = aPolicy();
      const gathered = gather({
        endless: { from: ({ json }) => json(`${ORDERS}/1`, asText, { method, policy }), timeoutMs: 100 },
      });
      await settle();
      sent[0]?.answer(new Response(new ReadableStream()));
      await time.advance(100);

      assert.equal((await gathered).failures.endless?.reason, 'timed-out');
      assert.equal(sent[0]?.init.signal?.aborted, true);
    });

  for (const method of ['GET', 'POST'])
    it(`${method} leaves no body open that is not read: of a failure, nor of an attempt made again`, async () => {
      const { time, sent, gather, aPolicy } = aNetwork();
      const policy = aPolicy({ retry: { attempts: 2, baseMs: 0 } });
      const gathered = gather({
        one: ({ json }) => json(`${ORDERS}/1`, asText, { method, policy, idempotent: true }),
      });
      const bodies = [anOpenBody(), anOpenBody()];
      await settle();
      sent[0]?.answer(new Response(bodies[0]?.stream, { status: 503 }));
      await time.advance(0);
      sent[1]?.answer(new Response(bodies[1]?.stream, { status: 503 }));
      assert.equal((await gathered).failures.one?.reason, 'status');
      await settle();

      assert.deepEqual(
        bodies.map(({ isOpen }) => isOpen()),
        [false, false],
      );
    });

  it('has a JSON body of at most 10 MiB', async () => {
    const { sent, gather } = aNetwork();
    const gathered = gather({ huge: ({ json }) => json(`${ORDERS}/1`, asText) });
    const body = anOpenBody();
    await settle();
    sent[0]?.answer(new Response(body.stream));
    const { failures } = await gathered;
    await settle();

    assert.equal((failures.huge?.error as Error).message, `${ORDERS} returned more than 10 MiB`);
    assert.equal(body.isOpen(), false);
  });

  it('is repeated by its policy if it is marked idempotent, or is GET or HEAD without a mark', async () => {
    const { time, sent, gather, aPolicy } = aNetwork();
    const policy = aPolicy({ retry: { attempts: 2, baseMs: 0 } });
    const call = (method: string, idempotent?: boolean) => ({
      from: ({ fetch }: { fetch: (url: string, init: object) => Promise<Response> }) =>
        fetch(`${ORDERS}/${method}/${String(idempotent)}`, { method, policy, idempotent }),
    });
    const gathered = gather({
      get: call('GET'),
      head: call('HEAD'),
      post: call('POST'),
      put: call('PUT', true),
      next: call('GET', false),
      patch: call('PATCH', false),
    });
    await settle();
    for (const { answer } of sent.slice(0, 6)) answer(new Response(null, { status: 503 }));
    await time.advance(0);
    for (const { answer } of sent.slice(6)) answer(new Response(null, { status: 200 }));
    await gathered;

    assert.deepEqual(
      sent.slice(6).map(({ url }) => url.slice(ORDERS.length)),
      ['/GET/undefined', '/HEAD/undefined', '/PUT/true'],
    );
  });
});

describe('createGather', () => {
  for (const origin of [
    'orders.example',
    'https://orders.example/',
    'https://orders.example/v1',
    'ftp://a',
    '*',
  ])
    it(`refuses ${origin} as an origin`, () => {
      assert.throws(() => createGather({ identityTo: [origin] }), {
        code: 'CONFIG_INVALID',
        message: new RegExp(`not ${origin.replace('*', '\\*')}$`),
      });
    });

  const gather = createGather({ fetch: () => Promise.resolve(json('ramen')) });
  const handler = async (event: object, context: object) => {
    const { values } = await gather({ event, context }, { menu: ({ json }) => json(ORDERS, asText) });
    return values.menu;
  };

  for (const [name, run] of [
    ['alone', handler],
    ['in middy', middy(handler)],
  ] as const)
    it(`works in a handler ${name}`, async () => {
      const context = { getRemainingTimeInMillis: () => 5000, callbackWaitsForEmptyEventLoop: true };
      assert.equal(await run(EVENT, context as never), 'ramen');
    });
});

describe('GatherFailed', () => {
  it('has a message without the text of the error', () => {
    const failed = new GatherFailed('menu', { menu: { reason: 'error', error: new Error('secret') } });

    assert.equal(failed.message, 'the part menu, which the reply needs, has failed: error');
    assert.ok(failed instanceof DomainError);
  });
});
