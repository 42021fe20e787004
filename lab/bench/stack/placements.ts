/**
 * The cost of a million requests, depending on where the stack decides on them, with the prices and calculations of the
 * console. Pure. The cost of the function behind the route is the same everywhere and is left out.
 */
import { costOf } from '../../../packages/gateway/console/page/cost/cost.ts';
import { EDITABLE, DEFAULT_PRICES } from '../../../packages/gateway/console/page/cost/prices.ts';
import type { ChargeFigure, UnitFigure } from './units.ts';
import type { Units } from './world.ts';

/** A place where the stack decides on requests, with the figures of one request. */
export type Placement = {
  readonly what: string;
  readonly api: 'rest' | 'http';
  /** Number of calls of our functions for one request. */
  readonly calls: number;
  readonly billedMs: number;
  readonly printedBytes: number;
  readonly units: Units;
};

type PlacementCost = {
  readonly placement: Placement;
  /** Price of a million requests in US dollars. */
  readonly api: number;
  readonly lambda: number;
  readonly logs: number;
  readonly tables: number;
  readonly total: number;
};

/** The figures that were measured on this machine for one call of each function. */
type Basis = {
  readonly printedBytes: Readonly<Record<'token' | 'request' | 'tracker', number>>;
  readonly credentials: readonly UnitFigure[];
  readonly charges: readonly ChargeFigure[];
  /** Units that are consumed by one event with `linesPerEvent` log lines of one caller. */
  readonly trackerUnits: Units;
  readonly linesPerEvent: number;
};

/**
 * The durations in milliseconds are assumptions, since this benchmark measures nothing on AWS.
 * docs/guides/sell/quota.md uses the same values.
 */
const AUTHORIZER_MS = 3;
const TABLE_CALL_MS = 5;
const TRACKER_MS = 100;
/** The memory size in `provider` of serverless.yml. */
const MEMORY_MB = 512;
const ARCHITECTURE = 'arm64';
/**
 * Size of the START, END and REPORT lines that Lambda prints for each call
 * (packages/gateway/console/endpoints/show-cost.ts).
 */
const REPORT_BYTES = 300;
const MILLION = 1e6;
const NO_UNITS: Units = { reads: 0, writes: 0 };

export function costOfPlacement(placement: Placement): PlacementCost {
  const { what, api, calls, billedMs, printedBytes, units } = placement;
  const { lines, total } = costOf(
    {
      events: 1,
      apis: [
        {
          apiId: 'a',
          apiName: what,
          stage: 'prod',
          kind: api,
          requests: 1,
          unbilled: 0,
          units: 1,
          connectionMinutes: 0,
          responseBytes: 0,
          onlyRest: [],
        },
      ],
      functions: [
        {
          name: what,
          memoryMb: MEMORY_MB,
          architecture: ARCHITECTURE,
          calls,
          keptSeconds: undefined,
          totalMs: calls * billedMs,
          logBytes: calls * (REPORT_BYTES + printedBytes),
        },
      ],
      caches: [],
      tables: [{ table: 'all', ...units }],
      eventsOfTables: 1,
      administration: { calls: 0, reads: 0, writes: 0 },
    },
    {
      events: MILLION,
      writesPerEvent: undefined,
      readsPerEvent: undefined,
      isFreeTierCounted: false,
    },
    DEFAULT_PRICES,
  );
  const of = (item: string): number =>
    lines.filter((line) => line.item === item).reduce((sum, { cost }) => sum + cost, 0);
  return {
    placement,
    total,
    api: of('REST') + of('HTTP'),
    lambda: of('Lambda'),
    logs: of('logs'),
    tables: of('DynamoDB'),
  };
}

/** How many requests one cached result serves, for callers that send many or few requests during its TTL. */
const SERVED = [10, 100];

export function listPlacements(basis: Basis): readonly Placement[] {
  return [...listAuthorizers(basis), ...listCredentials(basis), ...listQuotas(basis)];
}

