/** One limit of a tenant, or of a key: how it stands, and what is done to it. */
import { instant, optional, whole } from '../../http/fields.ts';
import type { Field } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { closePeriod } from './close-period.ts';
import { reset, resume, setLimit, suspend, topUp } from './limits.ts';
import { toRequested } from './operation.ts';
import type { AdminPorts, CarriedOut, Requested } from './operation.ts';
import {
  CARRIED_OUT,
  PERIOD,
  PLAN_NAME,
  ROUTE,
  structure,
  UNITS,
  USAGE_RECORD,
  USAGE_ROW,
} from './schemas.ts';
import { findLedger, rowOf } from './subject-ledger.ts';
import type { LedgerQuestion } from './subject-ledger.ts';

const CHANGED = { description: 'Done', schema: CARRIED_OUT };

/** The same for both: a limit of the whole tenant, and one of a key or of its routes. */
export function limitRoutes(ports: AdminPorts): readonly Route[] {
  return [
    ...routesOf(ports, '/quota/tenants/{tenant}/limits/{limit}', 'Tenant', { plan: PLAN_NAME }),
    ...routesOf(ports, '/quota/tenants/{tenant}/keys/{key}/limits/{limit}', 'Key', {
      ...{ plan: PLAN_NAME, route: ROUTE },
    }),
  ];
}

type Named = { readonly tenant: string; readonly limit: string; readonly key?: string };
type Asked = {
  readonly route?: string | undefined;
  readonly period?: number | undefined;
  readonly plan?: string | undefined;
};

function questionOf({ tenant, limit, key }: Named, { route, period, plan }: Asked): LedgerQuestion {
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
    period: optional(instant('An instant of the period; now is the default')),
  };
  return [
    readRoute(
      {
        ...{ path: base, id: `get${owner}Limit`, query: withPeriod },
        summary: 'How the limit stands in a period',
        answer: { description: 'Its usage', schema: USAGE_ROW },
      },
      async (request) => {
        const question = questionOf(request.path, request.query);
        return jsonReply(200, rowOf(await findLedger(ports, question, request.receivedEpochMs)));
      },
    ),
    ...adjustRoutes(ports, base, owner, withPeriod),
    act(
      `${base}/reset`,
      `reset${owner}`,
      'Gives back all that was charged in a period',
      withPeriod,
      (...asked) => reset(ports, ...asked),
    ),
    act(`${base}/suspend`, `suspend${owner}`, 'Admits nothing until resumed', query, (...asked) =>
      suspend(ports, ...asked),
    ),
    act(`${base}/resume`, `resume${owner}`, 'Ends a suspension', query, (...asked) =>
      resume(ports, ...asked),
    ),
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
        ...{ method: 'PUT', path: base, id: `set${owner}Limit`, query, answer: CHANGED },
        summary: 'Sets another limit for a period',
        body: { limit: whole('Units of the period, top-ups and overage not counted', { ...UNITS, min: 0 }) },
      },
      async (request) => {
        const question = questionOf(request.path, request.query);
        return jsonReply(200, await setLimit(ports, toRequested(request), question, request.body.limit));
      },
    ),
    changeRoute(
      {
        ...{
          method: 'POST',
          path: `${base}/top-up`,
          id: `topUp${owner}`,
          query,
          answer: CHANGED,
        },
        summary: 'Admits more units in a period',
        body: { units: whole('Units to add', UNITS) },
      },
      async (request) => {
        const question = questionOf(request.path, request.query);
        return jsonReply(200, await topUp(ports, toRequested(request), question, request.body.units));
      },
    ),
  ];
}

/** A change that takes nothing but the names of whom it concerns. */
function act(
  path: `${Base}/${string}`,
  id: string,
  summary: string,
  query: ActQuery,
  carryOut: (requested: Requested, question: LedgerQuestion) => Promise<CarriedOut>,
): Route {
  return changeRoute(
    { method: 'POST', path, id, summary, query, body: {}, answer: CHANGED },
    async (request) =>
      jsonReply(200, await carryOut(toRequested(request), questionOf(request.path, request.query))),
  );
}

function closeRoute(ports: AdminPorts, base: Base, owner: 'Tenant' | 'Key', query: LimitQuery): Route {
  return changeRoute(
    {
      ...{ method: 'POST', path: `${base}/close`, id: `close${owner}Period`, body: {} },
      summary: 'Closes a period that is over, and records its usage',
      query: { ...query, period: PERIOD },
      answer: {
        description: 'Closed',
        schema: structure({ operation: CARRIED_OUT, record: USAGE_RECORD }),
      },
    },
    async (request) => {
      const question = { ...questionOf(request.path, request.query), periodEpochMs: request.query.period };
      return jsonReply(200, await closePeriod(ports, toRequested(request), question));
    },
  );
}
