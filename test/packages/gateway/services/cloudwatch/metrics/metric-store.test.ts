import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MetricStore } from '../../../../../../packages/gateway/services/cloudwatch/metrics/metric-store.ts';
import type { MeasuredSubject } from '../../../../../../packages/gateway/core/ports.ts';
import { collectGarbage } from '../../../../../support/collect-garbage.ts';
import type {
  DataPoint,
  DataPoints,
} from '../../../../../../packages/gateway/services/cloudwatch/metrics/metric.ts';

const MINUTE = 60_000;
const METRIC = { namespace: 'Shop', name: 'Took', dimensions: [] };

function point(
  epochMs: number,
  value: number,
  { dimensions = METRIC.dimensions, ...more }: Partial<DataPoint & DataPoints> = {},
): DataPoints {
  const { namespace, name } = METRIC;
  const usual = { name, unit: 'None', resolution: 60, epochMs, sample: [[value, 1]] } as const;
  return { namespace, dimensions, points: [{ ...usual, ...more }] };
}

function aStore(maxBytes?: number): { readonly store: MetricStore; readonly reports: string[] } {
  const reports: string[] = [];
  const report = (message: string): void => void reports.push(message);
  return { store: new MetricStore({ report, ...(maxBytes !== undefined && { maxBytes }) }), reports };
}

describe('MetricStore', () => {
  it('keeps minutes, and seconds if a point asks for them', () => {
    const { store } = aStore();
    store.add(point(61_500, 1));
    store.add(point(119_999, 2));
    store.add(point(1_500, 4, { name: 'Fast', resolution: 1 }));

    assert.deepEqual(store.sampleOf(METRIC, MINUTE, 2 * MINUTE).sum, 3);
    assert.equal(store.sampleOf(METRIC, 0, MINUTE).count, 0);
    assert.equal(store.sampleOf({ ...METRIC, name: 'Fast' }, 1_000, 2_000).sum, 4);
    assert.equal(store.sampleOf({ ...METRIC, name: 'Fast' }, 2_000, 60_000).count, 0);
  });

  it('counts what the gateway measures once for each set of dimensions, and only values that are there', () => {
    const { store } = aStore();
    const subject: MeasuredSubject = {
      namespace: 'AWS/Lambda',
      sets: [[], ['FunctionName']],
      dimensions: { FunctionName: 'orders' },
      metrics: [
        ['Errors', 'Count'],
        ['Duration', 'Milliseconds'],
      ],
    };
    store.count({ subject, epochMs: 0, values: [0, 5] });
    store.count({ subject, epochMs: MINUTE, values: [1, undefined] });
    store.clear();
    store.count({ subject, epochMs: 0, values: [1, 7] });
    store.count({ subject, epochMs: 1, values: [1, undefined] });

    for (const dimensions of [[], [['FunctionName', 'orders']]] as const) {
      const sumOf = (name: string, unit: string) =>
        store.sampleOf({ namespace: 'AWS/Lambda', name, dimensions }, 0, 2 * MINUTE, unit);
      assert.equal(sumOf('Errors', 'Count').sum, 2);
      assert.deepEqual(
        [sumOf('Duration', 'Milliseconds').sum, sumOf('Duration', 'Milliseconds').count],
        [7, 1],
      );
    }
  });

  it('adds the measurements of two subjects for the set of dimensions that they share', () => {
    const { store } = aStore();
    const seen: string[] = [];
    store.onData(({ name, dimensions }) => seen.push(`${name} ${JSON.stringify(dimensions)}`));
    for (const stage of ['dev', 'dev/Canary'])
      store.count({
        subject: {
          namespace: 'AWS/ApiGateway',
          sets: [['ApiName'], ['ApiName', 'Stage']],
          dimensions: { ApiName: 'pets', Stage: stage },
          metrics: [['Count', 'Count']],
        },
        epochMs: 0,
        values: [1],
      });

    const all = { namespace: 'AWS/ApiGateway', name: 'Count', dimensions: [['ApiName', 'pets']] } as const;
    assert.equal(store.sampleOf(all, 0, MINUTE).sum, 2);
    assert.deepEqual(store.unitsOf(all, 0, MINUTE), ['Count']);
    assert.deepEqual(
      store.list().map(({ dimensions }) => dimensions.length),
      [1, 2, 2],
    );
    assert.deepEqual(
      seen.map((one) => one.split(' ')[1]),
      [
        '[["ApiName","pets"]]',
        '[["ApiName","pets"],["Stage","dev"]]',
        '[["ApiName","pets"]]',
        '[["ApiName","pets"],["Stage","dev/Canary"]]',
      ],
    );
  });

  it('begins a series again after the oldest data of the gateway were dropped', () => {
    const { store } = aStore(1024 * 1024);
    const aSubject = (name: string): MeasuredSubject => ({
      namespace: 'AWS/SQS',
      sets: [['QueueName']],
      dimensions: { QueueName: name },
      metrics: [['Visible', 'Count']],
    });
    const [old, busy] = [aSubject('old'), aSubject('busy')];
    const sumOf = (name: string, from: number) =>
      store.sampleOf(
        { namespace: 'AWS/SQS', name: 'Visible', dimensions: [['QueueName', name]] },
        from,
        from + MINUTE,
      ).sum;
    store.count({ subject: old, epochMs: 0, values: [1] });
    for (let minute = 1; minute <= 20_000; minute += 1)
      store.count({ subject: busy, epochMs: minute * MINUTE, values: [1] });
    assert.equal(sumOf('old', 0), 0);
    store.count({ subject: old, epochMs: 20_000 * MINUTE, values: [3] });

    assert.deepEqual([sumOf('old', 20_000 * MINUTE), sumOf('busy', 20_000 * MINUTE)], [3, 1]);
  });

  it('separates units, and adds them up if none is requested', () => {
    const { store } = aStore();
    store.add(point(0, 1, { unit: 'Seconds' }));
    store.add(point(0, 2, { unit: 'Count' }));

    assert.deepEqual(
      ['Seconds', 'Count', undefined].map((unit) => store.sampleOf(METRIC, 0, MINUTE, unit).sum),
      [1, 2, 3],
    );
    assert.equal(store.list().length, 1);
  });

  it('drops the oldest beyond its limit, reports it once, and removes metrics without data', () => {
    const { store, reports } = aStore(1024 * 1024);
    store.add(point(0, 1, { name: 'Old' }));
    for (let minute = 1; minute <= 20_000; minute += 1) store.add(point(minute * MINUTE, minute));

    assert.deepEqual(reports, ['CloudWatch: the metrics use 1 MB of memory, so the oldest are dropped']);
    assert.deepEqual(
      store.list().map(({ name }) => name),
      ['Took'],
    );
    assert.equal(store.sampleOf(METRIC, MINUTE, 2 * MINUTE).count, 0);
    assert.equal(store.sampleOf(METRIC, 20_000 * MINUTE, 20_001 * MINUTE).count, 1);
    const kept = store.sampleOf(METRIC, 0, 30_000 * MINUTE).count;
    assert.ok(kept > 1_000 && kept < 4_000, `${kept} minutes`);
  });

  it('takes no more than its bound in the heap', async () => {
    await collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const { store } = aStore(8 * 1024 * 1024);
    for (let index = 0; index < 60_000; index += 1)
      store.add(point(index * MINUTE, index + 0.5, { dimensions: [['n', String(index % 50)]] }));
    await collectGarbage();
    const held = process.memoryUsage().heapUsed - before;

    assert.ok(held < 8 * 1024 * 1024, `${held} bytes`);
    assert.ok(store.list().length > 0);
  });
});
