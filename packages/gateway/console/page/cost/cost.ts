/** Estimates what a month of recorded traffic would cost on AWS. The functions are pure. */
import type { Prices, Tier } from './prices.ts';
import type { ApiShape, CacheShape, FunctionShape, TrafficShape } from '../../endpoints/cost-model.ts';

export type Month = {
  /** Requests and messages of clients, in the recorded mix. */
  readonly events: number;
  /** DynamoDB capacity units per event; undefined means the value measured in this run. */
  readonly writesPerEvent: number | undefined;
  readonly readsPerEvent: number | undefined;
  /**
   * Whether AWS's permanent free tier per account is subtracted: a million calls and 400,000 GB-seconds of Lambda, and
   * 100 GB of outbound data.
   */
  readonly isFreeTierCounted: boolean;
};

type CostLine = {
  readonly item: 'REST' | 'HTTP' | 'WebSocket' | 'Lambda' | 'cache' | 'logs' | 'DynamoDB' | 'data out';
  /** The resource that the line is about. */
  readonly of: string;
  /** The quantity in words: `2.1 million requests`. */
  readonly amount: string;
  readonly cost: number;
};

type Cost = { readonly lines: readonly CostLine[]; readonly total: number };

const HOURS_PER_MONTH = 730;
const MILLION = 1e6;
const GIGABYTE = 1024 ** 3;
const FREE = { calls: 1e6, gigabyteSeconds: 400_000, gigabytesOut: 100 };
const MB_PER_GB = 1024;

export function costOf(shape: TrafficShape, month: Month, prices: Prices): Cost {
  const factor = factorOf(shape, month);
  const lines = [
    ...apiLines(shape.apis, factor, prices),
    ...lambdaLines(shape.functions, factor, month.isFreeTierCounted, prices),
    ...shape.caches.map((cache) => cacheLine(cache, prices)),
    logLine(shape.functions, factor, prices),
    ...tableLines(shape, month, prices),
    dataLine(shape.apis, factor, month.isFreeTierCounted, prices),
  ].filter(({ cost, item }) => cost > 0 || item === 'cache');
  return { lines, total: lines.reduce((sum, { cost }) => sum + cost, 0) };
}

/** Returns how many times the recorded mix fits into a month. */
export function factorOf({ events }: TrafficShape, month: Month): number {
  return events === 0 ? 0 : month.events / events;
}

export function tiered(units: number, tiers: readonly Tier[], per: number): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, price } of tiers) {
    cost += (Math.max(0, Math.min(units, upTo) - from) / per) * price;
    from = upTo;
  }
  return cost;
}

/** Returns the lines of the APIs. Price tiers apply per account, so APIs share them in proportion to their requests. */
function apiLines(apis: readonly ApiShape[], factor: number, prices: Prices): readonly CostLine[] {
  const all = (kind: ApiShape['kind'], unitsOf: (api: ApiShape) => number): number =>
    apis.filter((api) => api.kind === kind).reduce((sum, api) => sum + unitsOf(api) * factor, 0);
  const shares: Readonly<
    Record<ApiShape['kind'], { unitsOf: (api: ApiShape) => number; tiers: readonly Tier[] }>
  > = {
    rest: { unitsOf: ({ requests }) => requests, tiers: prices.rest },
    http: { unitsOf: ({ units }) => units, tiers: prices.http },
    websocket: { unitsOf: ({ units }) => units, tiers: prices.messages },
  };
  return apis.map((api): CostLine => {
    const { unitsOf, tiers } = shares[api.kind];
    const units = unitsOf(api) * factor;
    const whole = all(api.kind, unitsOf);
    const cost = whole === 0 ? 0 : tiered(whole, tiers, MILLION) * (units / whole);
    const of = `${api.apiName} / ${api.stage}`;
    if (api.kind !== 'websocket')
      return {
        item: api.kind === 'rest' ? 'REST' : 'HTTP',
        of,
        cost,
        amount: `${count(units)} ${api.kind === 'rest' ? 'requests' : 'requests of 512 KB'}`,
      };
    const minutes = api.connectionMinutes * factor;
    return {
      item: 'WebSocket',
      of,
      cost: cost + (minutes / MILLION) * prices.connectionMinutes,
      amount: `${count(units)} messages of 32 KB, ${count(minutes)} connection minutes`,
    };
  });
}

function gigabyteSeconds({ memoryMb, totalMs }: FunctionShape): number {
  return (memoryMb / MB_PER_GB) * (totalMs / 1000);
}

