/** Returns prices of crops. Each request costs one unit of the customer's plan, and gets 429 if no unit is left. */
import { claimsOf } from 'gatewright/access';
import { createDynamoDbQuotas, withQuota } from 'gatewright/quota';

const PRICES = { barley: 184.5, maize: 171.25, wheat: 213 };

const quotas = createDynamoDbQuotas({ tableName: process.env.USAGE_TABLE });

/** The plan is not named here, because the record of the customer names it. */
const subject = (event) => {
  const { tenant, sub } = claimsOf(event);
  return { tenant, key: sub };
};

const showPrice = async (event) => {
  const { crop } = event.pathParameters;
  if (Object.hasOwn(PRICES, crop)) return { crop, price: PRICES[crop], currency: 'EUR' };
  return { statusCode: 404, body: JSON.stringify({ message: 'There is no such crop.' }) };
};

export const handler = withQuota(showPrice, { quotas, subject });
