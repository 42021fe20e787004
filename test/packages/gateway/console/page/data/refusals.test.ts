import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countRefusals } from '../../../../../../packages/gateway/console/page/data/refusals.ts';

const aRow = (status: number, note: string | undefined, more: object = {}) => ({
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
