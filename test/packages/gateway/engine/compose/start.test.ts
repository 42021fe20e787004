import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { aGateway } from '../../../../support/a-gateway.ts';
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
  it('knows their streams before any part could ask for them', async () => {
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
  it('has one table where both name the same one', async () => {
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
