import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeFacts } from '#shared/observability/describe-facts.ts';

describe('describeFacts', () => {
  it('drops the control characters of Unicode and what ends a line, and nothing else', () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const principalId = `a${String.fromCharCode(code)}b`;
      const { principal } = describeFacts({ principalId }, { as: 'plain' });

      assert.equal(principal, principalId.replace(/[\p{Cc}\u2028\u2029]/gu, ''), code.toString(16));
    }
  });
});
