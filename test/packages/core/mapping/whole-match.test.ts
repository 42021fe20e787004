import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileWholeMatch } from '../../../../packages/core/mapping/whole-match.ts';

describe('compileWholeMatch', () => {
  it('takes the whole text, as Java’s matches does', () => {
    const matches = compileWholeMatch('Bearer [a-z]+');

    assert.deepEqual(
      ['Bearer abc', 'Bearer ABC', ' Bearer abc', 'Bearer abc '].map((text) => matches?.(text)),
      [true, false, false, false],
    );
  });

  it('keeps alternatives together', () => {
    assert.equal(compileWholeMatch('a|b')?.('ab'), false);
  });

  it('says no to a text that would take for ever (catastrophic backtracking)', () => {
    assert.equal(compileWholeMatch('(a+)+b')?.('a'.repeat(5000)), false);
  });

  it('takes no pattern that Java would refuse', () => {
    assert.equal(compileWholeMatch('(unclosed'), undefined);
  });
});
