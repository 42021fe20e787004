/** How often a write is sent, and after which pauses, for each kind of answer of the table. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GrantIds } from '#shared/quota/ledger/grant.ts';
import { OwnWrites } from '#shared/quota/ledger/own-writes.ts';
import type { WriteOutcome } from '#shared/table/item-write.ts';

const DONE: WriteOutcome = { kind: 'done', item: {}, storeEpochMs: undefined };
const THROTTLED: WriteOutcome = { kind: 'rejected', retryable: true, reason: 'ThrottlingException' };
const DENIED: WriteOutcome = { kind: 'rejected', retryable: false, reason: 'AccessDeniedException' };
const LOST: WriteOutcome = { kind: 'unknown', reason: 'timeout' };

type Row = {
  readonly name: string;
  readonly answers: readonly WriteOutcome[];
  readonly pausesMs: readonly number[];
  readonly kind: 'done' | 'unavailable';
  readonly isUnsure: boolean;
};

describe('OwnWrites', () => {
  // Source: docs/design/quota.md; the pauses are those of back-off.ts for a random fraction of one half.
  const rows: readonly Row[] = [
    { name: 'once if it is applied', answers: [DONE], pausesMs: [], kind: 'done', isUnsure: false },
    {
      name: 'again after a pause if the table is throttled',
      answers: [THROTTLED, DONE],
      pausesMs: [20],
      kind: 'done',
      isUnsure: false,
    },
    {
      name: 'three times, with longer pauses, if the table stays throttled',
      answers: [THROTTLED, THROTTLED, THROTTLED],
      pausesMs: [20, 40],
      kind: 'unavailable',
      isUnsure: false,
    },
    { name: 'once if it is denied', answers: [DENIED], pausesMs: [], kind: 'unavailable', isUnsure: false },
    {
      name: 'again without a pause if the answer is lost',
      answers: [LOST, DONE],
      pausesMs: [],
      kind: 'done',
      isUnsure: false,
    },
    {
      name: 'three times if every answer is lost, and is remembered, because it may still be applied',
      answers: [LOST, LOST, LOST],
      pausesMs: [],
      kind: 'unavailable',
      isUnsure: true,
    },
    {
      name: 'three times if one answer is lost and the others are throttled, and is remembered',
      answers: [THROTTLED, LOST, THROTTLED],
      pausesMs: [20],
      kind: 'unavailable',
      isUnsure: true,
    },
  ];
  for (const { name, answers, pausesMs, kind, isUnsure } of rows)
    it(`sends a write ${name}`, async () => {
      const rest = [...answers];
      const pauses: number[] = [];
      const random = { hex: (digits: number) => '0'.repeat(digits), fraction: () => 0.5 };
      const clock = { nowEpochMs: () => 0, monotonicMs: () => 0 };
      const writes = new OwnWrites(
        { pk: 'a', sk: 'b' },
        {
          store: { update: async () => rest.shift() ?? DENIED },
          random,
          timer: { pause: async (ms) => void pauses.push(ms) },
          clock,
          grantIds: new GrantIds(random, clock),
        },
      );

      const sent = await writes.release({ units: 1, report: 0 }, () => undefined);

      assert.deepEqual([sent.kind, writes.isUnsure, rest.length], [kind, isUnsure, 0]);
      assert.deepEqual(pauses, pausesMs);
    });
});
