import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventSourceMappingCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';

const ORDERS = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  },
};

describe('a start with kept tables', () => {
  it('finds their streams before any part could ask for them', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'gatewright-data-'));
    const { Resources } = anHttpApiTemplate('exports.handler = async () => 1;', { ORDERS }) as {
      readonly Resources: object;
    };
    const start = () => aGateway(Resources, { dynamodb: { kind: 'embedded', dataDirectory } });
    try {
      await (await start()).close();
      const again = await start();

      assert.match(again.listening.dynamodb ?? '', /^http:/);
      await again.close();
    } finally {
      rmSync(dataDirectory, { recursive: true });
    }
  });
});

describe('a start of two stacks', () => {
  it('has one table if both name the same one', async () => {
    const { Resources } = anHttpApiTemplate('exports.handler = async () => 1;', { ORDERS }) as {
      readonly Resources: object;
    };
    const other = JSON.stringify({ Resources: { Orders: ORDERS } });
    const embedded = { dynamodb: { kind: 'embedded', dataDirectory: undefined } } as const;
    const started = await aGateway(Resources, embedded, { 'other.json': other }, {}, ['other.json']);

    assert.match(started.listening.dynamodb ?? '', /^http:/);
    await started.close();
  });
});

describe('a table that a call has made', () => {
  // The stream is not in a template: only the store has its ARN.
  it('starts a function with what its stream had before the mapping, and with what comes after it', async () => {
    const source = `exports.handler = async ({ Records }) => {
      for (const { dynamodb } of Records) console.log('changed ' + dynamodb.Keys.id.S) }`;
    const { Resources } = anHttpApiTemplate(source) as { readonly Resources: object };
    const started = await aGateway(Resources, {
      resets: true,
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
    });
    const at = { region: 'eu-west-1', credentials: GATEWAY_ADMIN };
    const dynamodb = new DynamoDBClient({ ...at, endpoint: started.listening.dynamodb ?? '' });
    const lambda = new LambdaClient({ ...at, endpoint: started.listening.control });
    try {
      const { TableDescription: made } = await dynamodb.send(
        new CreateTableCommand({
          TableName: 'made',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        }),
      );
      const put = (id: string) =>
        dynamodb.send(new PutItemCommand({ TableName: 'made', Item: { id: { S: id } } }));
      await put('early');
      const [stack] = started.gateway.stacks;
      await lambda.send(
        new CreateEventSourceMappingCommand({
          EventSourceArn: made?.LatestStreamArn,
          FunctionName: stack?.functions[0]?.name,
          StartingPosition: 'TRIM_HORIZON',
        }),
      );
      await put('late');
      const { GATEWRIGHT_CONTROL_SECRET: secret = '' } = started.gateway.environment();
      await fetch(`${started.listening.control}/_gatewright/settle`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
      });

      const changes = started.lines.filter((line) => line.startsWith('changed '));
      assert.deepEqual(changes, ['changed early', 'changed late']);
    } finally {
      dynamodb.destroy();
      lambda.destroy();
      await started.close();
    }
  });
});
