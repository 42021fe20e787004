/** The times at which each stack was first loaded and last loaded again. */
import type { ResolvedStack } from '../core/stack/model.ts';

export type LoadTime = {
  readonly createdMs: number;
  /** The time of the last reload; undefined means that the stack has not been loaded again. */
  readonly updatedMs: number | undefined;
};

type Stacks = readonly ResolvedStack[];

export class LoadTimes {
  readonly #nowMs: () => number;
  readonly #byLoad = new WeakMap<Stacks, ReadonlyMap<string, LoadTime>>();
  #served: ReadonlyMap<string, LoadTime> = new Map();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Returns the load times by stack name. While a load is in progress, they are the times of this load, and otherwise
   * the times of the last load.
   */
  of(stacks: Stacks): ReadonlyMap<string, LoadTime> {
    const known = this.#byLoad.get(stacks);
    if (known !== undefined) return known;
    const nowMs = this.#nowMs();
    const times = new Map(
      stacks.map(({ stackName }) => {
        const before = this.#served.get(stackName);
        return [stackName, { createdMs: before?.createdMs ?? nowMs, updatedMs: before && nowMs }];
      }),
    );
    this.#byLoad.set(stacks, times);
    return times;
  }

  /**
   * Records that these stacks are served from now on. An empty list has no effect, because a reset serves an empty list
   * for a short time.
   */
  serve(stacks: Stacks): void {
    if (stacks.length > 0) this.#served = this.of(stacks);
  }
}
