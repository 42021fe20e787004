/** Pseudo-random choices from a seed, so that a failure can be repeated. */
export type Pick = {
  readonly one: <T>(items: readonly T[]) => T;
  readonly some: <T>(items: readonly T[], atLeast?: number) => readonly T[];
  readonly chance: (probability: number) => boolean;
  readonly upTo: (max: number) => number;
};

/** mulberry32: small, fast, and the same everywhere. */
export function pickFrom(seed: number): Pick {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const one = <T>(items: readonly T[]): T => items[Math.floor(fraction() * items.length)] as T;
  const chance = (probability: number): boolean => fraction() < probability;
  return {
    one,
    chance,
    upTo: (max) => Math.floor(fraction() * (max + 1)),
    some(items, atLeast = 0) {
      const chosen = items.filter(() => chance(0.4));
      return chosen.length >= atLeast ? chosen : [one(items)];
    },
  };
}
