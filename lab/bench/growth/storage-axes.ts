/**
 * These axes vary how much a gateway stores while it serves: the number of API keys, of responses in a stage cache, and
 * of items in tables.
 */
import { APIGatewayClient, GetUsagePlansCommand, ImportApiKeysCommand } from '@aws-sdk/client-api-gateway';
import { median } from '../report.ts';
import { listRequests, readRing } from '../targets.ts';
import type { Axis, Figures } from './axis.ts';
import { MEMORY, OF_REQUESTS } from './columns.ts';
import { askUnderLoad, CREDENTIALS, load, restingMegabytes, serving } from './served.ts';
import type { Served } from './served.ts';
import { cachedRoute, httpRoutes, keyOf, keysAndPlans } from './stacks.ts';

const MICROS = 1_000;
const LISTED = 11;

/** Imports `count` API keys. Their numbers begin at 1, because the template contains key 0. */
async function importKeys({ control }: Served, count: number): Promise<void> {
  const client = new APIGatewayClient({ endpoint: control, region: 'us-east-1', credentials: CREDENTIALS });
  const { items = [] } = await client.send(new GetUsagePlansCommand({}));
  const rows = Array.from({ length: count }, (_, n) => `k${n},${keyOf(n + 1)},true,${items[0]?.id ?? ''}`);
  const body = Buffer.from(['name,key,enabled,usageplanids', ...rows].join('\n'));
  const { ids, warnings = [] } = await client.send(
    new ImportApiKeysCommand({ body, format: 'csv', failOnWarnings: true }),
  );
  if (ids?.length !== count)
    throw new Error(
      `only ${ids?.length ?? 0} of ${count} API keys were imported: ${warnings[0] ?? 'no warning was returned'}`,
    );
}

const apiKeys: Axis = {
  name: 'api-keys',
  title: 'API keys',
  counts: 'API keys of one usage plan',
  sizes: [10, 100, 1_000, 10_000],
  columns: [
    { key: 'importMs', title: 'import of all, ms', digits: 1, atMost: 'linear' },
    ...OF_REQUESTS,
    MEMORY,
  ],
  how: 'A method that requires an API key; a file of keys is imported with ImportApiKeys, and all keys are used in turn. AWS does not raise the limit of 10,000 keys per account, and the gateway enforces it too, so the axis ends there.',
  why: 'A key is found by its value in one map, and its usage is counted separately.',
  measure: (size, seconds) =>
    serving({ name: 'api-keys', template: keysAndPlans(1, 1) }, async (served) => {
      const fromMs = performance.now();
      await importKeys(served, size - 1);
      const importMs = performance.now() - fromMs;
      const headers = { 'x-api-key': keyOf('{n}') };
      return { ...(await askUnderLoad(served, { path: '/dev/r', turns: size, headers, seconds })), importMs };
    }),
};

const cacheEntries: Axis = {
  name: 'cache-entries',
  title: 'Entries of a stage cache',
  counts: 'cached responses',
  sizes: [10, 100, 1_000, 10_000, 100_000],
  columns: [
    { key: 'fillMicros', title: 'time to create an entry, µs', digits: 1, atMost: 'flat' },
    ...OF_REQUESTS,
    MEMORY,
    { key: 'entryBytes', title: 'bytes per entry' },
  ],
  how: 'A GET method of a REST API whose stage caches responses by a query parameter: each entry is created once, then all are requested in turn. The number of entries is limited by their size (256 MB, or the size of the cluster if that is smaller).',
  why: 'An entry is found by its key in one map and moves to the end of a list; entries at the beginning of the list are evicted first.',
  measure: (size, seconds) =>
    serving({ name: 'cache-entries', template: cachedRoute() }, async (served) => {
      const asked = { path: '/dev/r?n={n}', turns: size };
      // Warms up the code, so that the memory of the first requests is not counted as memory of cache entries.
      await load(served, { path: '/dev/r?n=warm', seconds: 2 });
      const before = await restingMegabytes(served);
      const fromMs = performance.now();
      await load(served, { ...asked, seconds: 0, requestsAtLeast: size });
      const fillMicros = ((performance.now() - fromMs) * MICROS) / size;
      const after = await restingMegabytes(served);
      const figures = await askUnderLoad(served, { ...asked, requestsAtLeast: 0, seconds });
      return {
        ...figures,
        fillMicros: size < 1_000 ? undefined : fillMicros,
        ...perItem(size, before, after),
      };
    }),
};

const recorded: Axis = {
  name: 'recorded',
  title: 'Recorded requests',
  counts: 'requests recorded with `--record`',
  sizes: [100, 1_000, 10_000, 20_000],
  columns: [
    ...OF_REQUESTS,
    { key: 'pageMs', title: 'first 250 rows, ms', digits: 1, atMost: 'flat' },
    { key: 'searchMs', title: 'search that finds nothing, ms', digits: 1, atMost: 'linear' },
    MEMORY,
    { key: 'recordBytes', title: 'bytes per record' },
  ],
  how: 'One route of an HTTP API, called until the maximum number of requests is recorded (`--record-all`). All records together take at most 32 MB.',
  why: 'A new record replaces the oldest. A list reads from the newest record on, and a search reads all records.',
  measure: (size, seconds) =>
    serving(
      {
        name: 'recorded',
        template: httpRoutes(1),
        words: ['--record-all', '--record', String(size)],
      },
      async (served) => {
        const figures = await askUnderLoad(served, { path: '/r0', requestsAtLeast: size, seconds });
        const { kept = 0, bytes = NaN } = (await readRing(served.folder)) ?? {};
        if (kept !== size) throw new Error(`only ${kept} of ${size} requests were recorded`);
        return {
          ...figures,
          pageMs: await listMs(served, 'limit=250'),
          searchMs: await listMs(served, 'limit=250&search=of-none-of-them'),
          recordBytes: bytes / size,
        };
      },
    ),
};

/** Returns the median duration of several calls, because the first call runs cold code. */
async function listMs({ folder }: Served, query: string): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < LISTED; time += 1) {
    const fromMs = performance.now();
    await listRequests(folder, query);
    taken.push(performance.now() - fromMs);
  }
  return median(taken);
}

/**
 * Returns the memory for each entry. Returns nothing below a thousand entries, because uncollected garbage takes more
 * memory than so few entries do.
 */
function perItem(size: number, beforeMb: number | undefined, afterMb: number | undefined): Figures {
  if (beforeMb === undefined || afterMb === undefined || size < 1_000) return {};
  return { entryBytes: ((afterMb - beforeMb) * 2 ** 20) / size };
}

export const STORAGE_AXES: readonly Axis[] = [apiKeys, cacheEntries, recorded];
