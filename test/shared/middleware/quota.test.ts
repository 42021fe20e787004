import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { admissionOf, quota, withQuota } from '#shared/middleware/quota.ts';
import type { QuotaMiddlewareOptions } from '#shared/middleware/quota.ts';
import { suspendWrite } from '#shared/quota/ledger/ledger.ts';
import type { ProxyResult } from '#shared/aws/proxy-result.ts';
import { parseStructuredList } from '../../support/structured-list.ts';
import { NOON_MS, QuotaTable } from '../../support/quota-table.ts';

type Event = { readonly requestContext: { readonly timeEpoch: number }; readonly units?: number };
type Handler = (event: Event) => unknown;
type Run = (event: Event) => Promise<unknown>;
type Wrap = (handler: Handler, options: QuotaMiddlewareOptions<Event>, context?: Context) => Run;

const LIMIT = { id: 'daily', level: 'key', quota: 3, period: 'DAY', lease: false };
const OK = { statusCode: 200, headers: { 'x-own': '1' }, body: 'ok' };
const anEvent = (more: object = {}): Event => ({ requestContext: { timeEpoch: NOON_MS }, ...more });

const FORMS: Readonly<Record<string, Wrap>> = {
  'quota() with middy': (handler, options, context = {} as Context) => {
    const wrapped = middy<Event, unknown>()
      .use(quota(options))
      .handler((event: Event) => Promise.resolve(handler(event)));
    return (event) => Promise.resolve(wrapped(event, context));
  },
  'withQuota() of a plain handler': (handler, options, context) => {
    const wrapped = withQuota(handler, options);
    return (event) => wrapped(event, context);
  },
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

    it('admits the quota with the fields of the draft, then answers 429 without running the handler', async () => {
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
      assert.ok(Number(replies[3]?.headers?.['retry-after']) >= Number(resetSeconds ?? Infinity));
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

    it('charges the cost of the event, which the handler may settle', async () => {
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

    it('returns its permit when it has answered or failed, and refuses what would run at the same time', async () => {
      const table = new QuotaTable();
      const quotas = table.holder([{ id: 'calls', level: 'key', concurrency: 1 }]);
      const subject = () => ({ plan: 'gold', tenant: 'acme', key: 'key-1' });
      const inside: ProxyResult[] = [];
      let fails = false;
      const run: Run = wrap(
        async (event) => {
          if (fails) throw new Error('no');
          if (event.units === 1) inside.push((await run(anEvent())) as ProxyResult);
          return OK;
        },
        { quotas, subject },
      );

      const outside = (await run(anEvent({ units: 1 }))) as ProxyResult;
      table.nowMs += 200;
      fails = true;
      await assert.rejects(run(anEvent()), /no/);
      fails = false;
      const last = (await run(anEvent())) as ProxyResult;

      assert.deepEqual([outside.statusCode, last.statusCode], [200, 200]);
      const [refused] = inside;
      assert.equal(refused?.statusCode, 429);
      assert.equal(refused.headers?.['retry-after'], '1');
      assert.equal(refused.headers['ratelimit-policy'], '"calls";q=1;qu="concurrent-requests"');
      assert.deepEqual(JSON.parse(refused.body ?? ''), {
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        title: 'Request cannot be satisfied as assigned quota has been exceeded',
        status: 429,
        'violated-policies': ['calls'],
      });
    });

    it('holds a permit as long as Lambda runs the invocation', async () => {
      const table = new QuotaTable();
      const quotas = table.holder([{ id: 'calls', level: 'key', concurrency: 1 }]);
      const subject = () => ({ plan: 'gold', tenant: 'acme', key: 'key-1' });
      let deadline: unknown;
      const run = wrap(
        () => {
          const [semaphore = {}] = [...table.items]
            .filter(([name]) => name.startsWith('C#'))
            .map(([, item]) => item);
          deadline = Object.entries(semaphore).find(([name]) => /^f[\da-f]/.test(name))?.[1];
          return OK;
        },
        { quotas, subject },
        { getRemainingTimeInMillis: () => 3000 } as Context,
      );

      await run(anEvent());

      assert.equal(deadline, table.nowMs + 3000 + 1000);
    });

    it('does not change an answer without a status code', async () => {
      const { run } = aFunction(() => ({ plain: true }));

      assert.deepEqual(await run(), { plain: true });
    });
  });

describe('admissionOf', () => {
  it('returns nothing for an event that was not admitted', () => {
    assert.equal(admissionOf({}), undefined);
  });
});
