import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';

describe('the customers that a process stores', () => {
  it('drop only the one that was least recently used', async () => {
    let reads = 0;
    const read = () => {
      reads += 1;
      return Promise.resolve({ kind: 'done', item: undefined, storeEpochMs: undefined } as const);
    };
    const book = new TermsBook({ read }, { nowEpochMs: () => 0, monotonicMs: () => 0 });
    const ask = (at: number) => book.read(`customer-${at}`, undefined, 0);
    for (let at = 0; at < 10_001; at += 1) await ask(at);

    for (let at = 1; at < 10_001; at += 1) await ask(at);
    assert.equal(reads, 10_001, 'all others are still known');
    await ask(0);
    assert.equal(reads, 10_002);
  });
});
