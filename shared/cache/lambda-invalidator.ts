/** The invalidator in a Lambda function: configuration from the environment, real clock and network. */
import { setTimeout as pause } from 'node:timers/promises';
import { readCacheInvalidatorConfig } from '../config/cache-config.ts';
import { createRouter } from '../http/router.ts';
import type { OnAnswer } from '../http/router.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { randomHex } from '../random-hex.ts';
import { createDynamoDbListing } from '../table/dynamodb-listing.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { parseInvalidation } from './invalidation.ts';
import { resumeAll, planInvalidation } from './invalidator.ts';
import type { InvalidatorPorts } from './invalidator.ts';
import { invalidatorRoutes } from './invalidator-routes.ts';
import { invalidateEdge } from './edge-poster.ts';
import { createStageCaches, flushAuthorizers } from './stage-cache-poster.ts';
import { openInvalidation } from './work-list.ts';
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import { DomainError, RequestInvalid } from '../errors.ts';
import { isTag } from './entry-labels.ts';

const STORE_TIMEOUT_MS = 2000;
/**
 * Time for the work of one invocation. Lambda's timeout is 300 s, and a refresh that is running may take another 30 s.
 */
const WITHIN_MS = 240_000;

type InvalidatorResult = {
  readonly finished: number;
  /** For each dry run in the event, the changes that it would have made. */
  readonly reports?: readonly Awaited<ReturnType<typeof planInvalidation>>[];
};

export type Invalidator = (event: unknown, answered: OnAnswer) => Promise<ProxyResult | InvalidatorResult>;

/**
 * Creates the invalidator of a Lambda function.
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
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

/**
 * Creates the invalidator. It stores every invalidation of an event before it carries out the first one. If the event
 * is repeated, its invalidations join the stored ones.
 */
export function createInvalidator(ports: InvalidatorPorts, streams: readonly StreamRule[]): Invalidator {
  const answer = createRouter(invalidatorRoutes(ports));
  return async (event, answered) => {
    const brought = readEvent(event, streams);
    if (brought.kind === 'http') return await answer(event, answered);
    const options = brought.kind === 'time' ? [] : brought.options.map(parseInvalidation);
    const reports = [];
    for (const { dryRun, ...invalidation } of options)
      if (dryRun) reports.push(await planInvalidation(ports, invalidation));
      else await openInvalidation(ports, invalidation, ports.clock.nowEpochMs());
    const finished = await resumeAll(ports, ports.clock.nowEpochMs() + WITHIN_MS);
    answered(brought.kind, undefined);
    return { finished, ...(reports.length > 0 && { reports }) };
  };
}

/**
 * Says which tags a record in a table's stream invalidates. A tag such as `order:{id}` is filled in twice: once with
 * the attributes before the change, and once with the attributes after it.
 */
type StreamRule = {
  readonly table: string;
  readonly namespace: string;
  readonly tags: readonly string[];
};

type InvalidationBatch =
  | { readonly kind: 'http' }
  /** Each entry of `options` is input for `parseInvalidation`. */
  | { readonly kind: 'invalidations'; readonly options: readonly unknown[] }
  /** The schedule invoked the function. */
  | { readonly kind: 'time' };

/**
 * Reads the invalidations from the event that invoked the function.
 * @throws DomainError EVENT_MALFORMED if the event has an unknown form, because a request must not be lost silently
 */
function readEvent(event: unknown, rules: readonly StreamRule[]): InvalidationBatch {
  if (!isJsonObject(event)) throw malformed();
  const { source, detail, Records: records, invalidate, requestContext } = event;
  if (isJsonObject(requestContext)) return { kind: 'http' };
  if (source === 'aws.events') return { kind: 'time' };
  if (isJsonObject(detail)) return { kind: 'invalidations', options: [detail] };
  if (invalidate !== undefined) return { kind: 'invalidations', options: [invalidate] };
  if (!Array.isArray(records)) throw malformed();
  return { kind: 'invalidations', options: records.flatMap((record: unknown) => readRecord(record, rules)) };
}

function readRecord(record: unknown, rules: readonly StreamRule[]): readonly unknown[] {
  const { Sns: sns, dynamodb, eventSourceARN: arn } = Object(record) as Readonly<Record<string, unknown>>;
  if (isJsonObject(sns)) {
    const message = typeof sns['Message'] === 'string' ? parseJsonObject(sns['Message']) : undefined;
    if (message === undefined) throw new RequestInvalid('Message', 'must be a JSON object');
    return [message];
  }
  if (!isJsonObject(dynamodb) || typeof arn !== 'string') throw malformed();
  const table = /:table\/([^/]+)\/stream\//.exec(arn)?.[1];
  const known = rules.filter((rule) => rule.table === table);
  if (known.length === 0)
    throw new DomainError(
      'CONFIG_INVALID',
      `GATEWRIGHT_CACHE_STREAMS has no rule for the table ${table ?? arn}: add one, or disconnect the stream`,
    );
  const images = [dynamodb['Keys'], dynamodb['OldImage'], dynamodb['NewImage']].filter(isJsonObject);
  return known.flatMap(({ namespace, tags }) => {
    const filled = new Set(
      tags.flatMap((tag) => images.map((image) => fillIn(tag, { ...images[0], ...image }))),
    );
    const good = [...filled].filter(isTag);
    return good.length === 0 ? [] : [{ namespace, tags: good }];
  });
}

/** Fills attributes into a tag. Returns undefined if an attribute is missing, or is neither text nor number. */
function fillIn(tag: string, image: Readonly<Record<string, unknown>>): string | undefined {
  const names = [...tag.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  const values = new Map(names.map((name) => [name, valueOf(image[name])]));
  if ([...values.values()].includes(undefined)) return undefined;
  return tag.replace(/\{([^}]+)\}/g, (_, name: string) => values.get(name) ?? '');
}

function valueOf(attribute: unknown): string | undefined {
  const { S: text, N: number } = Object(attribute) as { readonly S?: unknown; readonly N?: unknown };
  const value = text ?? number;
  return typeof value === 'string' ? value : undefined;
}

function malformed(): DomainError {
  return new DomainError('EVENT_MALFORMED', 'the event contains no request for invalidation');
}
