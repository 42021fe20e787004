/**
 * A million pairs of events that are made from AWS's samples: which of them share an entry of the answer cache, and
 * which do not.
 */
import fc from 'fast-check';
import { aPair, countHits, emptyTally, findFault } from '../support/cache-pairs.ts';
import type { Outcome, Proof } from './proof.ts';

const PAIRS = 1_000_000;
const QUICK_PAIRS = 20_000;
/** The seed, which differs from that of the test, so that the proof adds cases to it. */
const SEED = 1_000_000;

export const cache: Proof = {
  name: 'cache',
  claim:
    'requests share an answer of the answer cache exactly if their events are equal, apart from the differences that the guide lists',
  quick: true,
  run({ quick, seed = SEED }): Promise<Outcome> {
    const tally = emptyTally();
    let fault: string | undefined;
    const details = fc.check(
      fc.property(aPair, (pair) => {
        fault = findFault(pair, tally);
        return fault === undefined;
      }),
      { numRuns: quick ? QUICK_PAIRS : PAIRS, seed },
    );
    const figures = { ...tally, hitsOfSamples: countHits() };
    if (!details.failed) return Promise.resolve({ kind: 'proven', figures });
    const reason = `${fault ?? 'a pair'} at seed ${seed}, path ${details.counterexamplePath ?? ''}: ${JSON.stringify(details.counterexample)}`;
    return Promise.resolve({ kind: 'refuted', reason, figures });
  },
};
