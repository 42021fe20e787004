import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  FunctionIdentities,
  withFunctions,
} from '../../../../../packages/gateway/core/policy/function-identities.ts';
import { adminIdentity, createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { TemporarySessions } from '../../../../../packages/gateway/core/policy/temporary-sessions.ts';

const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCALADMIN', secretAccessKey: 'secret' }, '123456789012');
const keyOf = (number: number) => ({
  accessKeyId: `ASIA${number}`,
  secretAccessKey: `secret-${number}`,
  token: `token-${number}`,
  expiresAtEpochMs: 1000,
});

describe('temporary sessions', () => {
  it('are identities with a token that ends', () => {
    const sessions = new TemporarySessions();
    sessions.open(keyOf(1), () => ADMIN);
    const functions = new FunctionIdentities({
      makeKeyPair: () => keyOf(0),
      nowEpochMs: () => 0,
      report: () => undefined,
    });
    const all = withFunctions(createIdentities([ADMIN]), functions, { sessions });

    assert.equal(all.secretOf('ASIA1'), 'secret-1');
    assert.equal(all.find('ASIA1')?.arn, ADMIN.arn);
    assert.deepEqual(all.sessionOf('ASIA1', 999), { token: 'token-1', isExpired: false });
    assert.deepEqual(all.sessionOf('ASIA1', 1000), { token: 'token-1', isExpired: true });
    assert.deepEqual([all.find('ASIA2'), all.sessionOf('AKIALOCALADMIN', 0)], [undefined, undefined]);
  });

  it('are at most 1,000: the oldest end', () => {
    const sessions = new TemporarySessions();
    for (let number = 0; number <= 1_000; number += 1) sessions.open(keyOf(number), () => ADMIN);

    assert.equal(sessions.find('ASIA0'), undefined);
    assert.equal(sessions.find('ASIA1')?.session?.token, 'token-1');
  });
});
