/**
 * Suggests changes that would cost less, with their drawbacks. Each saving is found by calculating the same month
 * again. The functions are pure.
 */
import { costOf, factorOf } from './cost.ts';
import type { Month } from './cost.ts';
import type { Prices } from './prices.ts';
import type { ApiShape, FunctionShape, TrafficShape } from '../../endpoints/cost-model.ts';

type Cheaper = {
  readonly what: string;
  /** US dollars per month. */
  readonly saves: number;
  readonly loses: string;
};

/** Minimum saving in US dollars per month. Smaller savings are not worth a change. */
const MIN_SAVING = 0.01;
const LONG_KEPT_SECONDS = 300;

export function findCheaper(shape: TrafficShape, month: Month, prices: Prices): readonly Cheaper[] {
  const now = costOf(shape, month, prices).total;
  const saving = (other: TrafficShape): number =>
    now - costOf(other, { ...month, events: factorOf(shape, month) * other.events }, prices).total;
  const all = [
    ...shape.apis.flatMap((api) => asHttp(shape, api, saving)),
    ...shape.caches.flatMap((_, index) => withoutCache(shape, index, saving)),
    ...shape.functions.flatMap((one) => onArm(shape, one, saving)),
    ...shape.functions.flatMap((one) => keepGrants(shape, one, saving)),
    ...withoutLines(shape, saving),
  ];
  return all.filter(({ saves }) => saves >= MIN_SAVING).toSorted((a, b) => b.saves - a.saves);
}

type Saving = (other: TrafficShape) => number;

function asHttp(shape: TrafficShape, api: ApiShape, saving: Saving): Cheaper[] {
  if (api.kind !== 'rest') return [];
  const requests = api.requests + api.unbilled;
  const http: ApiShape = { ...api, kind: 'http', requests, unbilled: 0, units: requests };
  const isItsOwn = ({ apiName, stage }: { readonly apiName: string; readonly stage: string }): boolean =>
    apiName === api.apiName && stage === api.stage;
  const other = {
    ...shape,
    apis: shape.apis.map((one) => (one === api ? http : one)),
    caches: shape.caches.filter((cache) => !isItsOwn(cache)),
    functions: withHits(
      shape,
      shape.caches.filter(isItsOwn).reduce((sum, { hits }) => sum + hits, 0),
    ),
  };
  const used =
    api.onlyRest.length === 0
      ? 'nothing that this API uses; only REST APIs have API keys, a stage cache, request validation and mapping templates'
      : `features of this API that HTTP APIs lack: ${api.onlyRest.join(', ')}`;
  return [
    {
      what: `${api.apiName} as an HTTP API`,
      saves: saving(other),
      loses: `${used}; integrations time out at 30 s, and refused requests are billed too`,
    },
  ];
}

function withoutCache(shape: TrafficShape, index: number, saving: Saving): Cheaper[] {
  const cache = shape.caches[index];
  if (cache === undefined) return [];
  const { apiName, stage, hits, misses } = cache;
  const asked = hits + misses;
  return [
    {
      what: `${apiName} / ${stage} without its cache`,
      saves: saving({
        ...shape,
        caches: shape.caches.filter((_, at) => at !== index),
        functions: withHits(shape, hits),
      }),
      loses:
        asked === 0
          ? 'according to the recorded requests, nothing: no request used the cache'
          : `${Math.round((hits / asked) * 100)} % of the requests to this stage are served from the cache; without the cache they would wait for the integration`,
    },
  ];
}

/**
 * Returns the functions as they would be called without a cache, which includes calls for responses that are now
 * cached. Authorizers are called with or without a cache.
 */
function withHits({ functions }: TrafficShape, hits: number): readonly FunctionShape[] {
  const backends = functions.filter(({ keptSeconds }) => keptSeconds === undefined);
  const calls = backends.reduce((sum, one) => sum + one.calls, 0);
  if (hits === 0 || calls === 0) return functions;
  const more = (calls + hits) / calls;
  return functions.map((one) =>
    one.keptSeconds === undefined
      ? {
          ...one,
          calls: one.calls * more,
          totalMs: one.totalMs * more,
          logBytes: one.logBytes * more,
        }
      : one,
  );
}

function onArm(shape: TrafficShape, one: FunctionShape, saving: Saving): Cheaper[] {
  if (one.architecture === 'arm64') return [];
  const arm: FunctionShape = { ...one, architecture: 'arm64' };
  return [
    {
      what: `${one.name} on arm64`,
      saves: saving({ ...shape, functions: shape.functions.map((each) => (each === one ? arm : each)) }),
      loses: 'packages with binaries for x86_64 do not run on arm64; invocations may be faster or slower',
    },
  ];
}

/** Suggests caching the results of an authorizer that is called for every request. */
function keepGrants(shape: TrafficShape, one: FunctionShape, saving: Saving): Cheaper[] {
  if (one.keptSeconds !== 0 || one.calls === 0) return [];
  const none: FunctionShape = { ...one, calls: 0, totalMs: 0, logBytes: 0 };
  return [
    {
      what: `results of ${one.name} cached for up to ${LONG_KEPT_SECONDS} s`,
      saves: saving({ ...shape, functions: shape.functions.map((each) => (each === one ? none : each)) }),
      loses: `a revoked permission stays in effect up to ${LONG_KEPT_SECONDS} s longer; nothing is saved for callers that send only one request; a quota that the authorizer charges does not count the requests that the cache answers`,
    },
  ];
}

function withoutLines(shape: TrafficShape, saving: Saving): Cheaper[] {
  return [
    {
      what: 'functions without output',
      saves: saving({ ...shape, functions: shape.functions.map((one) => ({ ...one, logBytes: 0 })) }),
      loses:
        'their logs, including the START, END and REPORT lines, which LogFormat JSON and SystemLogLevel WARN in LoggingConfig turn off',
    },
  ];
}
