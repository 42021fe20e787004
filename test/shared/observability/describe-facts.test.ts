import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeFacts } from '#shared/observability/describe-facts.ts';

describe('describeFacts', () => {
  it('keeps 256 characters of a text, and 16 digits of a hash', () => {
    const { principal, kidHash } = describeFacts(
      { principalId: 'x'.repeat(300), keyId: 'key-1' },
      { as: 'plain' },
    );

    assert.equal(principal, 'x'.repeat(256));
    assert.match(kidHash ?? '', /^[0-9a-f]{16}$/);
  });

  it('names a caller by a hash that needs the salt, or not at all', () => {
    const named = (salt: string) =>
      describeFacts({ principalId: 'alice' }, { as: 'hash', salt })['principal'];

    assert.match(named('a'.repeat(16)) ?? '', /^[0-9a-f]{16}$/);
    assert.equal(named('a'.repeat(16)), named('a'.repeat(16)));
    assert.notEqual(named('a'.repeat(16)), named('b'.repeat(16)));
    assert.deepEqual(describeFacts({ principalId: 'alice' }, { as: 'nothing' }), {});
  });

  it('drops the control characters of Unicode and what ends a line, and nothing else', () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const principalId = `a${String.fromCharCode(code)}b`;
      const { principal } = describeFacts({ principalId }, { as: 'plain' });

      assert.equal(principal, principalId.replace(/[\p{Cc}\u2028\u2029]/gu, ''), code.toString(16));
    }
  });
});