function lambdaLines(
  functions: readonly FunctionShape[],
  factor: number,
  isFree: boolean,
  prices: Prices,
): readonly CostLine[] {
  const calls = functions.reduce((sum, one) => sum + one.calls, 0) * factor;
  const seconds = functions.reduce((sum, one) => sum + gigabyteSeconds(one), 0) * factor;
  const billedCalls = share(calls, isFree ? FREE.calls : 0);
  const billedSeconds = share(seconds, isFree ? FREE.gigabyteSeconds : 0);
  const all = (architecture: FunctionShape['architecture']): number =>
    functions
      .filter((one) => one.architecture === architecture)
      .reduce((sum, one) => sum + gigabyteSeconds(one) * factor * billedSeconds, 0);
  const [x86, arm] = [all('x86_64'), all('arm64')];
  const rates = {
    x86_64: x86 === 0 ? 0 : tiered(x86, prices.lambdaX86, 1) / x86,
    arm64: arm === 0 ? 0 : tiered(arm, prices.lambdaArm, 1) / arm,
  };
  return functions.map((one): CostLine => {
    const own = gigabyteSeconds(one) * factor;
    const asked = ((one.calls * factor * billedCalls) / MILLION) * prices.lambdaRequests;
    return {
      item: 'Lambda',
      of: one.name,
      amount: `${count(one.calls * factor)} calls, ${count(own)} GB-seconds (${one.architecture})`,
      cost: asked + own * billedSeconds * rates[one.architecture],
    };
  });
}

/** Returns the share of the units that exceeds the free tier, from 0 to 1. */
function share(units: number, free: number): number {
  return units <= free ? 0 : (units - free) / units;
}

function cacheLine({ apiName, stage, gigabytes }: CacheShape, { cache }: Prices): CostLine {
  return {
    item: 'cache',
    of: `${apiName} / ${stage}`,
    amount: `${gigabytes} GB for ${HOURS_PER_MONTH} hours`,
    cost: (cache[gigabytes] ?? 0) * HOURS_PER_MONTH,
  };
}

function logLine(functions: readonly FunctionShape[], factor: number, { logs }: Prices): CostLine {
  const gigabytes = (functions.reduce((sum, { logBytes }) => sum + logBytes, 0) * factor) / GIGABYTE;
  return { item: 'logs', of: 'functions', amount: `${count(gigabytes)} GB ingested`, cost: gigabytes * logs };
}

export function unitsPerEvent(
  { tables = [], eventsOfTables }: Pick<TrafficShape, 'tables' | 'eventsOfTables'>,
  kind: 'reads' | 'writes',
): number {
  const units = tables.reduce((sum, table) => sum + table[kind], 0);
  return eventsOfTables === 0 ? 0 : units / eventsOfTables;
}

/**
 * Returns one line per table if the units are measured. If the user has entered a number, or no tables are known, there
 * is one line for all tables.
 */
function tableLines(shape: TrafficShape, month: Month, prices: Prices): readonly CostLine[] {
  const { events, writesPerEvent, readsPerEvent } = month;
  const { tables = [], eventsOfTables } = shape;
  if (tables.length > 0 && writesPerEvent === undefined && readsPerEvent === undefined) {
    const factor = eventsOfTables === 0 ? 0 : events / eventsOfTables;
    return tables.map(({ table, reads, writes }) =>
      tableLine(table, writes * factor, reads * factor, prices),
    );
  }
  const writes = events * (writesPerEvent ?? unitsPerEvent(shape, 'writes'));
  const reads = events * (readsPerEvent ?? unitsPerEvent(shape, 'reads'));
  return [tableLine('tables, on demand', writes, reads, prices)];
}

function tableLine(of: string, writes: number, reads: number, { tableWrites, tableReads }: Prices): CostLine {
  return {
    item: 'DynamoDB',
    of,
    amount: `${count(writes)} write units, ${count(reads)} read units`,
    cost: (writes / MILLION) * tableWrites + (reads / MILLION) * tableReads,
  };
}

function dataLine(apis: readonly ApiShape[], factor: number, isFree: boolean, { dataOut }: Prices): CostLine {
  const gigabytes = (apis.reduce((sum, { responseBytes }) => sum + responseBytes, 0) * factor) / GIGABYTE;
  return {
    item: 'data out',
    of: 'response bodies',
    amount: `${count(gigabytes)} GB`,
    cost: Math.max(0, gigabytes - (isFree ? FREE.gigabytesOut : 0)) * dataOut,
  };
}

/** Formats a number such as `1.2 million` or `340`. */
export function count(value: number): string {
  if (value >= 1e9) return `${digits(value / 1e9)} billion`;
  if (value >= 1e6) return `${digits(value / 1e6)} million`;
  return digits(value);
}

function digits(value: number): string {
  if (value === 0 || value >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(2)));
}
