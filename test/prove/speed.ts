/**
 * Proves that nothing has become slower, with the bench that measures two commits in turns; it needs a machine with
 * nothing else to do.
 */
import { measureAgainst, parseOptions } from '../../lab/bench/against.ts';
import { resolveCommit } from '../../lab/bench/checkout.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import type { AgainstRow } from '../../lab/bench/against.ts';
import type { Figures, Proof } from './proof.ts';

/**
 * The commit whose speed is kept: that of the last release; before the first one, the last whose cost of recording was
 * proven (docs/evidence/recording.json). It stays where it is between releases: of a base that moved with each run, many small
 * losses would add up unseen.
 */
const BASE = 'cc48829fae9bf449a1452ad6dcaadb437646310e';
const LEAST = 0.95;
const TARGETS = ['rest', 'rest-authorized', 'http', 'http-authorized', 'http-post', 'authorizer'];
/** The number of pairs that gives an interval of 95 %. */
const LEAST_PAIRS = 6;

export const speed: Proof = {
  name: 'speed',
  claim: `requests and starts of authorizers are as fast as at the base commit: no 95 % interval of the ratio is below ${LEAST}`,
  // The machine's other work would be measured.
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
 * Noise alone refutes nothing: the whole interval must be below. Too few pairs for an interval prove nothing either.
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
