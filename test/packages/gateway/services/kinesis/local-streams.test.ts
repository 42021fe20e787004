import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventJournal } from '../../../../../packages/gateway/kernel/event-journal.ts';
import { NO_STORED_ENTRIES } from '../../../../../packages/gateway/kernel/stored-entries.ts';
import { LocalStreams } from '../../../../../packages/gateway/services/kinesis/local-streams.ts';
import type { StreamDefinition } from '../../../../../packages/gateway/services/kinesis/local-streams.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';
import { toBase64 } from './a-stream.ts';

const definition = (name: string): StreamDefinition => ({
  arn: `arn:aws:kinesis:us-east-1:123456789012:stream/${name}`,
  name,
  region: 'us-east-1',
  accountId: '123456789012',
  mode: 'PROVISIONED',
  shardCount: 1,
  retentionHours: 24,
});

describe('LocalStreams', () => {
  it('drop the oldest records of the fullest shard if all together are too large, and report it once', () => {
    const reports: string[] = [];
    const report = (message: string): void => void reports.push(message);
    const clock = new VirtualClock();
    const journal = new EventJournal(clock, new CountingRandom(), report);
    const streams = new LocalStreams({ clock, journal, kept: NO_STORED_ENTRIES, report }, 10);
    streams.replace([definition('a'), definition('b')]);
    const [a, b] = streams.all;
    const put = (stream: typeof a, text: string): void =>
      void stream?.put({ partitionKey: 'p', data: toBase64(text) });
    // Each record has three bytes: two of data, one of the key.
    put(a, '11');
    for (const text of ['21', '22', '23', '24']) put(b, text);

    assert.deepEqual([a?.length, b?.length], [1, 2]);
    assert.deepEqual(
      [...(b?.shards[0]?.from(0) ?? [])].map(({ data }) => data),
      ['23', '24'].map(toBase64),
    );
    assert.deepEqual(reports, [
      'the streams contain more than 10 bytes, so their oldest records are dropped',
    ]);
  });

  it('keep the streams that are still defined, with their records, and those that calls have created', () => {
    const clock = new VirtualClock();
    const journal = new EventJournal(clock, new CountingRandom(), () => undefined);
    const ports = { clock, journal, kept: NO_STORED_ENTRIES, report: () => undefined };
    const streams = new LocalStreams(ports);
    streams.replace([definition('a'), definition('b')]);
    streams.create(definition('c'));
    for (const stream of streams.all) stream.put({ partitionKey: 'p', data: '' });
    streams.replace([{ ...definition('a'), retentionHours: 48 }]);

    assert.deepEqual(
      streams.all.map(({ definition: { name, retentionHours }, length }) => [name, retentionHours, length]),
      [
        ['a', 48, 1],
        ['c', 24, 1],
      ],
    );
  });
});
