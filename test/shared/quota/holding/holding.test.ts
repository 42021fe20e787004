import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quotaState } from '#shared/quota/holding/holding.ts';
import type { LedgerState } from '#shared/quota/ledger/ledger.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import type { QuotaLimit } from '#shared/quota/plan/plan.ts';

const PERIOD = { startEpochMs: 0, endEpochMs: 86_400_000 };

function aLimit(overrides: object = {}): QuotaLimit {
  const limit = { id: 'daily', level: 'key', quota: 100, period: 'DAY', ...overrides };
  const [parsed] = parsePlan({ id: 'p', version: 1, limits: [limit] }).limits;
  assert.ok(parsed?.kind === 'quota');
  return parsed;
}

function aLedger(overrides: Partial<LedgerState> = {}): LedgerState {
  return {
    remaining: 100,
    outstanding: 0,
    used: 0,
    credits: 100,
    limit: 100,
    wasteBudget: 1,
    suspended: false,
    closed: false,
    replaced: false,
    carried: 0,
    carriedBack: 0,
    overage: 0,
    covered: 100,
    restored: 0,
    alarmed: new Set(),
    ...overrides,
  };
}

describe('the state of a quota', () => {
  const rows: readonly {
    readonly name: string;
    readonly limit?: object;
    readonly seen?: Partial<LedgerState>;
    readonly held?: number;
    readonly expected: { readonly limit: number; readonly remaining: number; readonly overage: boolean };
  }[] = [
    {
      name: 'is whole before its ledger is opened',
      expected: { limit: 100, remaining: 100, overage: false },
    },
    {
      name: 'reports no overage before it is used',
      limit: { overage: 10 },
      expected: { limit: 100, remaining: 100, overage: false },
    },
    {
      name: 'counts what this process holds',
      seen: { remaining: 60 },
      held: 7,
      expected: { limit: 100, remaining: 67, overage: false },
    },
    {
      name: 'has nothing left in the overage, and says so',
      limit: { overage: 10 },
      seen: { remaining: 4, credits: 110, overage: 10 },
      expected: { limit: 100, remaining: 0, overage: true },
    },
    {
      name: 'has a top-up in the limit that clients draw from',
      seen: { remaining: 597, credits: 600 },
      expected: { limit: 600, remaining: 597, overage: false },
    },
  ];
  for (const { name, limit, seen, held = 0, expected } of rows)
    it(name, () => {
      const ledger = seen === undefined ? undefined : aLedger(seen);
      const state = quotaState(aLimit(limit), PERIOD, ledger, held, 43_200_500);

      assert.deepEqual({ limit: state.limit, remaining: state.remaining, overage: state.overage }, expected);
      assert.deepEqual([state.windowSeconds, state.resetSeconds], [86_400, 43_200]);
    });

  it('has never more left than there was', () => {
    const { limit, remaining } = quotaState(
      aLimit(),
      PERIOD,
      aLedger({ remaining: 597, credits: 600 }),
      3,
      0,
    );
    assert.ok(remaining <= limit);
  });
});
