/** When each stack was first loaded, and last loaded again. */
import type { ResolvedStack } from '../core/stack/model.ts';

export type LoadTime = {
  readonly createdMs: number;
  /** Undefined = it has not been loaded again. */
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

  /** By the name of the stack: of a load that is under way, or that was. */
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

  /** They are served from now on; no stacks at all, as during a reset, change nothing. */
  serve(stacks: Stacks): void {
    if (stacks.length > 0) this.#served = this.of(stacks);
  }
}
