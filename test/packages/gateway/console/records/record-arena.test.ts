import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordArena, RecordReader } from '../../../../../packages/gateway/console/records/record-arena.ts';
import type { Place } from '../../../../../packages/gateway/console/records/record-arena.ts';

const LONG = 'ä€😀'.repeat(1_000);

function written(write: (arena: RecordArena) => void): RecordReader {
  const arena = new RecordArena();
  arena.begin();
  write(arena);
  return new RecordReader(arena.end());
}

describe('RecordArena', () => {
  it('gives back what was written, in the same order', () => {
    const read = written((arena) => {
      arena.text('short ü');
      arena.number(1_700_000_000_000.125);
      arena.text(LONG);
      arena.data(Buffer.from([0, 255, 128]));
      arena.texts(['Host', 'a.example', 'X-Long', LONG, 'Empty', '']);
      arena.textOrData('body');
      arena.textOrData(Buffer.from([1]));
      arena.text('end');
    });

    assert.deepEqual(
      [read.text(), read.number(), read.text(), read.data(), read.texts(), read.textOrData()],
      [
        'short ü',
        1_700_000_000_000.125,
        LONG,
        Buffer.from([0, 255, 128]),
        ['Host', 'a.example', 'X-Long', LONG, 'Empty', ''],
        'body',
      ],
    );
    assert.deepEqual([read.textOrData(), read.text()], [Buffer.from([1]), 'end']);
  });

  it('distinguishes nothing from empty', () => {
    const read = written((arena) => {
      for (const value of [undefined, '']) arena.text(value);
      for (const value of [undefined, 0]) arena.number(value);
      for (const value of [undefined, Buffer.alloc(0)]) arena.data(value);
      arena.textOrData(undefined);
    });

    assert.deepEqual(
      [read.text(), read.text(), read.number(), read.number(), read.data(), read.data()],
      [undefined, '', undefined, 0, undefined, Buffer.alloc(0)],
    );
    assert.equal(read.textOrData(), undefined);
  });

  it('replaces unpaired surrogates, as UTF-8 does, and changes nothing else', () => {
    const read = written((arena) => {
      arena.text('a\ud83d');
      arena.text('b');
      arena.text('\ude00c');
    });

    assert.deepEqual([read.text(), read.text(), read.text()], ['a\ufffd', 'b', '\ufffdc']);
  });

  it('takes records that are longer than a segment, and as many values as come', () => {
    const huge = 'x'.repeat(1_000_000);
    const many = Array.from({ length: 5_000 }, (_, index) => `value ${index}`);
    const read = written((arena) => {
      arena.text(huge);
      arena.texts(many);
    });

    assert.equal(read.text(), huge);
    assert.deepEqual(read.texts(), many);
  });

  it('writes over released records, but not over stored ones', () => {
    const arena = new RecordArena();
    const kept: Place[] = [];
    const segments = new Set<unknown>();
    for (let count = 0; count < 5_000; count += 1) {
      arena.begin();
      arena.text(`record ${count} ${'x'.repeat(2_000)}`);
      const place = arena.end();
      segments.add(place.segment);
      kept.push(place);
      if (kept.length > 200) arena.release(kept.shift() as Place);
    }

    assert.ok(segments.size < 8, `${segments.size} segments for 200 records of 2 KB`);
    const shown = kept.map((place) => new RecordReader(place).text()?.split(' ')[1]);
    assert.deepEqual(
      shown,
      Array.from({ length: 200 }, (_, index) => String(4_800 + index)),
    );
  });

  it('returns copies: what was read does not change when its place is reused', () => {
    const arena = new RecordArena();
    arena.data(Buffer.from('first'));
    const place = arena.end();
    const data = new RecordReader(place).data();
    arena.release(place);
    arena.data(Buffer.from('other'));
    const next = arena.end();

    assert.equal(next.start, place.start);
    assert.equal(String(data), 'first');
  });
});
