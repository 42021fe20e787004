/**
 * Carries out invalidations. It drops entries of the answer cache. It refreshes entries of a stage cache by requesting
 * them with `Cache-Control: max-age=0`, which makes API Gateway call the backend. Each entry is processed at least
 * once, even after an interruption.
 */
import { failureOf, repeatCall } from '@gatewright/aws/retry';
import * as RETRIES from '@gatewright/aws/retry-rules';
import { sha256Hex } from '@gatewright/aws/sign-request';
import type { Random, Timer } from '../ports.ts';
import type { Item } from '../table/item-write.ts';
import { deleteEntry } from './entry-store.ts';
import type { OutsideCache, Invalidation } from './invalidation.ts';
import { entriesOf, markLabel, noteDropped, readMark } from './labels.ts';
import { OUTSIDE_KIND, outsideCacheOf, recordOf, stageOf, Tally } from './invalidation-report.ts';
import type { Report } from './invalidation-report.ts';
import type { StageRecord } from './stage-record.ts';
import {
  claim,
  finish,
  keepClaim,
  LEASE_MS,
  noteEntry,
  openWork,
  planEntry,
  plannedEntries,
} from './work-list.ts';
import type { Work, WorkPorts } from './work-list.ts';

export interface StageCaches {
  /** Sends a signed request for an entry with `Cache-Control: max-age=0`. */
  readonly refresh: (
    record: StageRecord,
  ) => Promise<{ readonly status: number; readonly warning: string | undefined }>;
  /**
   * Calls FlushStageCache. `throttled` means that the call may be repeated, for example because the account's rate
   * limit for the control plane is reached.
   */
  readonly flush: (apiId: string, stage: string) => Promise<Flushed>;
}

export type Flushed = 'done' | 'throttled' | 'refused';

/** Caches without entries in the table. */
export interface OutsideCaches {
  readonly flushAuthorizers: (api: 'rest' | 'http', apiId: string, stage: string) => Promise<Flushed>;
  /**
   * Calls CreateInvalidation. CloudFront treats calls with the same `reference` as one invalidation. `invalidateEdge`
   * is undefined if the stack has no distribution.
   */
  readonly invalidateEdge: ((paths: readonly string[], reference: string) => Promise<Flushed>) | undefined;
}

export type InvalidatorPorts = WorkPorts & {
  readonly stages: StageCaches;
  /**
   * Pairs of a namespace and an API id, such as `orders/a1b2c3d4e5`. A namespace's entries may be refreshed or flushed
   * only on these APIs.
   */
  readonly stageApis: ReadonlySet<string>;
  readonly beyond: OutsideCaches;
  readonly clock: { nowEpochMs(): number };
  readonly random: Random;
  readonly timer: Timer;
};

const SIDE_BY_SIDE = 8;

/** Reports what an invalidation would do. It only reads the index: it writes nothing, and calls no cache. */
export async function planInvalidation(
  { listing, clock, beyond, stageApis }: InvalidatorPorts,
  invalidation: Invalidation,
): Promise<Report> {
  const items = new Map<string, Item>();
  for (const label of invalidation.labels)
    for await (const { id, item } of entriesOf(listing, invalidation.namespace, label, clock.nowEpochMs()))
      items.set(id, item);
  const stages = flushedAbove(invalidation, items.values());
  const tally = new Tally();
  for (const item of items.values()) {
    const record = recordOf(item);
    if (item['kind'] !== 'stage') tally.add(item, 'dropped');
    else if (record === undefined) tally.add(item, 'unreadable');
    else if (!isOwnApi(stageApis, invalidation, record)) tally.add(item, 'unknown-api');
    else if (stages.has(stageOf(record))) tally.add(item, 'flushed');
    else
      tally.add(
        item,
        record.refusal === undefined ? 'refreshed' : invalidation.allowFlush ? 'flushed' : record.refusal,
      );
  }
  for (const cache of invalidation.beyond ?? []) {
    const isVain = cache.kind === 'edge' && beyond.invalidateEdge === undefined;
    tally.add(itemOf(cache), isVain ? 'no-distribution' : 'flushed');
  }
  return tally.report();
}

/**
 * Continues all unfinished work until the given time.
 * @returns number of finished invalidations
 */
export async function resumeAll(ports: InvalidatorPorts, untilEpochMs: number): Promise<number> {
  let finished = 0;
  for (const id of await openWork(ports)) {
    if (ports.clock.nowEpochMs() >= untilEpochMs) break;
    if ((await runInvalidation(ports, id, untilEpochMs)) === 'done') finished += 1;
  }
  return finished;
}

