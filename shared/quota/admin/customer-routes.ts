/** The admin routes of customers, with their input and responses. IAM decides who may call which route. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { instant, optional, text, wholeNumber } from '../../http/fields.ts';
import type { Field } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import type { CustomerState } from '../plan/customer.ts';
import type * as Customers from './customers.ts';
import { toRequested } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import { APPLIED_OPERATION, CURSOR, CUSTOMER_RECORD, MIGRATED, pageOf, TERMS } from './schemas.ts';

const MAX_QUOTAS = 10;
const CHANGED = { description: 'Done', schema: APPLIED_OPERATION };

/** Loads the module on demand, because most instances serve only one kind of request. */
function loadCustomers(): Promise<typeof Customers> {
  return import('./customers.ts');
}

const PLAN = text('Id of the plan');
const LIMITS = optional(quotas("The customer's own quotas, which replace the plan's, by limit id"));

export function customerRoutes(ports: AdminPorts): readonly Route[] {
  return [
    readRoute(
      {
        path: '/quota/customers',
        id: 'listCustomers',
        summary: 'All customers with a record',
        query: { cursor: CURSOR },
        answer: { description: 'A page of customers', schema: pageOf('customers', CUSTOMER_RECORD) },
      },
      async ({ query, receivedEpochMs }) => {
        const { listCustomers } = await loadCustomers();
        return jsonReply(200, await listCustomers(ports, query.cursor, receivedEpochMs));
      },
    ),
    readRoute(
      {
        path: '/quota/customers/{tenant}',
        id: 'getCustomer',
        summary: 'A customer, with its plans and the times from which they are in force',
        answer: { description: 'The customer', schema: CUSTOMER_RECORD },
      },
      async ({ path, receivedEpochMs }) => {
        const { getCustomer } = await loadCustomers();
        return jsonReply(200, await getCustomer(ports, path.tenant, receivedEpochMs));
      },
    ),
    readRoute(
      {
        path: '/quota/tenants/{tenant}/keys/{key}/terms',
        id: 'getTerms',
        summary: 'The plan by which requests with the key are charged, if one is recorded',
        answer: { description: 'The terms in force', schema: TERMS },
      },
      async ({ path, receivedEpochMs }) => {
        const { showTerms } = await loadCustomers();
        return jsonReply(200, await showTerms(ports, path, receivedEpochMs));
      },
    ),
    ...changeRoutes(ports),
    stateRoute(
      ports,
      'suspend',
      'suspended',
      'Refuses the requests of the customer until the customer is resumed',
    ),
    stateRoute(ports, 'resume', 'active', 'Ends a suspension'),
    stateRoute(ports, 'close', 'closed', 'Closes the customer for good; its recorded charges are kept'),
  ];
}

const CURRENCY = optional(
  text('Currency of its invoices; plans in another currency are refused.', { maxLength: 3 }),
);

function changeRoutes(ports: AdminPorts): readonly Route[] {
  return [
    changeRoute(
      {
        method: 'PUT',
        path: '/quota/customers/{tenant}',
        id: 'createCustomer',
        summary: 'Creates a customer record, with its plan from now on',
        body: {
          plan: PLAN,
          name: optional(text('Name on invoices.', { maxLength: 128 })),
          currency: CURRENCY,
          limits: LIMITS,
        },
        answer: CHANGED,
      },
      async (request) => {
        const { createCustomer } = await loadCustomers();
        const wanted = { ...request.path, ...request.body };
        return jsonReply(200, await createCustomer(ports, toRequested(request), wanted));
      },
    ),
    changeRoute(
      {
        method: 'PUT',
        path: '/quota/customers/{tenant}/plan',
        id: 'setCustomerPlan',
        summary: 'Assigns a plan to a customer, now or at a later time',
        body: {
          plan: PLAN,
          from: optional(instant('The time from which the plan is in force; default: now')),
          currency: CURRENCY,
          limits: LIMITS,
          version: wholeNumber('One more than the newest version', { min: 2, max: Number.MAX_SAFE_INTEGER }),
        },
        answer: CHANGED,
      },
      async (request) => {
        const { setPlan } = await loadCustomers();
        const { from, ...wanted } = request.body;
        const term = { ...request.path, ...wanted, fromEpochMs: from };
        return jsonReply(200, await setPlan(ports, toRequested(request), term));
      },
    ),
    changeRoute(
      {
        method: 'POST',
        path: '/quota/migrate-customers',
        id: 'migrateCustomers',
        summary: 'Creates customer records for tenants whose keys all have the same plan, a page at a time',
        body: { cursor: CURSOR },
        answer: { description: 'What was done', schema: MIGRATED },
      },
      async (request) => {
        const { migrateCustomers } = await import('./migrate-customers.ts');
        return jsonReply(200, await migrateCustomers(ports, toRequested(request), request.body.cursor));
      },
    ),
  ];
}

function stateRoute(
  ports: AdminPorts,
  verb: 'suspend' | 'resume' | 'close',
  state: CustomerState,
  summary: string,
): Route {
  return changeRoute(
    {
      method: 'POST',
      path: `/quota/customers/{tenant}/${verb}`,
      id: `${verb}Customer`,
      summary,
      body: {},
      answer: CHANGED,
    },
    async (request) => {
      const { setState } = await loadCustomers();
      return jsonReply(200, await setState(ports, toRequested(request), request.path.tenant, state));
    },
  );
}

function quotas(description: string): Field<Readonly<Record<string, number>>> {
  const isQuota = (entry: readonly [string, unknown]): entry is [string, number] =>
    Number.isSafeInteger(entry[1]) && Number(entry[1]) >= 0;
  return {
    schema: {
      type: 'object',
      description,
      additionalProperties: { type: 'integer', minimum: 0 },
      maxProperties: MAX_QUOTAS,
    },
    isRequired: true,
    expected: `at most ${MAX_QUOTAS} whole numbers of units, by limit id`,
    read(value) {
      if (!isJsonObject(value)) return undefined;
      const entries = Object.entries(value);
      const read = entries.filter(isQuota);
      const isWhole = read.length === entries.length && read.length > 0 && read.length <= MAX_QUOTAS;
      return isWhole ? Object.fromEntries(read) : undefined;
    },
  };
}
