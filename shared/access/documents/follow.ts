/**
 * Provides the current documents. A request waits for the table only if no documents have been read yet, or if the
 * last successful read was at least a minute ago; otherwise the table is read in parallel with requests. After a
 * failed read, the last good documents stay in use. If there are none, the call fails.
 */
import { DomainError } from '../../errors.ts';
import type { Clock, ItemStore, Observer } from '../../ports.ts';
import { readAccessItem } from '../access-item.ts';
import type { CompiledAccess } from '../compiled-document.ts';
import { headKey, parseVersion, readDocuments } from './publication.ts';

/** Interval after which the table is read again, in parallel with a request. */
export const REFRESH_MS = 20_000;
/** If the last successful read is older, a request waits for the table. */
export const MAX_AGE_MS = 60_000;
/** Maximum time for which a request waits for the table. It includes the time to connect after a cold start. */
const WAIT_MS = 2_500;
/** The pause after a failed read. As long as there are no good documents, each request reads the table. */
const RETRY_MS = 5_000;

type FollowPorts = {
  readonly store: Pick<ItemStore, 'read'>;
  readonly clock: Clock;
  readonly observer: Pick<Observer, 'count'>;
  /** Returns a promise that is rejected after the given time. */
  readonly timeout: (ms: number) => Promise<never>;
};

type Good<Made> = { readonly checksum: string; readonly made: Made; checkedAtMs: number };

/**
 * Follows the published documents.
 * @param bundled the documents that are used until some are published
 * @param make throws if this function cannot use the documents
 * @returns a function that provides what `make` returned for the current documents. If no good documents are known, it
 * throws the DomainError of the failed read or of `make`, otherwise STORE_UNAVAILABLE.
 */
export function followPublished<Made>(
  ports: FollowPorts,
  bundled: CompiledAccess,
  make: (access: CompiledAccess) => Made,
): () => Promise<Made> {
  const { store, clock, observer } = ports;
  let good: Good<Made> | undefined;
  let running: Promise<void> | undefined;
  let failedAtMs = -Infinity;

  const look = async (): Promise<void> => {
    const head = parseVersion(await readAccessItem(store, headKey()));
    const checksum = head?.checksum ?? '';
    const checkedAtMs = clock.nowEpochMs();
    if (good?.checksum === checksum) {
      good.checkedAtMs = checkedAtMs;
      return;
    }
    // The published documents were deleted. The documents in the bundle must not be used instead, because they may
    // allow more.
    if (head === undefined && good !== undefined)
      throw new DomainError('STORE_UNAVAILABLE', 'the published documents no longer exist');
    const made = make(head === undefined ? bundled : await readDocuments(store, head));
    good = { checksum, made, checkedAtMs };
    observer.count('DocumentsLoaded');
  };
  const refresh = (): Promise<void> => {
    running ??= look()
      .catch((error: unknown) => {
        failedAtMs = clock.nowEpochMs();
        observer.count('DocumentsFailed');
        throw error;
      })
      .finally(() => (running = undefined));
    return running;
  };
  return async () => {
    const nowMs = clock.nowEpochMs();
    const ageMs = good === undefined ? Infinity : nowMs - good.checkedAtMs;
    const mayAsk = nowMs - failedAtMs >= RETRY_MS;
    if (ageMs >= MAX_AGE_MS && (mayAsk || good === undefined))
      await Promise.race([refresh(), ports.timeout(WAIT_MS)]).catch((error: unknown) => {
        if (good === undefined) throw unavailable(error);
      });
    else if (ageMs >= REFRESH_MS && mayAsk) refresh().catch(() => undefined);
    if (good === undefined) throw unavailable(undefined);
    return good.made;
  };
}

function unavailable(cause: unknown): DomainError {
  return cause instanceof DomainError
    ? cause
    : new DomainError('STORE_UNAVAILABLE', 'the published documents cannot be read now', { cause });
}
