/**
 * Proves that nothing has become slower, with the bench that measures two commits alternately. It needs a machine with
 * no other work.
 */
import { measureAgainst, parseOptions } from '../../lab/bench/against.ts';
import { resolveCommit } from '../../lab/bench/checkout.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import type { AgainstRow } from '../../lab/bench/against.ts';
import type { Figures, Proof } from './proof.ts';

/**
 * The commit with which the speed is compared. It is the commit of the last release or, before the first release, the
 * last commit for which the cost of recording was proven (docs/evidence/recording.json). It stays the same between
 * releases. If it moved with each run, many small losses would add up unnoticed.
 */
const BASE = 'cc48829fae9bf449a1452ad6dcaadb437646310e';
const LEAST = 0.95;
const TARGETS = ['rest', 'rest-authorized', 'http', 'http-authorized', 'http-post', 'authorizer'];
/** The number of pairs that is needed for a 95 % interval. */
const LEAST_PAIRS = 6;

export const speed: Proof = {
  name: 'speed',
  claim: `requests and starts of authorizers are as fast as at the base commit: no 95 % interval of the ratio is below ${LEAST}`,
  // CI does not run it, because it would also measure the other work of the machine.
  quick: false,
  run: async ({ sample, against = BASE }) => {
    try {
      await resolveCommit(REPOSITORY, against);
    } catch (error) {
      return { kind: 'skipped', reason: error instanceof Error ? error.message : String(error) };
    }
    const { commit, rows } = await measureAgainst(
      parseOptions([
        '--against',
        against,
        '--bound',
        String(LEAST),
        ...(sample === undefined ? [] : ['--pairs', String(sample)]),
        ...TARGETS.flatMap((target) => ['--target', target]),
      ]),
    );
    const figures = { base: commit, rows: rows.map(toFigures) };
    const reasons = reasonsAgainst(rows);
    if (reasons.length > 0) return { kind: 'refuted', reason: reasons.join('; '), figures };
    return { kind: 'proven', figures, isPart: sample !== undefined || commit !== BASE };
  },
};

/**
 * The claim is refuted only if the whole interval is below the limit, because noise alone must not refute it. It is not
 * proven if there are too few pairs for an interval.
 */
export function reasonsAgainst(
  rows: readonly Pick<AgainstRow, 'figure' | 'verdict' | 'pairs' | 'median' | 'high'>[],
): readonly string[] {
  return rows.flatMap(({ figure, verdict, pairs, median, high }) => {
    if (pairs < LEAST_PAIRS) return [`${figure}: ${pairs} pairs are too few`];
    if (verdict !== 'missed') return [];
    return [`${figure}: ${median.toFixed(3)} of the base, at most ${high.toFixed(3)}`];
  });
}

function toFigures({ figure, pairs, ours, theirs, median, low, high }: AgainstRow): Figures {
  const three = (value: number): number => Number(value.toFixed(3));
  return {
    figure,
    pairs,
    ours: three(ours),
    base: three(theirs),
    ratio: three(median),
    low: three(low),
    high: three(high),
  };
}