function listAuthorizers({ printedBytes }: Basis): readonly Placement[] {
  const kinds = [
    { what: 'REST API, TOKEN authorizer', api: 'rest', of: 'token' },
    { what: 'REST API, REQUEST authorizer', api: 'rest', of: 'request' },
    { what: 'HTTP API, REQUEST authorizer, IAM policy', api: 'http', of: 'request' },
    { what: 'HTTP API, REQUEST authorizer, simple response', api: 'http', of: 'request' },
  ] as const;
  const none = { calls: 0, billedMs: 0, printedBytes: 0, units: NO_UNITS };
  return [
    { what: 'REST API without an authorizer', api: 'rest', ...none },
    { what: "HTTP API without an authorizer, or with AWS's own authorizer for tokens", api: 'http', ...none },
    ...kinds.flatMap(({ what, api, of }) => {
      const call = { api, billedMs: AUTHORIZER_MS, printedBytes: printedBytes[of], units: NO_UNITS };
      return [
        { what: `${what}, not cached`, ...call, calls: 1 },
        ...SERVED.map((served) => {
          return { what: `${what}, each cached result serves ${served}`, ...call, calls: 1 / served };
        }),
      ];
    }),
  ];
}

function listCredentials({ printedBytes, credentials }: Basis): readonly Placement[] {
  return credentials
    .filter(({ isAsked }) => isAsked)
    .map(({ what, units }) => ({
      what: `REST API, TOKEN authorizer, not cached, ${what}`,
      api: 'rest',
      calls: 1,
      printedBytes: printedBytes.token,
      units,
      billedMs: AUTHORIZER_MS + (units.reads + units.writes > 0 ? TABLE_CALL_MS : 0),
    }));
}

function listQuotas({ printedBytes, charges, trackerUnits, linesPerEvent }: Basis): readonly Placement[] {
  const inAuthorizer = charges.map(({ lease, units }): Placement => {
    return {
      what: `REST API, quota in the REQUEST authorizer, whose results must not be cached, ${describeLease(lease)}`,
      api: 'rest',
      calls: 1,
      printedBytes: printedBytes.request,
      units,
      billedMs: AUTHORIZER_MS + (units.writes >= 1 ? TABLE_CALL_MS : 0),
    };
  });
  const inHandler = charges.map(({ lease, units }): Placement => {
    const calls = 1 / Math.max(...SERVED);
    return {
      what: `REST API, TOKEN authorizer, each cached result serves ${1 / calls}, quota in the handler, ${describeLease(lease)}`,
      api: 'rest',
      calls,
      billedMs: AUTHORIZER_MS,
      printedBytes: printedBytes.token,
      units,
    };
  });
  const perLine = {
    reads: trackerUnits.reads / linesPerEvent,
    writes: trackerUnits.writes / linesPerEvent,
  };
  const fromLogs: Placement = {
    what: `REST API, quota from access logs, ${linesPerEvent} lines of one caller per batch, without the cost of the log`,
    api: 'rest',
    calls: 1 / linesPerEvent,
    billedMs: TRACKER_MS,
    printedBytes: printedBytes.tracker,
    units: perLine,
  };
  return [...inAuthorizer, ...inHandler, fromLogs];
}

function describeLease(lease: number | undefined): string {
  return lease === undefined ? 'billed exactly' : `leases of ${lease.toLocaleString('en-US')}`;
}

/** Describes the prices on which the figures are based, with the date of each price. */
export function describePrices(): string {
  const dated = new Map<string, string>(EDITABLE.map(([name, , date]) => [name, date]));
  const { rest, http, lambdaRequests, lambdaArm, logs, tableWrites, tableReads } = DEFAULT_PRICES;
  const named = [
    [`REST requests $${rest[0]?.price} per million`, 'rest'],
    [`HTTP requests $${http[0]?.price}`, 'http'],
    [`Lambda $${lambdaRequests} per million calls`, 'lambdaRequests'],
    [`and $${lambdaArm[0]?.price} per GB-second on arm64`, 'lambdaArm'],
    [`logs $${logs} per GB`, 'logs'],
    [`DynamoDB $${tableWrites} per million write units`, 'tableWrites'],
    [`and $${tableReads} per million read units`, 'tableReads'],
  ] as const;
  return named.map(([text, name]) => `${text} (${dated.get(name)})`).join(', ');
}

export const ASSUMED = `an authorizer is billed ${AUTHORIZER_MS} ms, ${TABLE_CALL_MS} more if it calls a table, and the usage tracker ${TRACKER_MS}, at ${MEMORY_MB} MB on ${ARCHITECTURE}`;
