/**
 * Compares a million random decisions: the gateway's evaluation of the emitted policy, and the decision of the
 * document.
 */
import { checkOneDocument, emptyTally } from '../support/random-access.ts';
import type { Outcome, Proof } from './proof.ts';

const DECISIONS = 1_000_000;
const QUICK_DECISIONS = 50_000;
const REQUESTS_PER_CALLER = 40;
/** The first seed. It differs from the seeds of the test, so that the proof adds cases to it. */
const FIRST_SEED = 1_000_000;

export const access: Proof = {
  name: 'access',
  claim:
    'policies and access documents decide alike: a policy grants nothing that its document denies, and blocks no ordinary request that its document allows',
  quick: true,
  run({ quick }): Promise<Outcome> {
    const wanted = quick ? QUICK_DECISIONS : DECISIONS;
    const tally = emptyTally();
    let seed = FIRST_SEED;
    for (; tally.decisions < wanted; seed += 1) {
      const disagreement = checkOneDocument(seed, REQUESTS_PER_CALLER, tally);
      if (disagreement === undefined) continue;
      const reason = `${disagreement.what} at seed ${seed}: ${disagreement.target}`;
      return Promise.resolve({ kind: 'refuted', reason, figures: { ...tally, seed } });
    }
    return Promise.resolve({
      kind: 'proven',
      figures: { ...tally, documents: seed - FIRST_SEED, overGrants: 0, ordinaryBlocked: 0 },
    });
  },
};
