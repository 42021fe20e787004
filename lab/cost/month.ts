/**
 * The monthly cost at AWS of the deployed authorizers and quotas, by item, in US dollars of us-east-1 without free
 * tiers (docs/aws/prices.md). API Gateway and the functions behind it cost the same without the stack, so they are left
 * out. Pure.
 */
import { tiered } from '../../packages/gateway/console/page/cost/cost.ts';
import { DEFAULT_PRICES } from '../../packages/gateway/console/page/cost/prices.ts';

export type Assumptions = {
  readonly requests: number;
  /** Number of API keys, which share the requests evenly. */
  readonly keys: number;
  /** `authorizerResultTtlInSeconds`; 0 means that each request calls the authorizer. */
  readonly keptSeconds: number;
  readonly authorizerMs: number;
  /** Duration of one table call, for which the function waits. */
  readonly tableMs: number;
  readonly memoryMb: number;
  /** Bytes of Lambda's START, END and REPORT lines, and of the line of metrics (`npm run bench -- stack`). */
  readonly logBytes: number;
  /**
   * Number of requests that one write covers. It is 1 if each request is written, and larger if a write takes a lease
   * for several requests.
   */
  readonly requestsPerWrite: number;
  /** Number of metric names that the functions send. */
  readonly metrics: number;
  /** Number of metrics that alarms watch. */
  readonly alarmMetrics: number;
};

export const ASSUMED: Omit<Assumptions, 'requests' | 'keys'> = {
  keptSeconds: 300,
  authorizerMs: 3,
  tableMs: 5,
  memoryMb: 512,
  logBytes: 869,
  requestsPerWrite: 1,
  metrics: 7,
  alarmMetrics: 41,
};

/** Units for an API key in the table and for the record of its last use, as the embedded DynamoDB counts them. */
const UNITS = { readsPerKey: 1, writesPerUse: 1, writesPerCharge: 1 } as const;
const NOTED_EVERY_SECONDS = 600;
const SECONDS_PER_MONTH = 730 * 3_600;
const MILLION = 1e6;
const GIGABYTE = 1024 ** 3;
/**
 * Monthly price of a metric that an alarm watches. The constant below is the price of a custom metric among the first
 * 10,000.
 */
const WATCHED_METRIC = 0.1;
const CUSTOM_METRIC = 0.3;

type Item = { readonly item: string; readonly dollars: number };

/**
 * Returns the number of calls of an authorizer whose results are cached for `keptSeconds` after the first request. Each
 * API key sends requests at random times, so a result serves one request and all requests that follow within its TTL.
 */
export function authorizerCalls({ requests, keys, keptSeconds }: Assumptions): number {
  const within = (requests / Math.max(1, keys)) * (keptSeconds / SECONDS_PER_MONTH);
  return requests / (1 + within);
}

export function itemsOf(assumed: Assumptions): readonly Item[] {
  const { requests, keys, authorizerMs, tableMs, memoryMb, logBytes, requestsPerWrite } = assumed;
  const { lambdaRequests, lambdaArm, logs, tableReads, tableWrites } = DEFAULT_PRICES;
  const calls = authorizerCalls(assumed);
  const writes = requests / Math.max(1, requestsPerWrite);
  const notes = Math.min(calls, keys * (SECONDS_PER_MONTH / NOTED_EVERY_SECONDS));
  const seconds = (ms: number, times: number): number =>
    tiered((memoryMb / 1024) * (ms / 1000) * times, lambdaArm, 1);
  return [
    { item: 'alarms', dollars: assumed.alarmMetrics * WATCHED_METRIC },
    { item: 'metrics', dollars: assumed.metrics * CUSTOM_METRIC },
    {
      item: 'authorizer, calls',
      dollars: (calls / MILLION) * lambdaRequests + seconds(authorizerMs + tableMs, calls),
    },
    { item: 'authorizer, log lines', dollars: ((calls * logBytes) / GIGABYTE) * logs },
    {
      item: 'API keys, table',
      dollars:
        ((calls * UNITS.readsPerKey) / MILLION) * tableReads +
        ((notes * UNITS.writesPerUse) / MILLION) * tableWrites,
    },
    {
      item: 'quota, table',
      dollars: ((writes * UNITS.writesPerCharge) / MILLION) * tableWrites + seconds(tableMs, writes),
    },
  ];
}

export function sumOf(items: readonly Item[]): number {
  return items.reduce((sum, { dollars }) => sum + dollars, 0);
}

/** Returns API Gateway's own price of the requests. */
export function apiCost(requests: number, kind: 'rest' | 'http'): number {
  return tiered(requests, DEFAULT_PRICES[kind], MILLION);
}

/**
 * Plans of Unkey's API management: the maximum monthly number of valid requests, and the monthly price (its pricing
 * page, read 24 November 2026).
 */
const UNKEY: readonly (readonly [upTo: number, dollars: number])[] = [
  [150_000, 0],
  [250_000, 25],
  [500_000, 50],
  [1e6, 75],
  [2e6, 100],
  [10e6, 250],
  [50e6, 500],
  [100e6, 1_000],
];

/** Returns the monthly price in US dollars; undefined if there are more requests than in the largest listed plan. */
export function unkeyPrice(requests: number): number | undefined {
  return UNKEY.find(([upTo]) => requests <= upTo)?.[1];
}
