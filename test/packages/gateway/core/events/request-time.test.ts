import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { formatRequestTime } from '../../../../../packages/gateway/core/events/request-time.ts';

describe('formatRequestTime', () => {
  const rows: [epochMs: number, expected: string][] = [
    [1_744_668_818_115, '14/Apr/2025:22:13:38 +0000'],
    [1_744_668_818_999, '14/Apr/2025:22:13:38 +0000'],
    [1_744_668_819_000, '14/Apr/2025:22:13:39 +0000'],
    [0, '01/Jan/1970:00:00:00 +0000'],
    [1_744_668_818_000, '14/Apr/2025:22:13:38 +0000'],
  ];

  it('prints UTC, also when time goes back', () => {
    for (const [epochMs, expected] of rows) assert.equal(formatRequestTime(epochMs), expected);
  });
});
