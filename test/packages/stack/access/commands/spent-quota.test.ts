import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/stack/access/commands/access-explain.ts';
import { findSpent } from '../../../../../packages/stack/access/commands/spent-quota.ts';
import { aDocument } from '../../../../support/an-access-document.ts';

const row = (over: object) => ({
  tenant: 'acme',
  limit: 'monthly',
  plan: 'free',
  periodEnd: '2026-12-01T00:00:00.000Z',
  state: 'open',
  remaining: 3,
  ...over,
});

describe('findSpent', () => {
  const rows: readonly (readonly [name: string, rows: readonly object[], expected: RegExp | undefined])[] = [
    ['units left', [row({})], undefined],
    ['nothing charged yet', [], undefined],
    [
      'a spent limit of the tenant',
      [row({ remaining: 0 })],
      /^over quota: monthly of plan free, until 2026-12/,
    ],
    ['a spent limit of the key', [row({ key: 'k-1', remaining: 0 })], /^over quota: monthly/],
    ['a spent limit of another key', [row({ key: 'k-2', remaining: 0 })], undefined],
    ['a suspension', [row({ state: 'suspended' })], /^suspended: monthly of plan free/],
  ];
  for (const [name, items, expected] of rows)
    it(`${expected === undefined ? 'passes' : 'refuses'} ${name}`, () => {
      const found = findSpent({ key: 'k-1' }, { usage: items });

      if (expected === undefined) assert.equal(found, undefined);
      else assert.match(found ?? '', expected);
    });
});

// new-user 7: it said ALLOW five seconds after the gateway had said "over quota".
describe('explain of a caller whose quota is spent', () => {
  const rules = [{ id: 'all', effect: 'allow', methods: ['GET'], paths: ['/users'] }];
  const flags = { role: [], scope: [], policy: false, json: false };

  it('says that the answer is a refusal', () => {
    const text = explain(aDocument({ rules }), 'GET', '/users', { ...flags, spent: 'over quota: monthly' });

    assert.match(text, /^DENY {2}GET \/users {2}over quota: monthly: .* 403, or 429/);
  });
});
