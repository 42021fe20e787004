/** HTTP API: the menu for partners. Each partner may request it 100 times a day. */
import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda';
import { createDynamoDbQuotas, withQuota } from 'gatewright/quota';
import { show } from './menu.ts';

/** The part of the authorizer's result that identifies the caller; the caller cannot choose any of it. */
type PartnerEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<{ readonly sub: string }>;

/**
 * Other APIs use the same table, so the tenant and the plan have names that no other API uses, and the role of this
 * function (`PartnerRole`) gives access only to the items with these names.
 */
const TENANT = 'food-delivery';
const PLAN = {
  id: 'food-delivery-partner',
  version: 1,
  limits: [{ id: 'daily', level: 'key', quota: 100, period: 'DAY' }],
};

const quotas = createDynamoDbQuotas({ tableName: process.env['USAGE_TABLE'] ?? '', plans: [PLAN] });

export const menu = withQuota<PartnerEvent>(show, {
  quotas,
  subject: ({ requestContext }) => ({
    plan: PLAN.id,
    tenant: TENANT,
    key: requestContext.authorizer.lambda.sub,
  }),
});
