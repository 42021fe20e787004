/**
 * Permits that this process still has to release, because a release failed, or because a permit may be granted after
 * the process has stopped waiting for it. Later calls retry the release. Otherwise an outage of a few seconds would
 * block the limit until the deadlines of requests that ended long ago.
 */
import type { AgeClock, ItemStore } from '../../ports.ts';
import type { ItemKey } from '../../table/item-write.ts';
import { elapsedMs, momentOf } from '../age.ts';
import type { Moment } from '../age.ts';
import { releaseWrite } from './semaphore.ts';

type PendingRelease = {
  readonly key: ItemKey;
  readonly id: string;
  readonly since: Moment;
  /**
   * True if the process may still get the permit from a write without a response. False if the process has the permit,
   * so that one response to its release is enough.
   */
  readonly mayLand: boolean;
};

/** Maximum time after which a write may still be applied. DynamoDB applies or drops a write within seconds. */
const MAY_LAND_MS = 60_000;
const EVERY_MS = 1000;
const AT_ONCE = 25;
const MAX_OWED = 1000;

export class PendingReleases {
  readonly #at: { readonly store: Pick<ItemStore, 'update'>; readonly clock: AgeClock };
  #owed: readonly PendingRelease[] = [];
  #triedAt: Moment | undefined;
  #isTrying = false;

  constructor(at: { readonly store: Pick<ItemStore, 'update'>; readonly clock: AgeClock }) {
    this.#at = at;
  }

  add(key: ItemKey, id: string, mayLand: boolean): void {
    const owed = { key, id, mayLand, since: momentOf(this.#at.clock) };
    this.#owed = [...this.#owed, owed].slice(-MAX_OWED);
  }

  /** Retries some of the releases, at most once a second. It never fails. */
  async settle(): Promise<void> {
    const { clock } = this.#at;
    if (this.#owed.length === 0 || this.#isTrying) return;
    if (this.#triedAt !== undefined && elapsedMs(clock, this.#triedAt) < EVERY_MS) return;
    this.#triedAt = momentOf(clock);
    this.#isTrying = true;
    try {
      const some = this.#owed.slice(0, AT_ONCE);
      const isOver = await Promise.all(some.map((owed) => this.#release(owed)));
      const over = new Set(some.filter((_, index) => isOver[index]));
      const others = this.#owed.filter((owed) => !over.has(owed));
      // Releases that were retried and failed go to the end of the list.
      this.#owed = [
        ...others.filter((owed) => !some.includes(owed)),
        ...others.filter((owed) => some.includes(owed)),
      ];
    } finally {
      this.#isTrying = false;
    }
  }

  async #release({ key, id, since, mayLand }: PendingRelease): Promise<boolean> {
    const { kind } = await this.#at.store.update(releaseWrite(key, id));
    if (kind === 'done') return true;
    const isOld = elapsedMs(this.#at.clock, since) > MAY_LAND_MS;
    return kind === 'refused' && (!mayLand || isOld);
  }
}
