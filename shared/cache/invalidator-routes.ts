/**
 * Routes of the function cache-invalidator on the API of the admin functions. The OpenAPI document is generated from
 * these routes.
 */
import { DomainError, RequestInvalid } from '../errors.ts';
import { optional, text, wholeNumber } from '../http/fields.ts';
import { jsonReply } from '../http/reply.ts';
import { documentRoute, readRoute } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { tagLabel } from './entry-labels.ts';
import { NAMESPACE, parseInvalidation } from './invalidation.ts';
import type { Invalidation } from './invalidation.ts';
import { printRecord } from './invalidation-report.ts';
import { runInvalidation, planInvalidation } from './invalidator.ts';
import type { InvalidatorPorts } from './invalidator.ts';
import { entriesOf, isDropped } from './labels.ts';
import { parseStageRecord } from './stage-record.ts';
import { openInvalidation, findWork } from './work-list.ts';

const INFO = { title: 'Gatewright caches', version: '1', description: 'Invalidations of cached responses.' };
/** Time for an invalidation within a request. It is short, because API Gateway times out after 30 s. */
const WITHIN_MS = 15_000;
const MAX_SHOWN = 1000;

const INVALIDATION = {
  type: 'object',
  required: ['namespace'],
  additionalProperties: false,
  properties: {
    namespace: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    paths: { type: 'array', items: { type: 'string' } },
    parts: {
      type: 'array',
      items: { type: 'string' },
      description: 'query.page=2, header.accept-language=de',
    },
    all: { type: 'boolean' },
    authorizers: {
      type: 'array',
      items: { type: 'string' },
      description: 'stages; their authorizer caches are flushed: rest/a1b2c3d4e5/prod, http/…',
    },
    edgePaths: {
      type: 'array',
      items: { type: 'string' },
      description: 'paths to invalidate in the CloudFront distribution, for example /orders/*',
    },
    allowFlush: { type: 'boolean' },
    flushAbove: { type: 'integer', minimum: 0 },
    dryRun: { type: 'boolean' },
  },
};

/** Records an invalidation and carries out as much of it as time allows. The scheduled function does the rest. */
async function invalidate(
  ports: InvalidatorPorts,
  invalidation: Invalidation,
  untilEpochMs: number,
): Promise<{
  readonly id: string;
  readonly state: string;
  readonly report: unknown;
  readonly joined: boolean;
}> {
  const { id, joined } = await openInvalidation(ports, invalidation, ports.clock.nowEpochMs());
  await runInvalidation(ports, id, untilEpochMs);
  return { ...(await stateOf(ports, id)), joined };
}

async function stateOf(ports: InvalidatorPorts, id: string) {
  const work = await findWork(ports, id);
  if (work === undefined)
    throw new DomainError('ROUTE_UNKNOWN', 'there is no such invalidation, or it was deleted');
  const report: unknown = work.state === 'done' ? JSON.parse(work.report ?? 'null') : null;
  return { id, state: work.state, report };
}

export function invalidatorRoutes(ports: InvalidatorPorts): readonly Route[] {
  const openApi = readRoute(
    {
      path: '/cache/openapi.json',
      id: 'describeCacheApi',
      summary: 'This description',
      answer: { description: 'OpenAPI 3.1' },
    },
    async () => {
      const { describeRoutes } = await import('../http/openapi.ts');
      return jsonReply(200, describeRoutes(INFO, routes));
    },
  );
  const ask = documentRoute(
    {
      method: 'POST',
      path: '/cache/invalidations',
      id: 'invalidate',
      summary: 'Invalidate cached responses',
      document: INVALIDATION,
      answer: {
        description:
          '200: the invalidation is done. 202: it is not finished yet; a scheduled run continues it every minute.',
      },
    },
    async ({ body }) => {
      const { dryRun, ...invalidation } = parseInvalidation(body);
      if (dryRun)
        return jsonReply(200, { state: 'dry-run', report: await planInvalidation(ports, invalidation) });
      const done = await invalidate(ports, invalidation, ports.clock.nowEpochMs() + WITHIN_MS);
      return jsonReply(done.state === 'done' ? 200 : 202, done);
    },
  );
  const look = readRoute(
    {
      path: '/cache/invalidations/{id}',
      id: 'getInvalidation',
      summary: 'The state of an invalidation',
      answer: { description: 'Its state, and its result once it is done' },
    },
    async ({ path: { id } }) => jsonReply(200, await stateOf(ports, id)),
  );
  const routes: readonly Route[] = [openApi, ask, look, showRoute(ports)];
  return routes;
}

function showRoute({ listing, store, clock }: InvalidatorPorts): Route {
  return readRoute(
    {
      path: '/cache/entries',
      id: 'listCacheEntries',
      summary: 'Known cached responses',
      query: {
        namespace: text('Namespace of the entries.', { pattern: NAMESPACE, maxLength: 64 }),
        tag: optional(text('Only entries with this tag.', { maxLength: 256 })),
        limit: optional(wholeNumber('Number of entries; default 100.', { min: 1, max: MAX_SHOWN })),
      },
      answer: {
        description: 'Entries of the answer cache, and entries of stage caches that cacheTags() has recorded',
      },
    },
    async ({ query: { namespace, tag, limit = 100 } }) => {
      if (tag === '') throw new RequestInvalid('tag', 'must not be empty');
      const entries = [];
      let hasMore = false;
      const label = tag === undefined ? 'all' : tagLabel(tag);
      for await (const { id, item } of entriesOf(listing, namespace, label, clock.nowEpochMs())) {
        const record = item['kind'] === 'stage' ? parseStageRecord(item['doc']) : undefined;
        // The index lists an entry until it expires, even if it was invalidated before.
        if (record === undefined && (await isDropped(store, namespace, label, { id, item }))) continue;
        hasMore = entries.length === limit;
        if (hasMore) break;
        const shown = typeof item['shown'] === 'string' ? { entry: item['shown'] } : {};
        entries.push({
          id,
          kind: record === undefined ? 'response' : 'recorded-by-cacheTags',
          ...(record === undefined ? shown : { entry: printRecord(record), refusal: record.refusal ?? null }),
          until: new Date(Number(item['expiresAt']) * 1000).toISOString(),
        });
      }
      return jsonReply(200, { entries, hasMore });
    },
  );
}
