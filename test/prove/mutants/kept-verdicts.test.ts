import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashOfGround } from './kept-verdicts.ts';

const [ONE, OTHER] = ['test/prove/mutants/effort.test.ts', 'test/prove/mutants/find-mutants.test.ts'];

describe('hashOfGround', () => {
  it('changes with the file, and with the test that killed the mutant', () => {
    const ground = hashOfGround('text', [ONE, OTHER], ONE);

    assert.equal(hashOfGround('text', [ONE, OTHER], ONE), ground);
    assert.notEqual(hashOfGround('other text', [ONE, OTHER], ONE), ground);
    assert.notEqual(hashOfGround('text', [ONE, OTHER], OTHER), ground);
  });

  it('omits other tests if one has noticed the mutant, and includes all if none has', () => {
    assert.equal(hashOfGround('text', [ONE], ONE), hashOfGround('text', [ONE, OTHER], ONE));
    assert.notEqual(hashOfGround('text', [ONE], undefined), hashOfGround('text', [ONE, OTHER], undefined));
  });

  it('includes the code that runs the tests if none has noticed the mutant, because newer code may notice more', () => {
    assert.notEqual(hashOfGround('text', [ONE], undefined), hashOfGround('text', [ONE], ONE));
  });
});