/** Carries out an invalidation. Returns `open` if time runs out, or if another process is working on it. */
export async function runInvalidation(
  ports: InvalidatorPorts,
  id: string,
  untilEpochMs: number,
): Promise<'done' | 'open'> {
  const owner = ports.random.hex(16);
  for (;;) {
    const work = await claim(ports, id, owner, ports.clock.nowEpochMs());
    if (work === undefined) return 'open';
    const report = await new Run(ports, work, owner, untilEpochMs).complete();
    if (report === undefined) return 'open';
    const at = { owner, report: JSON.stringify(report), nowEpochMs: ports.clock.nowEpochMs() };
    const end = await finish(ports, work, at);
    if (end !== 'again') return end === 'done' ? 'done' : 'open';
  }
}

class Run {
  readonly #ports: InvalidatorPorts;
  readonly #work: Work;
  readonly #owner: string;
  readonly #untilEpochMs: number;

  constructor(ports: InvalidatorPorts, work: Work, owner: string, untilEpochMs: number) {
    this.#ports = ports;
    this.#work = work;
    this.#owner = owner;
    this.#untilEpochMs = untilEpochMs;
  }

  /**
   * Continues the work and returns its report. Returns undefined if time runs out first. Any process may then continue
   * the work later.
   */
  async complete(): Promise<Report | undefined> {
    if (!this.#work.isPlanned) await this.#plan();
    const open: { readonly sk: string; readonly item: Item }[] = [];
    const all: Item[] = [];
    for await (const entry of plannedEntries(this.#ports, this.#work)) {
      all.push(entry.item);
      if (entry.item['state'] === 'open') open.push(entry);
    }
    const flushing = flushedAbove(this.#work.invalidation, all);
    for (let from = 0; from < open.length; from += SIDE_BY_SIDE) {
      if (!(await this.#goesOn())) return undefined;
      const some = open.slice(from, from + SIDE_BY_SIDE);
      await Promise.all(some.map(({ sk, item }) => this.#invalidate(sk, item, flushing)));
    }
    return await this.#conclude();
  }

  async #plan(): Promise<void> {
    const { invalidation } = this.#work;
    const { store, listing, clock } = this.#ports;
    for (const label of invalidation.labels) {
      await markLabel(store, invalidation.namespace, label, clock.nowEpochMs());
      let count = 0;
      for await (const { id, item } of entriesOf(
        listing,
        invalidation.namespace,
        label,
        clock.nowEpochMs(),
      )) {
        const { kind = 'response', doc, shown, expiresAt: until = 0 } = item;
        const known = {
          kind,
          until,
          ...(doc !== undefined && { doc }),
          ...(shown !== undefined && { shown }),
        };
        await planEntry(this.#ports, this.#work, id, known, clock.nowEpochMs());
        count += 1;
        if (count % 100 === 0) await this.#goesOn();
      }
    }
    for (const cache of invalidation.beyond ?? []) {
      const item = itemOf(cache);
      const id = sha256Hex(String(item['doc']));
      await planEntry(this.#ports, this.#work, id, item, clock.nowEpochMs());
    }
    await keepClaim(this.#ports, this.#work, this.#owner, { planned: 1 });
  }

  /**
   * Returns whether time is left and this process still owns the work. If so, it extends the lease of the process. If
   * time is up, it ends the lease.
   */
  async #goesOn(): Promise<boolean> {
    const nowEpochMs = this.#ports.clock.nowEpochMs();
    const isOver = nowEpochMs >= this.#untilEpochMs;
    const set = { leasedUntil: isOver ? 0 : nowEpochMs + LEASE_MS };
    return (await keepClaim(this.#ports, this.#work, this.#owner, set)) && !isOver;
  }

  async #invalidate(id: string, item: Item, flushing: ReadonlySet<string>): Promise<void> {
    const record = recordOf(item);
    let result = 'unreadable';
    // Stage caches are flushed one by one, after all entries, because the control plane allows few calls.
    if (item['kind'] === OUTSIDE_KIND) result = 'to-flush';
    else if (item['kind'] === 'response') {
      result = (await this.#drop(id, item)) ? 'dropped' : 'unavailable';
    } else if (record !== undefined) {
      if (!isOwnApi(this.#ports.stageApis, this.#work.invalidation, record)) result = 'unknown-api';
      else if (flushing.has(stageOf(record))) result = 'to-flush';
      else if (record.refusal !== undefined)
        result = this.#work.invalidation.allowFlush ? 'to-flush' : record.refusal;
      else result = await this.#refresh(id, record);
    }
    await noteEntry(this.#ports, this.#work, id, { state: 'done', result });
  }

  async #drop(id: string, { until = 0, shown }: Item): Promise<boolean> {
    const { store, clock } = this.#ports;
    const { namespace } = this.#work.invalidation;
    const atEpochMs = clock.nowEpochMs();
    if (!(await deleteEntry(store, namespace, id, atEpochMs))) return false;
    const item = { kind: 'response', expiresAt: until, ...(shown !== undefined && { shown }) };
    await noteDropped(store, namespace, { id, item, atEpochMs });
    return true;
  }

  /**
   * An entry counts as refreshed only when its backend has recorded it again, because the response alone may come from
   * the cache.
   */
  async #refresh(id: string, record: StageRecord): Promise<string> {
    const { store, stages } = this.#ports;
    const { namespace, allowFlush } = this.#work.invalidation;
    const { before, status, warning } = await repeatCall(
      async () => ({ before: await readMark(store, namespace, id), ...(await stages.refresh(record)) }),
      (reply) => ({ failure: reply.warning === undefined ? failureOf({ ...reply, code: '' }) : undefined }),
      RETRIES.refresh,
      this.#ports,
    );
    if (warning !== undefined) return 'not-allowed';
    if (status === 401 || status === 403) return 'refused';
    if (status >= 500 || status === 429) return allowFlush ? 'to-flush' : `status ${status}`;
    const mark = await readMark(store, namespace, id);
    return mark === undefined || mark === before ? 'unconfirmed' : 'refreshed';
  }

  async #conclude(): Promise<Report | undefined> {
    const tally = new Tally();
    const flushed = new Map<string, string>();
    const edges: { item: Item; cache: OutsideCache }[] = [];
    for await (const { item } of plannedEntries(this.#ports, this.#work)) {
      const result = String(item['result']);
      const record = recordOf(item);
      const beyond = outsideCacheOf(item);
      if (result !== 'to-flush') tally.add(item, result);
      else if (beyond?.kind === 'edge') edges.push({ item, cache: beyond });
      else if (beyond !== undefined) tally.add(item, await this.#forget(beyond));
      else if (record !== undefined) {
        const outcome = flushed.get(stageOf(record)) ?? (await this.#flushStage(record));
        flushed.set(stageOf(record), outcome);
        tally.add(item, outcome);
      }
    }
    // CloudFront comes last. Otherwise it could store an old response again that another cache has not dropped yet.
    for (const { item, cache } of edges) tally.add(item, await this.#forget(cache));
    return tally.report();
  }

  #flushStage({ apiId, stage }: StageRecord): Promise<string> {
    return this.#flush(() => this.#ports.stages.flush(apiId, stage));
  }

  async #forget(cache: OutsideCache): Promise<string> {
    const { flushAuthorizers, invalidateEdge } = this.#ports.beyond;
    if (cache.kind === 'authorizers')
      return await this.#flush(() => flushAuthorizers(cache.api, cache.apiId, cache.stage));
    if (invalidateEdge === undefined) return 'no-distribution';
    const { id, run } = this.#work;
    return await this.#flush(() => invalidateEdge(cache.paths, `gatewright-${id}-${run}`));
  }

  async #flush(call: () => Promise<Flushed>): Promise<string> {
    const outcome = await repeatCall(
      async () => {
        await this.#goesOn();
        return await call();
      },
      (flushed) => ({ failure: flushed === 'throttled' ? 'busy' : undefined }),
      RETRIES.flush,
      this.#ports,
    );
    if (outcome === 'throttled') return 'flush-throttled';
    return outcome === 'done' ? 'flushed' : 'flush-refused';
  }
}

function isOwnApi(
  stageApis: ReadonlySet<string>,
  { namespace }: Invalidation,
  { apiId }: StageRecord,
): boolean {
  return stageApis.has(`${namespace}/${apiId}`);
}

function itemOf(cache: OutsideCache): Item {
  return { kind: OUTSIDE_KIND, doc: JSON.stringify(cache) };
}

function flushedAbove({ flushAbove }: Invalidation, items: Iterable<Item>): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const record = recordOf(item);
    if (record !== undefined) counts.set(stageOf(record), (counts.get(stageOf(record)) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count > (flushAbove ?? Infinity)).map(([stage]) => stage));
}
