/** Services together: kinesis, lambda-events, sqs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { anEventEngine } from '../../support/an-event-engine.ts';
import type { EventBench, EventBenchOptions } from '../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../support/virtual-ports.ts';
import {
  batchesOf,
  call,
  failOn,
  mapped,
  put,
  recordOf,
  streamOf,
  textsOf,
} from '../../packages/gateway/services/kinesis/a-stream.ts';
import * as kinesis from '../../../packages/gateway/services/kinesis/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';

const SERVICES = { sqs, kinesis, lambda: lambdaEvents };
type Bench = EventBench<typeof SERVICES>;

function aBench(mapping: string, work: NonNullable<EventBenchOptions['functions']>[string]): Bench {
  return anEventEngine(SERVICES, { resources: mapped(mapping), functions: { work } });
}

// Source: Lambda API reference, CreateEventSourceMapping, docs/aws §18.11
describe('StreamConsumer', () => {
  const starts: { position: string; gives: string }[] = [
    { position: 'TRIM_HORIZON', gives: 'abc' },
    { position: 'LATEST', gives: 'c' },
    {
      position: `AT_TIMESTAMP, StartingPositionTimestamp: ${EPOCH_MS / 1000 + 5}`,
      gives: 'bc',
    },
  ];
  for (const { position, gives } of starts)
    // Source: Lambda API reference, CreateEventSourceMapping, "StartingPosition"
    it(`begins a stream that has records from ${position} on`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-kinesis-'));
      const before = anEventEngine(SERVICES, { resources: streamOf(), dataDirectory: folder });
      await put(before, 'a');
      before.clock.advance(5_000);
      await put(before, 'b');
      await before.engine.close();

      const resources = mapped().replace('TRIM_HORIZON', position.replace(', ', '\n      '));
      const bench = anEventEngine(SERVICES, {
        resources,
        functions: { work: () => 1 },
        dataDirectory: folder,
      });
      await bench.engine.idle();
      await bench.advance(10_000);
      await put(bench, 'c');
      await bench.engine.close();
      rmSync(folder, { recursive: true });

      assert.equal(batchesOf(bench).join(''), gives);
    });

  it('continues after a restart at its position', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-kinesis-'));
    const benchOptions = {
      resources: mapped('BatchSize: 1, ParallelizationFactor: 2'),
      dataDirectory: folder,
    };
    const first = anEventEngine(SERVICES, { ...benchOptions, functions: { work: failOn('b') } });
    await put(first, 'a', 'b', 'c');
    await first.engine.close();
    const second = anEventEngine(SERVICES, { ...benchOptions, functions: { work: () => 1 } });
    await second.engine.idle();
    await second.engine.close();
    rmSync(folder, { recursive: true });

    assert.deepEqual(
      [batchesOf(first), batchesOf(second)],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    );
  });

  it('goes back, with another number of batches at a time, to what one of them had not done', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'gatewright-kinesis-'));
    const benchOptions = (parallel: number): EventBenchOptions => ({
      resources: mapped(`BatchSize: 1, ParallelizationFactor: ${parallel}`),
      dataDirectory,
    });
    const first = anEventEngine(SERVICES, { ...benchOptions(4), functions: { work: failOn('a') } });
    const Records = ['a', 'b', 'c', 'd'].map((text) => recordOf(text, text));
    await call(first, 'PutRecords', { StreamName: 'orders', Records });
    await first.engine.idle();
    await first.engine.close();
    const second = anEventEngine(SERVICES, { ...benchOptions(1), functions: { work: () => 1 } });
    await second.engine.idle();
    await second.engine.close();
    rmSync(dataDirectory, { recursive: true });

    assert.deepEqual(batchesOf(second), ['a', 'b', 'c', 'd']);
  });

  it('continues at its position when the stacks are loaded again', async () => {
    let isBroken = true;
    const bench = aBench('BatchSize: 1', (event) => {
      if (isBroken && textsOf(event)[0] === 'b') throw new Error('no');
    });
    await put(bench, 'a', 'b', 'c');
    bench.reload();
    isBroken = false;
    await bench.engine.idle();
    await bench.advance(60_000);

    assert.deepEqual(batchesOf(bench), ['a', 'b', 'b', 'c']);
  });

  const faults: { name: string; mapping: string; says: string }[] = [
    {
      name: 'no position',
      mapping: 'BatchSize: 1',
      says: 'must be TRIM_HORIZON, LATEST or AT_TIMESTAMP for a stream',
    },
    {
      name: 'a time that is not there',
      mapping: 'StartingPosition: AT_TIMESTAMP',
      says: 'StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp in epoch seconds',
    },
  ];
  for (const { name, mapping, says } of faults)
    it(`notes ${name} to begin with`, () => {
      const resources = mapped().replace('StartingPosition: TRIM_HORIZON', mapping);
      const bench = anEventEngine(SERVICES, { resources, functions: { work: () => 1 } });

      assert.match(bench.faults.all.map(({ error }) => error.message).join(), new RegExp(says));
    });

  it('names a tumbling window as unsupported', () => {
    const bench = aBench('TumblingWindowInSeconds: 30', () => 1);

    assert.deepEqual(
      bench.unsupported.map(({ property }) => property),
      ['TumblingWindowInSeconds'],
    );
  });

  it('starts no function when it is not enabled', async () => {
    const bench = aBench('Enabled: false', () => 1);
    await put(bench, 'a');

    assert.deepEqual(batchesOf(bench), []);
  });
});
