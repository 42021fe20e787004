import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteBreakers } from '#shared/resilience/breaker-notes.ts';
import {
  beginWrite,
  breakerKey,
  openWrite,
  resetWrite,
  stampWrite,
} from '#shared/resilience/breaker-item.ts';
import { printItem } from '#shared/table/dynamodb-expression.ts';
import { applyChange } from '../../support/apply-write.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';

const KEY = breakerKey('shop', 'pri#ces');
const AT_MS = Date.UTC(2026, 10, 23, 12);

const itemAfter = (...writes: readonly ItemWrite[]): Item =>
  writes.reduce<Item | undefined>((item, { change }) => applyChange(change, item), undefined) ?? {};
const noteOf = (...writes: readonly ItemWrite[]) =>
  noteBreakers({ Items: [printItem(KEY, itemAfter(...writes))] });

describe('noteBreakers', () => {
  const open = openWrite(KEY, 0, { why: 'calls-failed', tableEpochMs: AT_MS });
  const stamp = stampWrite(KEY, 1, { tableEpochMs: AT_MS, openMs: 10_000 });
  const begin = beginWrite(KEY, 1, { id: 'a1', tableEpochMs: AT_MS, reportMs: 1000 });

  for (const [name, writes, expected] of [
    ['just open', [open], 'open (calls-failed)'],
    ['open', [open, stamp], 'open until 2026-11-23T12:00:13.000Z (calls-failed)'],
    ['half-open', [open, stamp, begin], 'half-open, 0 of 1 probes succeeded (probe)'],
    ['closed', [open, stamp, resetWrite(KEY, 1, AT_MS)], 'closed (reset)'],
  ] as const)
    it(`reports a breaker that is ${name}`, () => {
      assert.deepEqual(noteOf(...writes), [`Circuit breaker pri#ces of shop: ${expected}`]);
    });

  it('reports nothing for other items', () => {
    const others = [
      { pk: { S: 'E#shop' }, sk: { S: 'BREAKER#prices' } },
      { pk: { S: 'B#shop' }, sk: { S: 'HEAD' } },
      { id: { N: '1' } },
    ];
    assert.deepEqual(noteBreakers({ Items: others }), []);
    assert.deepEqual(noteBreakers({ TableNames: ['breakers'] }), []);
  });
});
