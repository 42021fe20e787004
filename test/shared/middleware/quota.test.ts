import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { admissionOf, gatewayStamp, quota, withQuota } from '#shared/middleware/quota.ts';
import type { QuotaMiddlewareOptions } from '#shared/middleware/quota.ts';
import { suspendWrite } from '#shared/quota/ledger.ts';
import type { ProxyResult } from '#shared/aws/proxy-result.ts';
import { parseStructuredList } from '../../support/structured-list.ts';
import { NOON_MS, QuotaTable } from '../../support/quota-table.ts';

type Event = { readonly requestContext: { readonly timeEpoch: number }; readonly units?: number };
type Handler = (event: Event) => unknown;
type Run = (event: Event) => Promise<unknown>;

const LIMIT = { id: 'daily', level: 'key', quota: 3, period: 'DAY', lease: false };
const OK = { statusCode: 200, headers: { 'x-own': '1' }, body: 'ok' };
const anEvent = (more: object = {}): Event => ({ requestContext: { timeEpoch: NOON_MS }, ...more });

const FORMS: Readonly<Record<string, (handler: Handler, options: QuotaMiddlewareOptions<Event>) => Run>> = {
  'quota() with middy': (handler, options) => {
    const wrapped = middy<Event, unknown>()
      .use(quota(options))
      .handler((event: Event) => Promise.resolve(handler(event)));
    return (event) => Promise.resolve(wrapped(event, {} as Context));
  },
  'withQuota() of a plain handler': (handler, options) => withQuota(handler, options),
};

for (const [form, wrap] of Object.entries(FORMS))
  describe(form, () => {
    const aFunction = (handler: Handler, options: Partial<QuotaMiddlewareOptions<Event>> = {}) => {
      const table = new QuotaTable();
      const quotas = table.holder([LIMIT]);
      const subject = () => ({ plan: 'gold', tenant: 'acme', key: 'key-1' });
      const run = wrap(handler, { quotas, subject, ...options });
      return { table, run: (event = anEvent()) => run(event) as Promise<ProxyResult> };
    };

    it('lets the quota through with the fields of the draft, then answers 429 without running the handler', async () => {
      let runs = 0;
      const { run } = aFunction(() => {
        runs += 1;
        return OK;
      });

      const replies = [await run(), await run(), await run(), await run()];

      assert.deepEqual(
        replies.map(({ statusCode }) => statusCode),
        [200, 200, 200, 429],
      );
      assert.equal(runs, 3);
      assert.equal(replies[0]?.headers?.['x-own'], '1');
      const left = replies.map((reply) =>
        parseStructuredList(reply.headers?.['ratelimit'] ?? '')[0]?.parameters.get('r'),
      );
      assert.deepEqual(left, [2, 1, 0, 0]);
      const [policy] = parseStructuredList(replies[3]?.headers?.['ratelimit-policy'] ?? '');
      assert.deepEqual(
        [policy?.value, policy?.parameters.get('q'), policy?.parameters.get('w')],
        ['daily', 3, 86_400],
      );
      const resetSeconds = parseStructuredList(replies[3]?.headers?.['ratelimit'] ?? '')[0]?.parameters.get(
        't',
      );
      assert.ok(Number(replies[3]?.headers?.['retry-after']) >= (resetSeconds ?? Infinity));
    });

    it('answers 503 when the table is out of reach, never 429', async () => {
      const { table, run } = aFunction(() => OK);
      table.isDown = true;

      const { statusCode, headers } = await run();

      assert.equal(statusCode, 503);
      assert.ok(Number(headers?.['retry-after']) >= 1);
    });

    it('answers 403 while suspended', async () => {
      const { table, run } = aFunction(() => OK);
      await run();
      const [name = ''] = [...table.items.keys()].filter((key) => key.includes('\nP#'));
      const [pk = '', sk = ''] = name.split('\n');
      await table.store.update(suspendWrite({ pk, sk }, 1));

      assert.equal((await run()).statusCode, 403);
    });

    it('takes the charge of a failure back if asked to', async () => {
      const answers = ['throw', 500, 503];
      const { run } = aFunction(
        () => {
          const answer = answers.shift() ?? 200;
          if (answer === 'throw') throw new Error('no');
          return { statusCode: answer };
        },
        { refundFailures: true },
      );

      await assert.rejects(run(), /no/);
      const replies = [await run(), await run(), await run(), await run(), await run(), await run()];

      assert.deepEqual(
        replies.map(({ statusCode }) => statusCode),
        [500, 503, 200, 200, 200, 429],
      );
    });

    it('charges failures otherwise', async () => {
      const { run } = aFunction(() => ({ statusCode: 500 }));

      const replies = [await run(), await run(), await run(), await run()];

      assert.deepEqual(
        replies.map(({ statusCode }) => statusCode),
        [500, 500, 500, 429],
      );
    });

    it('charges the cost that the event has, and lets the handler settle it', async () => {
      const { run } = aFunction(
        async (event) => {
          await admissionOf(event)?.settle(1);
          return OK;
        },
        { cost: ({ units = 1 }) => units },
      );

      const replies = [
        await run(anEvent({ units: 3 })),
        await run(anEvent({ units: 3 })),
        await run(anEvent({ units: 1 })),
      ];

      assert.deepEqual(
        replies.map(({ statusCode }) => statusCode),
        [200, 429, 200],
      );
    });

    it('leaves an answer without a status code as it is', async () => {
      const { run } = aFunction(() => ({ plain: true }));

      assert.deepEqual(await run(), { plain: true });
    });
  });

describe('admissionOf', () => {
  it('knows nothing of an event that was not admitted', () => {
    assert.equal(admissionOf({}), undefined);
  });
});

describe('gatewayStamp', () => {
  const CASES = [
    { name: 'HTTP API 2.0', event: { requestContext: { timeEpoch: 5 } }, expected: 5 },
    { name: 'REST and HTTP API 1.0', event: { requestContext: { requestTimeEpoch: 6 } }, expected: 6 },
    { name: 'an ALB, which has none', event: { requestContext: { elb: {} } }, expected: undefined },
    { name: 'no request context', event: {}, expected: undefined },
    { name: 'a stamp that is text', event: { requestContext: { timeEpoch: '7' } }, expected: undefined },
  ];
  for (const { name, event, expected } of CASES)
    it(`reads ${name}`, () => {
      assert.equal(gatewayStamp(event), expected);
    });
});
