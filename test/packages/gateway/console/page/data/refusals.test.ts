import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  countRefusals,
  describeRefusing,
} from '../../../../../../packages/gateway/console/page/data/refusals.ts';

const aRow = (status: number, note: string | undefined, more: object = {}) => ({
  kind: 'request' as const,
  status,
  customer: 'acme' as string | undefined,
  code: note === undefined ? undefined : 'INVALID_API_KEY',
  notes: note === undefined ? [] : [note],
  atEpochMs: 1_000,
  standsFor: 1,
  ...more,
});

describe('countRefusals', () => {
  it('counts by status and reason what was refused to one customer, the most frequent first', () => {
    const rows = [
      aRow(403, 'suspended', { atEpochMs: 9_000 }),
      aRow(429, 'over quota', { atEpochMs: 8_000 }),
      aRow(429, 'over quota', { atEpochMs: 7_000, standsFor: 3 }),
      aRow(429, 'over quota', { customer: 'other' }),
      aRow(429, 'over quota', { customer: undefined }),
      aRow(200, undefined),
    ];

    assert.deepEqual(countRefusals(rows, 'acme'), [
      { status: 429, reason: 'over quota', count: 4, lastEpochMs: 8_000 },
      { status: 403, reason: 'suspended', count: 1, lastEpochMs: 9_000 },
    ]);
  });

  it('leaves out answers of the function itself, and faults, which are nobody’s refusal', () => {
    assert.deepEqual(countRefusals([aRow(404, undefined), aRow(502, 'INTEGRATION_FAILURE')], 'acme'), []);
  });
});

describe('describeRefusing', () => {
  const use = { limit: 'daily', allowance: 1_000, counted: 1_002, left: 0, state: 'open' };
  const spent = { ...use, refuses: true, periodEnd: '2026-11-04T00:00:00.000Z' } as const;

  for (const [name, state, uses, said] of [
    ['nothing of a customer that has units left', 'active', [{ ...use, left: 3 }], []],
    [
      'a quota that is used up, and until when',
      'active',
      [spent, { ...spent, limit: 'calls', key: 'k-1', route: 'GET /prices' }],
      [
        'daily: used up, 1,002 of 1,000; requests are refused until <2026-11-04T00:00:00.000Z>.',
        'calls, key k-1, GET /prices: used up, 1,002 of 1,000; requests are refused until <2026-11-04T00:00:00.000Z>.',
      ],
    ],
    [
      'a period that is closed, whatever was counted in it',
      'active',
      [{ ...spent, counted: 6, state: 'closed' }],
      ['daily: the period of the limit is closed; requests are refused until <2026-11-04T00:00:00.000Z>.'],
    ],
    ['a suspended limit', 'active', [{ ...spent, state: 'suspended' }], ['daily: the limit is suspended.']],
    [
      'a suspended customer, whatever its limits say',
      'suspended',
      [spent],
      ['All requests get 403, because the customer is suspended.'],
    ],
  ] as const)
    it(`says ${name}`, () => {
      assert.deepEqual(
        describeRefusing({ state, uses }, (instant) => `<${instant}>`),
        said,
      );
    });
});
