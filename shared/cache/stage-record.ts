/**
 * Records of responses that API Gateway's stage cache is about to store. `cacheTags()` writes them, because API Gateway
 * cannot list the entries of its cache.
 */
import { createHash } from 'node:crypto';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import { pathParametersOf } from '../aws/read-request.ts';
import type { ItemStore, Random } from '../ports.ts';
import { headerOf, parseCachedRequest } from './cached-request.ts';
import type { CachedRequest } from './cached-request.ts';
import { keyHeaders } from './cache-key.ts';
import type { KeyParameters } from './cache-key.ts';
import { labelsOf } from './entry-labels.ts';
import { CREDENTIAL_HEADERS } from '@gatewright/aws/credential-headers';
import { isInvalidated, writeIndex } from './labels.ts';
import type { Label } from './labels.ts';

type Pair = readonly [name: string, value: string];

export type StageRecord = {
  readonly apiId: string;
  readonly stage: string;
  readonly method: string;
  /** The path below the stage: the resource's path with the values of its parameters, percent-encoded. */
  readonly path: string;
  readonly query: readonly Pair[];
  readonly headers: readonly Pair[];
  /** The reason why no signed request can refresh the entry. It is undefined if a signed request can refresh it. */
  readonly refusal: Refusal | undefined;
};

/**
 * `authorizer`: the route has a Lambda or Cognito authorizer, which refuses a signed request. `api-key`: the value of
 * the key is not stored. `credential`: a key parameter is a credential. `method`: repeating the request might change
 * something.
 */
type Refusal = 'authorizer' | 'api-key' | 'credential' | 'method';

type RecordPorts = {
  readonly store: ItemStore;
  readonly random: Random;
  readonly clock: { nowEpochMs(): number };
  readonly namespace: string;
};

/** API ids and stages come from a table and become part of an address, so they are checked. */
export const API_ID = /^[a-z0-9]{1,32}$/;
export const STAGE = /^[A-Za-z0-9_$-]{1,128}$/;

/**
 * Creates the record of a response from its request.
 * @returns undefined for an event that is not a request to a REST API's stage
 */
function toStageRecord(event: unknown, parameters: KeyParameters): StageRecord | undefined {
  const request = parseCachedRequest(event);
  const resourcePath = request?.event.context['resourcePath'];
  if (request === undefined || typeof resourcePath !== 'string') return undefined;
  const names = parameters.query ?? [...request.query.keys()];
  const headers = keyHeaders(parameters);
  const values = pathParametersOf(request.event);
  return {
    apiId: request.apiId,
    stage: request.stage,
    method: request.method,
    path: resourcePath.replace(/\{([^}+]+)\+?\}/g, (_, name: string) =>
      (asText(values[name]) ?? '').split('/').map(encodeURIComponent).join('/'),
    ),
    query: names.flatMap((name) => (request.query.get(name) ?? []).map((value): Pair => [name, value])),
    headers: headers.flatMap((name): Pair[] => {
      const value = CREDENTIAL_HEADERS.has(name) ? undefined : headerOf(request, name);
      return value === undefined ? [] : [[name, value]];
    }),
    refusal: refusalOf(request, headers),
  };
}

function refusalOf({ method, event }: CachedRequest, headers: readonly string[]): Refusal | undefined {
  if (method !== 'GET' && method !== 'HEAD') return 'method';
  // An entry whose key contains a credential cannot be requested again: a signature would replace the header, or the
  // value is a secret that is never stored.
  if (headers.some((name) => CREDENTIAL_HEADERS.has(name))) return 'credential';
  if (typeof event.identity['apiKey'] === 'string') return 'api-key';
  return Object.keys(event.authorizer).length > 0 ? 'authorizer' : undefined;
}

/**
 * Reads a record that `cacheTags()` has written. Returns undefined if the text has any other form. Attack: a function
 * that may write a namespace's labels could otherwise make the invalidator sign a request with another stage, method or
 * header.
 */
export function parseStageRecord(text: unknown): StageRecord | undefined {
  const record = typeof text === 'string' ? parseJsonObject(text) : undefined;
  if (record === undefined) return undefined;
  const { apiId, stage, method, path, query, headers, refusal } = record;
  const isSignable = method === 'GET' || method === 'HEAD' || refusal !== undefined;
  if (typeof apiId !== 'string' || typeof stage !== 'string' || typeof method !== 'string' || !isSignable)
    return undefined;
  if (!API_ID.test(apiId) || !STAGE.test(stage) || typeof path !== 'string' || !isPlainPath(path))
    return undefined;
  if (!isPairs(query) || !isPairs(headers) || headers.some(([name]) => !isKeyHeader(name))) return undefined;
  return { apiId, stage, method, path, query, headers, refusal: refusal as Refusal | undefined };
}

/** Whether a URL keeps the path unchanged: no segment goes up one level, and no part of it is read as a query. */
function isPlainPath(path: string): boolean {
  return /^\/(?!\/)/.test(path) && new URL(path, 'https://api').pathname === path;
}

function isPairs(value: unknown): value is readonly Pair[] {
  return (
    Array.isArray(value) &&
    value.every(
      (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === 'string'),
    )
  );
}

function isKeyHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower !== 'host' && lower !== 'cache-control' && !CREDENTIAL_HEADERS.has(lower);
}

/** Returns the id of a record. It is the same in every function that records the same request. */
function recordId({ apiId, stage, method, path, query, headers }: StageRecord): string {
  return createHash('sha256')
    .update(JSON.stringify(['stage', apiId, stage, method, path, query, headers]))
    .digest('hex');
}

/**
 * Stores a record. `overtaken` contains labels that were invalidated while the response was being produced. API Gateway
 * caches this response anyway, so these labels have to be invalidated again.
 */
export async function keepRecord(
  { store, random, namespace, clock }: RecordPorts,
  event: unknown,
  kept: {
    readonly parameters: KeyParameters;
    readonly tags: readonly string[];
    readonly startedAtEpochMs: number;
    readonly ttlSeconds: number;
  },
): Promise<{ readonly isKept: boolean; readonly overtaken: readonly Label[] }> {
  const nothing = { isKept: false, overtaken: [] };
  const record = toStageRecord(event, kept.parameters);
  if (record === undefined) return nothing;
  const query = new Map<string, readonly string[]>();
  for (const [name, value] of record.query) query.set(name, [...(query.get(name) ?? []), value]);
  const headers = new Map(record.headers.map(([name, value]) => [name, [value]]));
  const labels = labelsOf({ path: decodeURI(record.path), query, headers }, kept.parameters, kept.tags);
  if (labels === undefined) return nothing;
  const id = recordId(record);
  const item = {
    kind: 'stage',
    doc: JSON.stringify(record),
    mark: random.hex(16),
    expiresAt: Math.ceil(clock.nowEpochMs() / 1000) + kept.ttlSeconds,
  };
  const isKept = await writeIndex(store, namespace, { labels, id, item });
  const overtaken = [];
  for (const label of labels)
    if (await isInvalidated(store, namespace, { labels: [label], id, sinceEpochMs: kept.startedAtEpochMs }))
      overtaken.push(label);
  return { isKept, overtaken };
}
