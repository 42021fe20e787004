/**
 * Pairs count only if the host's speed stayed the same. Otherwise, a pair is measured again a few times. If the speed
 * changes each time, the pair is marked.
 */
import { hasChanged } from './host-speed.ts';
import type { Pair } from './against.ts';
import type { HostSpeed } from './host-speed.ts';

export const MOST_REPEATS = 3;

export type SteadyPair = Pair & {
  /** True if the host's speed changed in every repetition. */
  readonly isMarked: boolean;
};

/** Decides what happens to a pair after this number of repetitions. */
export function decide(
  before: HostSpeed,
  after: HostSpeed,
  repeats: number,
  mostRepeats = MOST_REPEATS,
): 'kept' | 'again' | 'marked' {
  if (!hasChanged(before, after)) return 'kept';
  return repeats < mostRepeats ? 'again' : 'marked';
}

/** @param measure returns all figures of the pair with the given number, from 0 */
export async function measureSteadily(
  pairs: number,
  measure: (pair: number) => Promise<readonly Pair[]>,
  measureHost: () => Promise<HostSpeed>,
  mostRepeats = MOST_REPEATS,
): Promise<readonly SteadyPair[]> {
  const kept: SteadyPair[] = [];
  let before = await measureHost();
  for (let [pair, repeats] = [0, 0]; pair < pairs;) {
    const measured = await measure(pair);
    const after = await measureHost();
    const outcome = decide(before, after, repeats, mostRepeats);
    before = after;
    if (outcome === 'again') {
      repeats += 1;
      continue;
    }
    kept.push(...measured.map((one) => ({ ...one, isMarked: outcome === 'marked' })));
    [pair, repeats] = [pair + 1, 0];
  }
  return kept;
}
