import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileFullMatch } from '../../../../../packages/gateway/core/mapping/full-match.ts';

describe('compileFullMatch', () => {
  it('takes the whole text, as Java’s matches does', () => {
    const matches = compileFullMatch('Bearer [a-z]+');

    assert.deepEqual(
      ['Bearer abc', 'Bearer ABC', ' Bearer abc', 'Bearer abc '].map((text) => matches?.(text)),
      [true, false, false, false],
    );
  });

  it('keeps alternatives together', () => {
    assert.equal(compileFullMatch('a|b')?.('ab'), false);
  });

  it('does not match a text that would take forever (catastrophic backtracking)', () => {
    assert.equal(compileFullMatch('(a+)+b')?.('a'.repeat(5000)), false);
  });

  it('takes no pattern that Java would refuse', () => {
    assert.equal(compileFullMatch('(unclosed'), undefined);
  });
});
