import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStoredApiKey } from '#shared/access/keys/api-key-record.ts';

const SECRET = { hash: 'a'.repeat(64), createdAtEpochSeconds: 1 };
const RECORD = {
  keyId: 'k',
  prefix: 'gw',
  tenant: 'acme',
  roles: ['reader'],
  scopes: [],
  metadata: {},
  secrets: [SECRET],
  createdAtEpochSeconds: 1,
  notAfterEpochSeconds: 2,
  revokedAtEpochSeconds: 3,
};
const parse = (change: object, ver: unknown = 1): unknown =>
  parseStoredApiKey({ ver: ver as number, doc: JSON.stringify({ ...RECORD, ...change }) });

describe('parseStoredApiKey', () => {
  it('reads what was written', () => {
    assert.deepEqual(parse({}), { record: RECORD, version: 1, usedAtEpochSeconds: undefined });
  });

  const damages: readonly [string, object][] = [
    ['an id', { keyId: 7 }],
    ['a prefix', { prefix: undefined }],
    ['a tenant', { tenant: null }],
    ['roles', { roles: 'reader' }],
    ['one role', { roles: ['reader', 7] }],
    ['scopes', { scopes: undefined }],
    ['metadata', { metadata: 'none' }],
    ['an end', { notAfterEpochSeconds: '2' }],
    ['a revocation', { revokedAtEpochSeconds: true }],
    ['an end within a second', { notAfterEpochSeconds: 2.5 }],
    ['secrets', { secrets: SECRET }],
    ['a hash', { secrets: [SECRET, { ...SECRET, hash: 'short' }] }],
    ['the end of a secret', { secrets: [{ ...SECRET, notAfterEpochSeconds: 'soon' }] }],
    ['a third secret', { secrets: [SECRET, SECRET, SECRET] }],
  ];
  for (const [name, change] of damages)
    it(`rejects a foreign record with ${name}`, () => {
      assert.throws(() => parse(change), { code: 'STORE_UNAVAILABLE' });
    });

  it('rejects a record without a version', () => {
    assert.throws(() => parse({}, '1'), { code: 'STORE_UNAVAILABLE' });
  });
});
