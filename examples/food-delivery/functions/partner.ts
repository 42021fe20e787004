/** HTTP API: the menu for partners, who may ask for it 100 times a day each. */
import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda';
import { createDynamoDbQuotas, withQuota } from 'gatewright/quota';
import { show } from './menu.ts';

/** The part of the toolkit's authorizer's answer that says who calls; nothing that the caller may choose. */
type PartnerEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<{ readonly sub: string }>;

/** The table is shared with other APIs, hence names of its own; the role lets no others in (`PartnerRole`). */
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
