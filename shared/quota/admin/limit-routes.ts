import { instant, optional, wholeNumber } from '../../http/fields.ts';
import type { Field } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import type * as Limits from './limits.ts';
import { toRequested } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import {
  APPLIED_OPERATION,
  PERIOD,
  PLAN_NAME,
  ROUTE,
  structure,
  UNITS,
  USAGE_RECORD,
  USAGE_ROW,
} from './schemas.ts';
import type { LedgerQuestion } from './subject-ledger.ts';

const CHANGED = { description: 'Done', schema: APPLIED_OPERATION };

/** Loads the module on demand, because most instances serve only one kind of request. */
function loadLimits(): Promise<typeof Limits> {
  return import('./limits.ts');
}

/**
 * Returns the routes for a limit. They exist twice: for a limit of the whole tenant, and for a limit of a key or of the
 * key's routes.
 */
export function limitRoutes(ports: AdminPorts): readonly Route[] {
  return [
    ...routesOf(ports, '/quota/tenants/{tenant}/limits/{limit}', 'Tenant', { plan: PLAN_NAME }),
    ...routesOf(ports, '/quota/tenants/{tenant}/keys/{key}/limits/{limit}', 'Key', {
      plan: PLAN_NAME,
      route: ROUTE,
    }),
  ];
}

type Named = { readonly tenant: string; readonly limit: string; readonly key?: string };
type LimitRequest = {
  readonly route?: string | undefined;
  readonly period?: number | undefined;
  readonly plan?: string | undefined;
};

function questionOf({ tenant, limit, key }: Named, { route, period, plan }: LimitRequest): LedgerQuestion {
  return { tenant, limit, key, route, periodEpochMs: period, plan };
}

type Base = '/quota/tenants/{tenant}/limits/{limit}' | '/quota/tenants/{tenant}/keys/{key}/limits/{limit}';

type LimitQuery = { readonly plan: typeof PLAN_NAME; readonly route?: typeof ROUTE };
type ActQuery = LimitQuery & { readonly period?: Field<number | undefined> };

function routesOf(
  ports: AdminPorts,
  base: Base,
  owner: 'Tenant' | 'Key',
  query: LimitQuery,
): readonly Route[] {
  const withPeriod = {
    ...query,
    period: optional(instant('An instant of the period; default: now')),
  };
  return [
    readRoute(
      {
        path: base,
        id: `get${owner}Limit`,
        query: withPeriod,
        summary: 'Usage of the limit in a period',
        answer: { description: 'Its usage', schema: USAGE_ROW },
      },
      async (request) => {
        const { findLedger, rowOf } = await import('./subject-ledger.ts');
        const question = questionOf(request.path, request.query);
        return jsonReply(200, rowOf(await findLedger(ports, question, request.receivedEpochMs)));
      },
    ),
    ...adjustRoutes(ports, base, owner, withPeriod),
    act(
      ports,
      `${base}/reset`,
      `reset${owner}`,
      'Gives back all units that were charged in a period',
      withPeriod,
      'reset',
    ),
    act(
      ports,
      `${base}/suspend`,
      `suspend${owner}`,
      'Refuses requests until the limit is resumed',
      query,
      'suspend',
    ),
    act(ports, `${base}/resume`, `resume${owner}`, 'Ends a suspension', query, 'resume'),
    closeRoute(ports, base, owner, query),
  ];
}

function adjustRoutes(
  ports: AdminPorts,
  base: Base,
  owner: 'Tenant' | 'Key',
  query: ActQuery,
): readonly Route[] {
  return [
    changeRoute(
      {
        method: 'PUT',
        path: base,
        id: `set${owner}Limit`,
        query,
        answer: CHANGED,
        summary: 'Sets a limit for one period, in place of the limit of the plan',
        body: {
          limit: wholeNumber('Units of the period, not counting top-ups and overage', { ...UNITS, min: 0 }),
        },
      },
      async (request) => {
        const question = questionOf(request.path, request.query);
        const { setLimit } = await loadLimits();
        return jsonReply(200, await setLimit(ports, toRequested(request), question, request.body.limit));
      },
    ),
    changeRoute(
      {
        method: 'POST',
        path: `${base}/top-up`,
        id: `topUp${owner}`,
        query,
        answer: CHANGED,
        summary: 'Adds units to a period',
        body: { units: wholeNumber('Units to add', UNITS) },
      },
      async (request) => {
        const question = questionOf(request.path, request.query);
        const { topUp } = await loadLimits();
        return jsonReply(200, await topUp(ports, toRequested(request), question, request.body.units));
      },
    ),
  ];
}

/** Creates the route of a change that has no request body. */
function act(
  ports: AdminPorts,
  path: `${Base}/${string}`,
  id: string,
  summary: string,
  query: ActQuery,
  verb: 'reset' | 'suspend' | 'resume',
): Route {
  return changeRoute(
    { method: 'POST', path, id, summary, query, body: {}, answer: CHANGED },
    async (request) => {
      const limits = await loadLimits();
      const question = questionOf(request.path, request.query);
      return jsonReply(200, await limits[verb](ports, toRequested(request), question));
    },
  );
}

function closeRoute(ports: AdminPorts, base: Base, owner: 'Tenant' | 'Key', query: LimitQuery): Route {
  return changeRoute(
    {
      method: 'POST',
      path: `${base}/close`,
      id: `close${owner}Period`,
      body: {},
      summary: 'Closes a period that has ended, and records its usage',
      query: { ...query, period: PERIOD },
      answer: {
        description: 'Closed',
        schema: structure({ operation: APPLIED_OPERATION, record: USAGE_RECORD }),
      },
    },
    async (request) => {
      const question = { ...questionOf(request.path, request.query), periodEpochMs: request.query.period };
      const { closePeriod } = await import('./close-period.ts');
      return jsonReply(200, await closePeriod(ports, toRequested(request), question));
    },
  );
}
