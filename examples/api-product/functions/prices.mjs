/** Prices of crops. Each request costs one unit of the customer's plan; a spent plan gets 429. */
import { claimsOf } from 'gatewright/access';
import { createDynamoDbQuotas, withQuota } from 'gatewright/quota';

const PRICES = { barley: 184.5, maize: 171.25, wheat: 213 };

const quotas = createDynamoDbQuotas({ tableName: process.env.USAGE_TABLE });

export const handler = withQuota(
  quotas,
  (event) => {
    const { tenant, sub } = claimsOf(event);
    return { tenant, key: sub, route: event.routeKey };
  },
  async (event) => {
    const { crop } = event.pathParameters;
    return Object.hasOwn(PRICES, crop)
      ? { crop, price: PRICES[crop], currency: 'EUR' }
      : { statusCode: 404, body: JSON.stringify({ message: 'There is no such crop.' }) };
  },
);
