/**
 * Tries the promises of test/properties with many random inputs. `--only NAME` tries one promise, and `--seed N` draws
 * other inputs.
 */
import { DRAWN_PROMISES } from '../properties/drawn-promises.ts';
import { draw } from '../properties/promises.ts';
import type { Tally } from '../properties/promises.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

/** The first seed. It differs from the seeds of the tests, so that the proof adds cases to them. */
const FIRST_SEED = 1_000_000;
const QUICK_SHARE = 0.02;

export const promises: Proof = {
  name: 'promises',
  claim:
    'each promise of test/properties is kept for drawn names, spellings and orders that no test author chose',
  quick: true,
  async run({ quick, seed = FIRST_SEED, only }): Promise<Outcome> {
    const figures: Record<string, Figures> = {};
    for (const promise of DRAWN_PROMISES) {
      if (only !== undefined && promise.name !== only) continue;
      const reason = promise.skip?.();
      if (reason !== undefined) {
        console.log(`  ${promise.name}: skipped: ${reason}`);
        continue;
      }
      const tally: Tally = new Map();
      const seeds = quick ? Math.ceil(promise.many * QUICK_SHARE) : promise.many;
      const broken = await draw(promise, seed, seeds, tally);
      figures[promise.name] = { seeds, ...Object.fromEntries(tally) };
      if (broken !== undefined) return { kind: 'refuted', reason: `${promise.name}: ${broken}`, figures };
      console.log(`  ${promise.name}: ${JSON.stringify(figures[promise.name])}`);
    }
    return { kind: 'proven', figures, isPart: only !== undefined };
  },
};
