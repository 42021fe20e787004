/** The invalidator in a Lambda function: configuration from the environment, real clock and network. */
import { setTimeout as pause } from 'node:timers/promises';
import { readCacheInvalidatorConfig } from '../config/cache-config.ts';
import { createRouter } from '../http/router.ts';
import type { Answered } from '../http/router.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { randomHex } from '../random-hex.ts';
import { createDynamoDbListing } from '../table/dynamodb-listing.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { parseInvalidation } from './invalidation.ts';
import { readEvent } from './invalidation-events.ts';
import type { StreamRule } from './invalidation-events.ts';
import { resumeAll, planInvalidation } from './invalidator.ts';
import type { InvalidatorPorts } from './invalidator.ts';
import { invalidatorRoutes } from './invalidator-routes.ts';
import { invalidateEdge } from './edge-poster.ts';
import { createStageCaches, flushAuthorizers } from './stage-cache-poster.ts';
import { openInvalidation } from './work-list.ts';

const STORE_TIMEOUT_MS = 2000;
/** Lambda's timeout is 300 s; a running refresh takes at most 30. */
const WITHIN_MS = 240_000;

export type Invalidator = (
  event: unknown,
  answered: Answered,
) => Promise<ProxyResult | { readonly finished: number }>;

/** @throws DomainError CONFIG_INVALID */
export function createLambdaInvalidator(): Invalidator {
  const { tableName, streams, stageApis, stageCaches, edge } = readCacheInvalidatorConfig();
  return createInvalidator(
    {
      store: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
      listing: createDynamoDbListing({ tableName }),
      clock: { nowEpochMs: () => Date.now() },
      random: { hex: randomHex, fraction: () => Math.random() },
      timer: { pause: (ms) => pause(ms) },
      stages: createStageCaches(stageCaches),
      stageApis,
      beyond: {
        flushAuthorizers: (...of) => flushAuthorizers(stageCaches, ...of),
        invalidateEdge: edge === undefined ? undefined : (...of) => invalidateEdge(edge, ...of),
      },
    },
    streams,
  );
}

/** Every request of an event is stored before any is carried out: a repeated event joins them. */
export function createInvalidator(ports: InvalidatorPorts, streams: readonly StreamRule[]): Invalidator {
  const answer = createRouter(invalidatorRoutes(ports));
  return async (event, answered) => {
    const brought = readEvent(event, streams);
    if (brought.kind === 'http') return await answer(event, answered);
    const options = brought.kind === 'time' ? [] : brought.options.map(parseInvalidation);
    for (const { dryRun, ...invalidation } of options)
      if (dryRun) await planInvalidation(ports, invalidation);
      else await openInvalidation(ports, invalidation, ports.clock.nowEpochMs());
    const finished = await resumeAll(ports, ports.clock.nowEpochMs() + WITHIN_MS);
    answered(brought.kind, undefined);
    return { finished };
  };
}
