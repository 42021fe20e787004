import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DEFAULT_FIELDS } from '#shared/quota/usage/access-log-line.ts';
import { planKey } from '#shared/quota/ledger/ledger.ts';
import { trackDelivery } from '#shared/quota/usage/track-delivery.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import { NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const RULES = { fields: DEFAULT_FIELDS, counts: 'reached' } as const;
const LIMITS = [{ id: 'daily', level: 'key', quota: 100, period: 'DAY' }];
const DAY_MS = 86_400_000;

const lineOf = (requestId: string, over: object = {}) =>
  JSON.stringify({
    requestId,
    requestTimeEpoch: String(NOON_MS),
    status: '200',
    integrationStatus: '200',
    plan: 'gold',
    tenant: 'acme',
    key: 'canary-key',
    route: 'GET /a',
    ...over,
  });
const LINES = [
  lineOf('good-1'),
  lineOf('broken', { plan: 'broken' }),
  lineOf('ahead', { requestTimeEpoch: String(NOON_MS + 2 * DAY_MS) }),
  // Beyond what a date can name.
  lineOf('absurd', { requestTimeEpoch: '9007199254740990' }),
  lineOf('good-2'),
];
const subscription = (lines: readonly string[]) => {
  const logEvents = lines.map((message) => ({ timestamp: NOON_MS, message }));
  const payload = { messageType: 'DATA_MESSAGE', logEvents };
  return { awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } };
};
const stream = (lines: readonly string[]) => ({
  deliveryStreamArn: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/amazon-apigateway-orders',
  records: lines.map((line, index) => ({
    recordId: String(index),
    approximateArrivalTimestamp: NOON_MS,
    data: Buffer.from(`${line}\n`).toString('base64'),
  })),
});

/** A table with the plan `gold`, and `broken`, which is none. */
async function aTracker() {
  const table = new QuotaTable();
  await table.holder(LIMITS).peek({ plan: 'gold', tenant: 'publisher', key: 'k', route: 'x' });
  const { pk, sk } = planKey('broken');
  table.items.set(`${pk}\n${sk}`, { ver: 1, doc: '{}' });
  const ports = { store: table.store, clock: table.clock, timer: { pause: () => Promise.resolve() } };
  return { table, tracker: createUsageTracker({ ...ports, observe: () => undefined }) };
}

describe('a delivery with lines that cannot be charged', () => {
  for (const { name, event } of [
    { name: 'CloudWatch Logs', event: subscription(LINES) },
    { name: 'Firehose', event: stream(LINES) },
  ])
    it(`of ${name} charges all others, and says of which plan and requests the rest is`, async () => {
      const { table, tracker } = await aTracker();

      const { counts, waiting, newestEpochMs } = await trackDelivery(event, tracker, RULES);

      assert.deepEqual(counts, {
        UsageCharged: 2,
        UsageSeen: 0,
        UsageUnchargeable: 0,
        UsageWaiting: 2,
        UsageUncounted: 0,
        UsageMalformed: 1,
      });
      assert.equal(table.ledger()['used'], 2);
      assert.match(waiting ?? '', /customer plan broken cannot be read.*ahead/);
      assert.doesNotMatch(waiting ?? '', /canary|acme/, 'names no caller');
      assert.equal(newestEpochMs, NOON_MS + 2 * DAY_MS);
    });

  // The newest of the lines that count: the delay of a delivery is measured by it.
  for (const { name, times, newest } of [
    { name: 'none', times: [], newest: undefined },
    { name: 'one line', times: [NOON_MS - 5], newest: NOON_MS - 5 },
    { name: 'two lines in order', times: [NOON_MS - 5, NOON_MS], newest: NOON_MS },
    { name: 'two lines out of order', times: [NOON_MS, NOON_MS - 5], newest: NOON_MS },
  ])
    it(`has the newest time of ${name}`, async () => {
      const { tracker } = await aTracker();
      const lines = times.map((time, index) => lineOf(`r-${index}`, { requestTimeEpoch: String(time) }));

      const uncounted = lineOf('refused', { tenant: '-', requestTimeEpoch: String(NOON_MS + 9) });
      const { newestEpochMs } = await trackDelivery(subscription([...lines, uncounted]), tracker, RULES);

      assert.equal(newestEpochMs, newest);
    });

  it('is sent again by Lambda as a whole, and what was charged stays charged once', async () => {
    const { table, tracker } = await aTracker();
    const first = await trackDelivery(subscription(LINES), tracker, RULES);
    assert.throws(first.reply, { code: 'USAGE_WAITING' });
    table.nowMs += 2 * DAY_MS;

    const again = await trackDelivery(subscription(LINES), tracker, RULES);

    assert.partialDeepStrictEqual(again.counts, { UsageCharged: 1, UsageSeen: 2, UsageWaiting: 1 });
  });

  it('has Firehose keep the records of these lines separately, and continue with the others', async () => {
    const { tracker } = await aTracker();

    const { reply } = await trackDelivery(stream(LINES), tracker, RULES);

    assert.deepEqual(
      reply()?.records.map(({ result }) => result),
      ['Ok', 'ProcessingFailed', 'ProcessingFailed', 'Ok', 'Ok'],
    );
  });

  it('has a newest request, however many lines there are', async () => {
    // More than a call of JavaScript takes arguments.
    const many = Array.from({ length: 130_000 }, (_, index) => lineOf(`r-${index}`));
    const nothingCharged = { charged: 0, seen: 0, unchargeable: 0, waiting: [] };

    const { newestEpochMs } = await trackDelivery(
      stream(many),
      { track: () => Promise.resolve(nothingCharged) },
      RULES,
    );

    assert.equal(newestEpochMs, NOON_MS);
  });

  it('answers as usual if there are none', async () => {
    const { tracker } = await aTracker();

    const { waiting, reply, counts } = await trackDelivery(subscription([lineOf('good')]), tracker, RULES);

    assert.equal(waiting, undefined);
    assert.equal(reply(), undefined);
    assert.equal(counts['UsageCharged'], 1);
  });
});
