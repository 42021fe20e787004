/** Meters the records as AWS does. The page uses the result to estimate the cost of a month. */
import { countCalls } from './show-functions.ts';
import type { RoutePlan } from '../../core/deployment/model.ts';
import type { ServedApi, ServedStage } from '../../core/exchange.ts';
import type { FunctionCallNote } from '../records/function-calls.ts';
import type { FunctionLines } from '../records/function-lines.ts';
import type { RequestRow } from '../records/model.ts';
import type { ApiShape, CacheShape, FunctionShape, TableShape, TrafficShape } from './cost-model.ts';

const HTTP_UNIT_BYTES = 512 * 1024;
const MESSAGE_UNIT_BYTES = 32 * 1024;
const MINUTE_MS = 60_000;
/** Size of the START, END and REPORT lines that Lambda prints for each call. */
const REPORT_BYTES = 300;

type Declared = {
  readonly name: string;
  readonly memorySizeMb: number;
  readonly architecture?: 'arm64' | undefined;
};

type CostPorts = {
  /** Recorded rows, newest first. */
  readonly rows: readonly RequestRow[];
  readonly calls: readonly FunctionCallNote[];
  readonly apis: readonly ServedApi[];
  readonly functions: readonly Declared[];
  readonly lines: FunctionLines | undefined;
  readonly nowEpochMs: number;
  /** The units by table and by the name of the caller, which is a function or an identity. */
  readonly tables: readonly (TableShape & { readonly by?: string | undefined })[] | undefined;
  /** Number of requests and messages since startup; of one API if its id is given. */
  readonly eventsSinceStart: (apiId?: string) => number;
  /** @see ToolkitParts */
  readonly administers: (functionName: string) => boolean;
};

export function showCost(ports: CostPorts): TrafficShape {
  const { calls, lines, nowEpochMs, administers, eventsSinceStart, tables } = ports;
  const [ofAdministration, apis] = split(ports.apis, (api) => isAdministration(api, administers));
  const rows = ports.rows.filter(({ apiId }) => !ofAdministration.some((api) => api.apiId === apiId));
  const functions = ports.functions.filter(({ name }) => !administers(name));
  const [spent, used] = split(tables ?? [], ({ by }) => by !== undefined && administers(by));
  const administrative = ofAdministration.reduce((sum, { apiId }) => sum + eventsSinceStart(apiId), 0);
  const stages = apis.flatMap((api) => [...api.stages.values()].map((stage) => ({ api, stage })));
  const kept = keptSecondsOf(stages.map(({ stage }) => stage));
  const printed = lines?.bytesByInvocation() ?? new Map<string, number>();
  return {
    events: countOf(rows.filter(({ kind }) => isOfClient(kind))),
    apis: stages.map(({ api, stage }) =>
      shapeApi(
        api,
        stage,
        rows.filter((row) => row.apiId === api.apiId && row.stage === stage.name),
        nowEpochMs,
      ),
    ),
    functions: functions.map(({ name, memorySizeMb, architecture }): FunctionShape => {
      const own = calls.filter(({ functionName }) => functionName === name);
      return {
        architecture: architecture ?? 'x86_64',
        name,
        memoryMb: memorySizeMb,
        calls: countCalls(own),
        keptSeconds: kept.get(name),
        totalMs: own.reduce((sum, { tookMs, standsFor }) => sum + tookMs * standsFor, 0),
        logBytes: own.reduce(
          (sum, { requestId = '', standsFor }) =>
            sum + (REPORT_BYTES + (printed.get(requestId) ?? 0)) * standsFor,
          0,
        ),
      };
    }),
    caches: stages.flatMap(({ api, stage }) => shapeCache(api, stage, rows)),
    tables: tables && sumTables(used),
    eventsOfTables: eventsSinceStart() - administrative,
    administration: {
      calls: administrative,
      reads: spent.reduce((sum, { reads }) => sum + reads, 0),
      writes: spent.reduce((sum, { writes }) => sum + writes, 0),
    },
  };
}

function split<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Whether each route of an API calls a function of the administration. */
function isAdministration({ stages }: ServedApi, administers: CostPorts['administers']): boolean {
  const called = [...stages.values()].flatMap(({ deployment, variables }) =>
    deployment.routes.plans.map(({ integration }) =>
      'functionName' in integration ? integration.functionName.render(variables) : undefined,
    ),
  );
  return called.length > 0 && called.every((name) => name !== undefined && administers(name));
}

function sumTables(units: readonly TableShape[]): readonly TableShape[] {
  const ofTables = Map.groupBy(units, ({ table }) => table);
  return [...ofTables].map(([table, all]) => ({
    table,
    reads: all.reduce((sum, { reads }) => sum + reads, 0),
    writes: all.reduce((sum, { writes }) => sum + writes, 0),
  }));
}

/** Counts all requests, because a row may also represent requests that were not recorded themselves. */
function countOf(rows: readonly RequestRow[]): number {
  return rows.reduce((sum, { standsFor }) => sum + standsFor, 0);
}

function isOfClient(kind: RequestRow['kind']): boolean {
  return kind === 'request' || kind === 'handshake' || kind === 'message';
}

