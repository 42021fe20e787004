/** An engine in memory with one table of counters. */
import assert from 'node:assert/strict';
import { DynamoDbError } from '../../packages/gateway/dynamodb/actions.ts';
import { DynamoDbEngine } from '../../packages/gateway/dynamodb/engine.ts';
import { VirtualClock } from './virtual-ports.ts';

export const CREATE_COUNTERS = {
  TableName: 'counters',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

export const key = (id: string) => ({ id: { S: id } });
export const add = (id: string, amount: number, more = {}) => ({
  TableName: 'counters',
  Key: key(id),
  UpdateExpression: 'ADD amount :amount',
  ExpressionAttributeValues: { ':amount': { N: String(amount) } },
  ...more,
});

export async function anEngine(clock = new VirtualClock(), maxMemoryBytes?: number): Promise<DynamoDbEngine> {
  const engine = await DynamoDbEngine.open({ clock, maxMemoryBytes });
  await engine.execute('CreateTable', CREATE_COUNTERS);
  return engine;
}

export async function amountOf(engine: DynamoDbEngine, id: string): Promise<string | undefined> {
  const { Item: item } = (await engine.execute('GetItem', { TableName: 'counters', Key: key(id) })) as {
    Item?: { amount?: { N?: string } };
  };
  return item?.amount?.N;
}

export async function refusal(promise: Promise<unknown>): Promise<DynamoDbError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof DynamoDbError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}
