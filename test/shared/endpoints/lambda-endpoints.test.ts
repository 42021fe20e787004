/** What the receiver reads from DynamoDB about the endpoint of a delivery. */
import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createLambdaEndpoints } from '#shared/endpoints/lambda-endpoints.ts';
import { withEnvironment } from '../../support/fresh-function.ts';
import { aLoopbackServer } from '../../support/signed-tokens.ts';

const ID = 'ABCDEFGHIJKLMNOP';
const RECORD = {
  endpointId: ID,
  tenant: 'acme',
  source: 'orders',
  name: 'shop',
  secrets: [{ secretId: '0'.repeat(32), createdAtEpochSeconds: 1 }],
  createdAtEpochSeconds: 1,
};

describe('the endpoints of webhook-receiver', () => {
  it('are read consistently, so that a revocation is in force at once, and then the customer is read', async () => {
    const asked: unknown[] = [];
    await using server = await aLoopbackServer((request, response) => {
      void json(request).then((body) => {
        asked.push(body);
        const item = { ver: { N: '1' }, doc: { S: JSON.stringify(RECORD) } };
        const answer = asked.length === 1 ? { Item: item } : {};
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
      });
    });
    const environment = {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      GATEWRIGHT_USAGE_TABLE: 'usage',
    };
    await withEnvironment(environment, async () => {
      const endpoint = createLambdaEndpoints('access')('orders', ID);
      assert.equal((await endpoint.secrets(['m'.repeat(32)], 0)).length, 2);
      assert.deepEqual(endpoint.sender(), { customer: 'acme', endpoint: ID });
      assert.equal(await endpoint.standing(), 'closed');
    });
    assert.deepEqual(asked, [
      {
        ConsistentRead: true,
        Key: { pk: { S: `ENDPOINT#${ID}` }, sk: { S: 'ENDPOINT' } },
        TableName: 'access',
      },
      { ConsistentRead: true, Key: { pk: { S: 'Q#acme##' }, sk: { S: 'CUSTOMER' } }, TableName: 'usage' },
    ]);
  });
});
