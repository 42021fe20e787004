import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { findTroubles, ledgerBytes, summariseQuota } from '../../../lab/bench/quota-report.ts';
import type { QuotaReport } from '../../../lab/bench/quota-process.ts';

const aReport = (part: Partial<QuotaReport> = {}): QuotaReport => {
  return {
    admitted: 4,
    refused: 1,
    failed: 0,
    calls: { writes: 2, refusedWrites: 1, reads: 1 },
    admittedMs: Float64Array.of(1, 2, 3, 4),
    ...part,
  };
};
const aRun = { limiter: 'gatewright', id: 'id', quota: 8 } as const;

describe('summariseQuota', () => {
  it('adds up processes and takes percentiles over all of their requests', () => {
    const row = summariseQuota(aRun, [aReport(), aReport({ admittedMs: Float64Array.of(5, 6, 7, 8) })], 1.25);

    assert.deepEqual(row, {
      limiter: 'gatewright',
      quota: 8,
      admitted: 8,
      over: 0,
      unused: 0,
      refused: 2,
      failed: 0,
      writes: 4,
      refusedWrites: 2,
      reads: 2,
      writesPerThousand: 500,
      p50Ms: 5,
      p99Ms: 8,
      seconds: 1.3,
    });
  });

  it('distinguishes units over the quota from unused units', () => {
    const { over, unused } = summariseQuota(aRun, [aReport({ admitted: 9 })], 1);
    assert.deepEqual([over, unused], [1, 0]);
    assert.equal(summariseQuota(aRun, [aReport()], 1).unused, 4);
  });
});

describe('findTroubles', () => {
  const row = { ...summariseQuota(aRun, [aReport(), aReport()], 1), quota: 1_000_000, admitted: 1_000_000 };

  it('passes an exact and cheap run', () => {
    assert.deepEqual(findTroubles([{ ...row, writesPerThousand: 3 }]), []);
  });

  it('names every run of ours that is not exact, or too dear at a million', () => {
    assert.deepEqual(
      findTroubles([
        { ...row, admitted: 1_000_001, writesPerThousand: 3.01 },
        { ...row, quota: 20_000, admitted: 19_999, writesPerThousand: 70 },
        { ...row, limiter: 'conditional-write', admitted: 7, writesPerThousand: 1000 },
      ]),
      [
        'gatewright admitted 1000001 requests, but the quota is 1000000',
        'gatewright wrote 3.01 times per 1,000 requests of a quota of 1000000; the limit is 3',
        'gatewright admitted 19999 requests, but the quota is 20000',
      ],
    );
  });
});

describe('ledgerBytes', () => {
  it('counts names, texts in UTF-8, and numbers at two digits a byte', () => {
    // Source: DynamoDB developer guide, item sizes: 2 + 4 | 3 + (3 digits: 2 + 1) | 1 + (1 significant digit: 1 + 1)
    assert.equal(ledgerBytes({ pk: { S: 'Q#ü' }, rem: { N: '-123' }, b: { N: '10000' } }), 6 + 6 + 3);
  });
});
