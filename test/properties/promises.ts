/**
 * The promises that are tried with drawn inputs, each by a generator and an oracle that shares no code with what it
 * judges. `npm test` draws a few of each, `npm run prove -- promises` draws many.
 */

export type DrawnPromise = {
  readonly name: string;
  /** The promise, as a sentence. */
  readonly says: string;
  /** How many seeds `npm test` draws. Together they take at most 3 seconds. */
  readonly few: number;
  /** How many seeds the proof draws. */
  readonly many: number;
  /**
   * Draws inputs with the seed and tries them. Counts what it has tried in `tally`.
   * @returns what broke, with the smallest known input; undefined if the promise is kept
   */
  readonly check: (seed: number, tally: Tally) => string | undefined | Promise<string | undefined>;
  /** Why the promise cannot be tried on this machine; undefined if it can. */
  readonly skip?: () => string | undefined;
  /** Called once at the end, for what a check has started. */
  readonly close?: () => void | Promise<void>;
  /** What the draws must have covered at least once, by names in `tally`. Otherwise they prove nothing. */
  readonly meets: readonly string[];
};

/** How often each case was drawn. */
export type Tally = Map<string, number>;

export function count(tally: Tally, name: string, by = 1): void {
  tally.set(name, (tally.get(name) ?? 0) + by);
}

/** @returns what broke, with its seed; undefined if the promise was kept for all seeds */
export async function draw(
  { check, close }: DrawnPromise,
  firstSeed: number,
  seeds: number,
  tally: Tally,
): Promise<string | undefined> {
  try {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const broken = await check(seed, tally);
      if (broken !== undefined) return `seed ${seed}: ${broken}`;
    }
    return undefined;
  } finally {
    await close?.();
  }
}
