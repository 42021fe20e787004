/** What functions write by their policies and what the operator's command reads and resets, on the embedded DynamoDB. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { createPolicy } from '#shared/resilience/create-policy.ts';
import { createDynamoDbBreakers } from '#shared/resilience/dynamodb-breakers.ts';
import type { ResilienceEvent } from '#shared/resilience/resilience-event.ts';
import { startEmbeddedDynamoDb } from '../../../../packages/dynamodb/embedded-dynamodb.ts';
import {
  listBreakers,
  readBreaker,
  resetBreaker,
} from '../../../../packages/operate/breakers/breaker-table.ts';
import { createSystemClock } from '../../../../packages/server/adapters/system-clock.ts';
import { createAws } from '../../../../packages/terminal/aws-call.ts';
import type { Aws } from '../../../../packages/terminal/aws-call.ts';
import { SIGNER } from '../../../support/orders-table.ts';

const PLACE = { tableName: 'breakers', namespace: 'shop' };
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const DOWN = () => Promise.reject(new Error('connection reset'));
const MENU = () => Promise.resolve('menu');

describe('shared breakers on DynamoDB', () => {
  let client: commands.DynamoDBClient;
  let aws: Aws;
  let stop: () => Promise<void>;
  before(async () => {
    const clockOffset = createSystemClock().offset;
    const dynamoDb = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], clockOffset });
    const connection = {
      region: 'us-east-1',
      endpoint: dynamoDb.url,
      maxAttempts: 1,
      credentials: CREDENTIALS,
    };
    client = new commands.DynamoDBClient(connection);
    aws = createAws('us-east-1', CREDENTIALS, { endpointUrl: dynamoDb.url });
    await client.send(
      new commands.CreateTableCommand({
        TableName: PLACE.tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    stop = async () => {
      client.destroy();
      await dynamoDb.close();
    };
  });
  after(() => stop());

  function anInstance(name: string) {
    const events: ResilienceEvent[] = [];
    const shared = createDynamoDbBreakers({ ...PLACE, load: () => Promise.resolve({ client, commands }) });
    const breaker = { minimumCalls: 1, openSeconds: 60 };
    const observe = (event: ResilienceEvent) => void events.push(event);
    const policy = createPolicy({ name, timeoutMs: 1000, breaker, shared, observe });
    return { policy, events };
  }

  it('are opened for another instance, listed, and closed by a reset', async () => {
    const one = anInstance('prices');
    await assert.rejects(one.policy.run(DOWN), { message: 'connection reset' });
    assert.deepEqual(one.events, [{ kind: 'changed', breaker: 'prices', state: 'open', by: 'table' }]);
    await assert.rejects(anInstance('prices').policy.run(MENU), { code: 'CIRCUIT_OPEN' });

    const [listed, ...others] = await listBreakers(aws, PLACE);
    assert.deepEqual(others, []);
    assert.deepEqual([listed?.name, listed?.state, listed?.why], ['prices', 'open', 'calls-failed']);
    const openMs = Date.parse(listed?.openUntil ?? '') - Date.parse(listed?.changedAt ?? '');
    assert.ok(openMs >= 63_000 && openMs < 70_000, `${openMs} ms`);

    const reset = await resetBreaker(aws, PLACE, 'prices');
    assert.deepEqual([reset.state, reset.why, reset.generation], ['closed', 'reset', 2]);
    assert.deepEqual(await readBreaker(aws, PLACE, 'prices'), reset);
    assert.deepEqual(await resetBreaker(aws, PLACE, 'prices'), reset, 'nothing is left to close');
    assert.equal(await anInstance('prices').policy.run(MENU), 'menu');
  });

  it('are none before they have opened', async () => {
    assert.equal(await anInstance('quiet').policy.run(MENU), 'menu');

    await assert.rejects(readBreaker(aws, PLACE, 'quiet'), {
      message: 'breakers has no breaker quiet in shop: it is closed and never opened, or has another name',
    });
  });

  it('go on by themselves when the table is missing, and count it', async () => {
    const shared = createDynamoDbBreakers({
      tableName: 'absent',
      namespace: 'shop',
      load: () => Promise.resolve({ client, commands }),
    });
    const events: string[] = [];
    const observe = ({ kind }: ResilienceEvent) => void events.push(kind);
    const policy = createPolicy({ name: 'prices', timeoutMs: 1000, breaker: {}, shared, observe });

    assert.equal(await policy.run(MENU), 'menu');
    assert.deepEqual(events, ['table-unavailable']);
    await assert.rejects(listBreakers(aws, { ...PLACE, tableName: 'absent' }), {
      message: /^AWS refused dynamodb:Query with ResourceNotFoundException/,
    });
  });
});

describe('createDynamoDbBreakers', () => {
  it('refuses a namespace that is no name', () => {
    assert.throws(() => createDynamoDbBreakers({ tableName: 'breakers', namespace: 'a#b' }), {
      code: 'CONFIG_INVALID',
    });
  });
});
