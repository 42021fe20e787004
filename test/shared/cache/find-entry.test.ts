import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SIGV4_HEADERS } from '@gatewright/aws/credential-headers';
import { IGNORED_HEADERS } from '#shared/cache/header-lists.ts';
import { aPair, countHits, emptyTally, findFault, LISTED } from '../../support/cache-pairs.ts';

// `npm run prove -- cache` tries a million pairs.
describe('requests that share an entry', () => {
  it('are equal except for the differences that the guide lists, and requests with only these differences do share', () => {
    const tally = emptyTally();

    fc.assert(
      fc.property(aPair, (pair) => {
        assert.equal(findFault(pair, tally), undefined);
      }),
      { numRuns: 3000, seed: 36 },
    );

    assert.ok(tally.shared > 1000 && tally.apart > 1000, JSON.stringify(tally));
  });

  it("are the next ones for these shares of AWS's samples; two have no visible caller", (test) => {
    const hits = countHits();
    test.diagnostic(JSON.stringify(hits));

    assert.deepEqual(hits, { authorization: '12 of 14', public: '14 of 14', named: '14 of 14' });
  });

  it('may differ in the headers that the code ignores, which the guide lists', () => {
    assert.deepEqual(LISTED.headers, IGNORED_HEADERS);
    assert.deepEqual(LISTED.signature, [...SIGV4_HEADERS]);
  });
});
