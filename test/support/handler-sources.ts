/**
 * Handlers as users of the npm package write them. They are strings, because `gatewright/quota` can only be resolved
 * where the package is installed.
 */

/** A handler that uses every entry of the package, with the errors that the compiler must report. */
export const TYPED_HANDLERS = `
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 as Event } from 'aws-lambda';
import {
  access,
  callerOf,
  callerOfTicket,
  createLambdaTicketPorts,
  issueTicket,
  withAccess,
} from 'gatewright/access';
import { createGather } from 'gatewright/gather';
import {
  admissionOf,
  countQuotas,
  createDynamoDbQuotas,
  DomainError,
  parsePlan,
  PlanInvalid,
  quota,
  withQuota,
} from 'gatewright/quota';
import type { Decision, PeriodRule, Quotas, Subject, UsagePlan } from 'gatewright/quota';
import { countResilience, createDynamoDbBreakers, createPolicy } from 'gatewright/resilience';
import { createDynamoDbClaims, deliveryOf, webhook, withWebhook } from 'gatewright/webhooks';

const quotas: Quotas = createDynamoDbQuotas({
  tableName: 'usage',
  plans: [],
  observe: countQuotas(new Metrics({ namespace: 'shop' })),
});
const subject = (event: Event): Subject => ({ plan: 'free', tenant: 'shop', key: event.rawPath });
const answer = async (event: Event) => ({ statusCode: 200, body: event.rawPath });

export const plan: UsagePlan = parsePlan({});
export const periods: readonly PeriodRule[] = plan.limits.flatMap((limit) =>
  limit.kind === 'quota' ? [limit.period] : [],
);
export const decide = (): Promise<Decision> => quotas.consume({ plan: 'free', tenant: 'shop', key: 'key-1' });
export const charged = middy<Event>()
  .use(quota({ quotas, subject, cost: (event) => event.rawPath.length }))
  .handler(async (event) => {
    await admissionOf(event)?.settle(2);
    return answer(event);
  });
const chargedPlainly = withQuota(answer, { quotas, subject });
const shared = createDynamoDbBreakers({ tableName: 'shop', namespace: 'shop' });
const observe = countResilience(new Metrics({ namespace: 'shop' }));
const prices = createPolicy({ name: 'prices', timeoutMs: 800, breaker: {}, shared, observe });
const gather = createGather({ identityTo: ['https://orders.example'] });
export const receipt = async (event: Event) => {
  const { values, failures } = await gather(
    { event },
    {
      order: { from: ({ json }) => json('https://orders.example/1', String, { policy: prices }), required: true },
      price: { from: () => prices.run(async () => 12), fallback: () => null },
      courier: async () => 'ann',
    },
  );
  const order: string = values.order;
  const price: number | null = values.price;
  // @ts-expect-error: it may be missing
  const courier: string = values.courier;
  return { order, price, courier, why: failures.courier?.reason };
};
// @ts-expect-error: every wait has a deadline
createPolicy({ name: 'prices' });
// @ts-expect-error: a cost is a number
quota({ quotas, subject, cost: () => '1' });
// @ts-expect-error: which table?
createDynamoDbQuotas({ plans: [] });

export const describe = (error: unknown): string => {
  if (error instanceof PlanInvalid) return error.field;
  return error instanceof DomainError && error.code === 'PLAN_UNKNOWN' ? error.message : '';
};

const ports = createLambdaTicketPorts('access');
export const ticket = (event: Event) =>
  issueTicket(ports, { document: 'tracking', caller: callerOfTicket(event), ttlSeconds: 30 });
export const checked = middy<Event>()
  .use(access({ scopes: ['orders:read'] }))
  .handler(async (event) => ({ statusCode: 200, body: callerOf(event)?.subject ?? '' }));
const checkedPlainly = withAccess(answer, { scopes: ['orders:read'] });
// @ts-expect-error: a list of scopes
access({ scopes: 'orders:read' });

const claims = createDynamoDbClaims({ tableName: 'access' });
const hooked = middy<Event>()
  .use(webhook({ scheme: 'stripe', secrets: () => ['whsec_1'], claims }))
  .handler(async (event) => ({ statusCode: 200, body: deliveryOf(event)?.type ?? '' }));
const hookedPlainly = withWebhook(answer, { scheme: 'github', secrets: ['s'] });
// @ts-expect-error: nobody signs so
webhook({ scheme: 'nobody', secrets: [] });
`;

/** The gateway as a library. */
export const TYPED_LIBRARY = `
import type { Gateway, GatewayOptions } from 'gatewright';
import { createGateway } from 'gatewright';
export const start: (options: GatewayOptions) => Promise<Gateway> = createGateway;
// @ts-expect-error: a port is a number
export const port: string = (null as unknown as GatewayOptions).port;
`;

/** The handler of `test/fixtures/npm-service/partners`, which allows two requests a day. */
export const ORDERS_HANDLER = `
import middy from '@middy/core';
import { createDynamoDbQuotas, quota } from 'gatewright/quota';

const quotas = createDynamoDbQuotas({
  tableName: process.env['USAGE_TABLE'] ?? '',
  plans: [{ id: 'free', version: 1, limits: [{ id: 'daily', level: 'key', quota: 2, period: 'DAY' }] }],
});

export const handler = middy()
  .use(quota({ quotas, subject: () => ({ plan: 'free', tenant: 'partners', key: 'partner-1' }) }))
  .handler(async () => ({ statusCode: 200, body: 'orders' }));
`;

/** A handler for a project that has installed only the package. */
export const BARE_HANDLER = `
import { createDynamoDbQuotas, withQuota } from 'gatewright/quota';

const quotas = createDynamoDbQuotas({
  tableName: process.env['USAGE_TABLE'] ?? 'usage',
  plans: [{ id: 'free', version: 1, limits: [{ id: 'daily', level: 'key', quota: 2, period: 'DAY' }] }],
});

export const handler = withQuota(async () => ({ statusCode: 200 }), {
  quotas,
  subject: () => ({ plan: 'free', tenant: 'partners', key: 'partner-2' }),
});
`;
