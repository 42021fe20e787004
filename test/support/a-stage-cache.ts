/** A stage cache whose entries are found by the records that cacheTags() wrote into the answer cache's table. */
import type { OutsideCaches, InvalidatorPorts, StageCaches } from '#shared/cache/invalidator.ts';
import { writeIndex } from '#shared/cache/labels.ts';
import { createInvalidator } from '#shared/cache/lambda-invalidator.ts';
import { REAL_RANDOM } from './real-quota-ports.ts';
import type { RecordingTable } from './table-calls.ts';
import type { CacheDesk } from './a-response-cache.ts';

export const NO_STAGES: StageCaches = {
  refresh: () => Promise.reject(new Error('nobody asked for this')),
  flush: () => Promise.reject(new Error('nobody asked for this')),
};
const NO_BEYOND: OutsideCaches = {
  flushAuthorizers: () => Promise.reject(new Error('nobody asked for this')),
  invalidateEdge: undefined,
};
export const portsAt = (
  at: CacheDesk,
  stages: StageCaches = NO_STAGES,
  beyond: OutsideCaches = NO_BEYOND,
): InvalidatorPorts => {
  const { store, clock, random, timer } = at.ports;
  const stageApis = new Set(['orders/abcdefghij']);
  return { store, listing: at.listing, clock, random, timer, stages, stageApis, beyond };
};

/** Stores entries as cacheTags() does, under keys that no test requests. */
export async function recordAt(desk: CacheDesk, count: number, refusal?: string): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const record = {
      apiId: 'abcdefghij',
      stage: 'dev',
      method: 'GET',
      path: `/p/${index}`,
      query: [],
      headers: [],
      refusal,
    };
    const id = index.toString(16).padStart(64, '0');
    const item = {
      kind: 'stage',
      doc: JSON.stringify(record),
      mark: 'old',
      expiresAt: desk.nowMs / 1000 + 300,
    };
    await writeIndex(desk.ports.store, 'orders', { labels: ['all', 'tag:t'], id, item });
  }
}

/** API Gateway, whose backend records each new answer. */
export function recordingAt(
  desk: CacheDesk,
  seen: string[],
  die: (path: string) => boolean = () => false,
): StageCaches {
  return {
    async refresh({ path }) {
      seen.push(path);
      if (die(path)) throw new Error('the process ends here');
      const id = Number(path.slice(3)).toString(16).padStart(64, '0');
      const item = {
        kind: 'stage',
        doc: '{}',
        mark: `new ${seen.length}`,
        expiresAt: desk.nowMs / 1000 + 300,
      };
      await writeIndex(desk.ports.store, 'orders', { labels: ['all'], id, item });
      return { status: 200, warning: undefined };
    },
    flush: NO_STAGES.flush,
  };
}

/** An answer that is dropped, and an entry of a stage cache that is requested again. */
export async function invalidateStored(
  cache: RecordingTable,
  clock: InvalidatorPorts['clock'],
): Promise<void> {
  const expiresAt = clock.nowEpochMs();
  const record = { apiId: 'a', stage: 's', method: 'GET', path: '/p', query: [], headers: [] };
  const stage = { kind: 'stage', doc: JSON.stringify(record), mark: 'm', expiresAt };
  for (const [id, item] of [['1', { kind: 'response', expiresAt }] as const, ['2', stage] as const])
    await writeIndex(cache.store, 'shop', { labels: ['all', 'tag:t'], id, item });
  cache.take();
  const stages = {
    refresh: () => Promise.resolve({ status: 200, warning: undefined }),
    flush: () => Promise.resolve('done' as const),
  };
  const { store, listing } = cache;
  const invalidator = createInvalidator(
    {
      store,
      listing,
      clock,
      random: REAL_RANDOM,
      timer: { pause: () => Promise.resolve() },
      stages,
      stageApis: new Set(['shop/a']),
      beyond: NO_BEYOND,
    },
    [],
  );
  await invalidator({ invalidate: { namespace: 'shop', tags: ['t'] } }, () => undefined);
}
