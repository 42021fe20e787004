/**
 * This axis varies the number of customers whose requests one instance of a function charges (`createQuotas` of
 * `gatewright/quota`).
 */
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { createDynamoDbQuotas } from '#shared/quota/dynamodb-quotas.ts';
import type { Axis, Figures } from './axis.ts';
import { MEMORY } from './columns.ts';
import { CREDENTIALS, restingMegabytes, serving } from './served.ts';
import type { Served } from './served.ts';
import { usageTable, USAGE } from './stacks.ts';

const AT_ONCE = 8;
const PLAN = {
  id: 'grown',
  version: 1,
  limits: [{ id: 'monthly', level: 'tenant', quota: 1e9, period: 'MONTH' }],
};

async function measure({ dynamodb: endpoint }: Served, size: number): Promise<Figures> {
  const client = new dynamoDb.DynamoDBClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  const quotas = createDynamoDbQuotas({
    tableName: USAGE,
    plans: [PLAN],
    timeoutMs: 5_000,
    load: () => Promise.resolve({ client, commands: dynamoDb }),
  });
  const charge = async (tenant: string): Promise<void> => {
    const { allowed } = await quotas.consume({ plan: PLAN.id, tenant, key: tenant, atEpochMs: Date.now() });
    if (!allowed) throw new Error(`${tenant} was refused`);
  };
  /** Charges each customer once. Returns the microseconds for one charge. */
  const chargeAll = async (): Promise<number> => {
    let next = 0;
    const fromMs = performance.now();
    const inTurn = async (): Promise<void> => {
      while (next < size) {
        next += 1;
        await charge(`customer-${next}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
    return ((performance.now() - fromMs) * 1000) / size;
  };
  await charge('customer-of-the-first-call');
  const firstMicros = await chargeAll();
  const laterMicros = await chargeAll();
  await quotas.flush();
  return { firstMicros, laterMicros };
}

export const CUSTOMERS_AXIS: Axis = {
  name: 'customers',
  title: 'Customers of quotas',
  counts: 'customers charged by one instance',
  sizes: [30, 300, 3_000, 30_000],
  columns: [
    { key: 'firstMicros', title: 'first charge of each customer, µs', atMost: 'flat' },
    { key: 'laterMicros', title: 'next charge, µs', atMost: 'flat' },
    MEMORY,
  ],
  how: `Each customer has a monthly limit in a table of the embedded DynamoDB. All customers are charged once, ${AT_ONCE} at a time, and then all of them again.`,
  why: 'A charge reads and writes only the item of its own customer.',
  measure: (size) =>
    serving({ name: 'customers', template: usageTable() }, async (served) => ({
      ...(await measure(served, size)),
      rssMb: await restingMegabytes(served),
    })),
};
