import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkOneDocument, emptyTally } from '../support/random-access.ts';

const DECISIONS = 15_000;
const REQUESTS_PER_CALLER = 12;
const FIRST_SEED = 1;

// docs/design/authorizers §7.10: policy, document and a second reading of the document agree on random APIs.
describe('the policy of a caller', () => {
  it('decides as the document does, for 15,000 random requests', () => {
    const tally = emptyTally();

    for (let seed = FIRST_SEED; tally.decisions < DECISIONS; seed += 1)
      assert.equal(checkOneDocument(seed, REQUESTS_PER_CALLER, tally), undefined);

    // A run that allows or denies nearly everything would prove nothing.
    assert.ok(tally.allowed > tally.decisions * 0.1, `${tally.allowed} allowed`);
    assert.ok(tally.ordinary > tally.decisions * 0.5, `${tally.ordinary} ordinary`);
    assert.ok(tally.unrepresentable < tally.policies * 0.03, `${tally.unrepresentable} unrepresentable`);
  });
});
