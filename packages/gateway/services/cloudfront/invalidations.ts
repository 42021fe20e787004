/** Stores the invalidations of each distribution in the order of their creation. */
import type { Clock, Random } from '../../core/ports.ts';

export type Invalidation = {
  readonly id: string;
  readonly distributionId: string;
  readonly reference: string;
  readonly paths: readonly string[];
  readonly createTime: string;
};

/**
 * The gateway's own limits: the number of stored invalidations, and the total number of characters in their paths.
 * Invalidations are stored so that calls can read them, and so that a repeated call with the same caller reference is
 * recognized.
 */
const MAX_KEPT = 1_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

export class Invalidations {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #made = new Map<string, Invalidation>();
  #characters = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Creates an invalidation, or returns the existing one if the same call is repeated. Returns `conflict` if an earlier
   * call has used the caller reference with other paths.
   */
  create(
    asked: Pick<Invalidation, 'distributionId' | 'reference' | 'paths'>,
  ): { readonly invalidation: Invalidation; readonly isNew: boolean } | 'conflict' {
    const key = `${asked.distributionId} ${asked.reference}`;
    const known = this.#made.get(key);
    if (known !== undefined) {
      if (known.paths.join('\n') !== asked.paths.join('\n')) return 'conflict';
      return { invalidation: known, isNew: false };
    }
    const createTime = new Date(this.#clock.nowEpochMs()).toISOString();
    const invalidation = { ...asked, id: `I${this.#random.hex(13).toUpperCase()}`, createTime };
    this.#made.set(key, invalidation);
    this.#characters += charactersOf(invalidation);
    for (const [oldest, old] of this.#made) {
      if (this.#made.size <= MAX_KEPT && this.#characters <= MAX_CHARACTERS) break;
      this.#made.delete(oldest);
      this.#characters -= charactersOf(old);
    }
    return { invalidation, isNew: true };
  }

  find(distributionId: string, id: string): Invalidation | undefined {
    return this.list(distributionId).find((one) => one.id === id);
  }

  /** Returns the invalidations, latest first, as CloudFront lists them. */
  list(distributionId: string): readonly Invalidation[] {
    return [...this.#made.values()].filter((one) => one.distributionId === distributionId).toReversed();
  }

  clear(): void {
    this.#made.clear();
    this.#characters = 0;
  }
}

function charactersOf({ paths }: Invalidation): number {
  return paths.reduce((sum, path) => sum + path.length, 0);
}

/** Whether an invalidation path, possibly ending with a star, matches this path. */
export function namesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