function shapeApi(
  { apiId, name, protocol }: ServedApi,
  stage: ServedStage,
  rows: readonly RequestRow[],
  nowEpochMs: number,
): ApiShape {
  const asked = rows.filter(({ kind }) => kind === 'request' || kind === 'handshake');
  const unbilled = countOf(asked.filter(isFree));
  return {
    apiId,
    apiName: name,
    stage: stage.name,
    kind: protocol,
    unbilled,
    requests: countOf(asked) - unbilled,
    units: rows.reduce((sum, row) => sum + (isFree(row) ? 0 : unitsOf(row) * row.standsFor), 0),
    connectionMinutes: connectionMs(rows, nowEpochMs) / MINUTE_MS,
    responseBytes: rows.reduce((sum, { responseBytes, standsFor }) => sum + responseBytes * standsFor, 0),
    onlyRest: protocol === 'rest' ? onlyRestOf(stage) : [],
  };
}

/**
 * Returns whether AWS does not bill a request. Requests to REST APIs that are throttled, or refused by an authorizer or
 * an API key check, are not billed (docs/aws §14).
 */
function isFree({ phase, code, kind, protocol, status }: RequestRow): boolean {
  // Refused calls of @connections send no message.
  if (kind === 'post') return status >= 400;
  // No API answered these.
  if (kind === 'event' || kind === 'edge') return true;
  return protocol === 'rest' && code !== undefined && ['authenticate', 'authorize', 'meter'].includes(phase);
}

/**
 * Returns the number of billed units (docs/aws §14). For HTTP APIs, the direction is not documented, so both directions
 * are counted, which gives the higher cost.
 */
function unitsOf({ kind, protocol, requestBytes, responseBytes }: RequestRow): number {
  const messages = (bytes: number): number => Math.ceil(bytes / MESSAGE_UNIT_BYTES);
  switch (kind) {
    case 'message':
      return Math.max(1, messages(requestBytes)) + messages(responseBytes);
    case 'post':
      return Math.max(1, messages(Math.max(requestBytes, responseBytes)));
    case 'event':
    case 'edge':
      return 0;
    case 'handshake':
      return 1;
    case 'request':
      return protocol === 'http'
        ? Math.max(1, Math.ceil((requestBytes + responseBytes) / HTTP_UNIT_BYTES))
        : 1;
    case 'disconnect':
      return 0;
  }
}

/** Sums the time from each accepted handshake to the end of its connection, or to now. */
function connectionMs(rows: readonly RequestRow[], nowEpochMs: number): number {
  const ends = new Map(
    rows.flatMap(({ kind, connectionId, atEpochMs }) =>
      kind === 'disconnect' && connectionId !== undefined ? [[connectionId, atEpochMs] as const] : [],
    ),
  );
  return rows
    .filter(({ kind, status }) => kind === 'handshake' && status === 101)
    .reduce(
      (sum, { connectionId = '', atEpochMs }) =>
        sum + Math.max(0, (ends.get(connectionId) ?? nowEpochMs) - atEpochMs),
      0,
    );
}

/** Returns the features in use that HTTP APIs lack, according to docs/aws. */
function onlyRestOf({ deployment, cache, logs, canary, clientCertificate }: ServedStage): readonly string[] {
  const { plans } = deployment.routes;
  const some = (is: (plan: RoutePlan) => boolean): boolean => plans.some(is);
  const mapped = ['mock', 'function', 'service'];
  const options: readonly (readonly [boolean, string])[] = [
    [some(({ apiKeyRequired }) => apiKeyRequired), 'API keys and usage plans'],
    [cache !== undefined, 'the stage cache'],
    [some(({ validation }) => validation !== undefined), 'validation of parameters and bodies'],
    [some(({ integration }) => mapped.includes(integration.kind)), 'mapping templates and mock answers'],
    [some(({ integration }) => /-stream$/.test(integration.kind)), 'streamed answers'],
    [deployment.resourcePolicy !== undefined, 'the resource policy'],
    [canary !== undefined, 'the canary release'],
    [clientCertificate !== undefined, 'the client certificate for backends'],
    [logs?.isTraced === true, 'X-Ray traces'],
  ];
  return options.flatMap(([has, what]) => (has ? [what] : []));
}

function keptSecondsOf(stages: readonly ServedStage[]): ReadonlyMap<string, number> {
  const kept = new Map<string, number>();
  for (const { deployment, variables } of stages)
    for (const { authorization } of deployment.routes.plans) {
      if (authorization.kind !== 'lambda') continue;
      const { functionName, ttlSeconds } = authorization.authorizer;
      const name = functionName.render(variables);
      kept.set(name, Math.min(kept.get(name) ?? Infinity, ttlSeconds));
    }
  return kept;
}

function shapeCache(
  { apiId, name }: ServedApi,
  { name: stage, cacheClusterGb }: ServedStage,
  rows: readonly RequestRow[],
): CacheShape[] {
  if (cacheClusterGb === undefined) return [];
  const own = rows.filter((row) => row.apiId === apiId && row.stage === stage);
  const count = (cache: RequestRow['cache']): number => countOf(own.filter((row) => row.cache === cache));
  return [{ apiName: name, stage, gigabytes: cacheClusterGb, hits: count('hit'), misses: count('miss') }];
}
