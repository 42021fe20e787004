import { jsonReply } from '../../http/reply.ts';
import { changeRoute, documentRoute, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { text, wholeNumber } from '../../http/fields.ts';
import { DomainError } from '../../errors.ts';
import type * as Keys from './keys.ts';
import { toRequested } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import type * as Plans from './plans.ts';
import { APPLIED_OPERATION, CURSOR, KEY_PLAN, pageOf, PLAN } from './schemas.ts';

/** Loads the module on demand, because most instances serve only one kind of request. */
function loadPlans(): Promise<typeof Plans> {
  return import('./plans.ts');
}

function loadKeys(): Promise<typeof Keys> {
  return import('./keys.ts');
}

export function planRoutes(ports: AdminPorts): readonly Route[] {
  return [
    readRoute(
      {
        path: '/quota/plans',
        id: 'listQuotaPlans',
        summary: 'All plans, newest versions',
        query: { cursor: CURSOR },
        answer: { description: 'A page of plans', schema: pageOf('plans', PLAN) },
      },
      async ({ query }) => jsonReply(200, await (await loadPlans()).listPlans(ports, query.cursor)),
    ),
    readRoute(
      {
        path: '/quota/plans/{plan}',
        id: 'getQuotaPlan',
        summary: 'A plan, newest version',
        answer: { description: 'The plan', schema: PLAN },
      },
      async ({ path }) => {
        const { documentOf, getPlan } = await loadPlans();
        return jsonReply(200, documentOf(await getPlan(ports, path.plan)));
      },
    ),
    documentRoute(
      {
        method: 'PUT',
        path: '/quota/plans/{plan}',
        id: 'saveQuotaPlan',
        summary: 'Saves the next version of a plan; takes effect in the next period',
        document: PLAN,
        answer: { description: 'Saved', schema: APPLIED_OPERATION },
      },
      async (request) => {
        const { savePlan } = await loadPlans();
        return jsonReply(200, await savePlan(ports, toRequested(request), request.path.plan, request.body));
      },
    ),
  ];
}

const NEXT_VERSION = wholeNumber('1 for the first assignment, otherwise one more than the newest', {
  min: 1,
  max: Number.MAX_SAFE_INTEGER,
});

export function keyRoutes(ports: AdminPorts): readonly Route[] {
  return [
    readRoute(
      {
        path: '/quota/tenants/{tenant}/keys',
        id: 'listQuotaKeys',
        summary: 'Keys of a tenant that have a plan',
        query: { cursor: CURSOR },
        answer: { description: 'A page of keys', schema: pageOf('keys', KEY_PLAN) },
      },
      async ({ path, query }) =>
        jsonReply(200, await (await loadKeys()).listKeys(ports, path.tenant, query.cursor)),
    ),
    readRoute(
      {
        path: '/quota/tenants/{tenant}/keys/{key}/plan',
        id: 'getQuotaKeyPlan',
        summary: 'The plan of a key',
        answer: { description: 'The assignment', schema: KEY_PLAN },
      },
      async ({ path }) => {
        const { findKeyPlan } = await loadKeys();
        const found = await findKeyPlan(ports, path.tenant, path.key);
        if (found === undefined) throw new DomainError('KEY_UNKNOWN', 'no plan is assigned to the key');
        return jsonReply(200, found);
      },
    ),
    changeRoute(
      {
        method: 'DELETE',
        path: '/quota/tenants/{tenant}/keys/{key}/plan',
        id: 'unassignQuotaPlan',
        summary: 'Removes a key from its plan',
        body: {},
        answer: { description: 'Removed', schema: APPLIED_OPERATION },
      },
      async (request) =>
        jsonReply(200, await (await loadKeys()).unassignPlan(ports, toRequested(request), request.path)),
    ),
    changeRoute(
      {
        method: 'PUT',
        path: '/quota/tenants/{tenant}/keys/{key}/plan',
        id: 'assignQuotaPlan',
        summary: 'Assigns a key to a plan',
        body: {
          plan: text('Id of the plan'),
          version: NEXT_VERSION,
        },
        answer: { description: 'Assigned', schema: APPLIED_OPERATION },
      },
      async (request) => {
        const { assignPlan } = await loadKeys();
        const wanted = { ...request.path, ...request.body };
        return jsonReply(200, await assignPlan(ports, toRequested(request), wanted));
      },
    ),
  ];
}
