import * as commands from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDynamoDbListing } from '#shared/table/dynamodb-listing.ts';
import { aLoopbackServer } from '../../support/signed-tokens.ts';

const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } };
const RANGE = { pk: 'p', from: 'a', to: 'b', limit: 1 };

// What it lists: test/shared/quota/admin/lists.suite.ts, over the embedded DynamoDB.
describe('createDynamoDbListing', () => {
  it('calls a refused read unavailable, with the reason', async () => {
    await using server = await aLoopbackServer((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'no' }));
    });
    const client = new commands.DynamoDBClient({ ...LOCAL, endpoint: server.url });
    const load = () => Promise.resolve({ client, commands });
    const listing = createDynamoDbListing({ tableName: 't', load });

    const refused = { kind: 'unavailable', reason: 'AccessDeniedException' };
    assert.deepEqual(await listing.range(RANGE), refused);
    assert.deepEqual(await listing.list({ limit: 1 }), refused);
  });

  it('returns nothing from items that a newer version of the stack has written', async () => {
    await using server = await aLoopbackServer((_request, response) => {
      const key = { pk: { S: 'p' }, sk: { S: 'a' } };
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ Items: [key, { ...key, layout: { N: '2' } }], Count: 2 }));
    });
    const client = new commands.DynamoDBClient({ ...LOCAL, endpoint: server.url });
    const listing = createDynamoDbListing({
      tableName: 't',
      load: () => Promise.resolve({ client, commands }),
    });

    const found = await listing.range(RANGE);

    assert.match(found.kind === 'unavailable' ? found.reason : '', /layout 2/);
  });

  it('loads the SDK on the first call, once, and again after a failure to', async () => {
    let loads = 0;
    const load = () => {
      loads += 1;
      return Promise.reject(new Error('no such package'));
    };
    const listing = createDynamoDbListing({ tableName: 't', load });
    assert.equal(loads, 0);

    assert.equal((await listing.range(RANGE)).kind, 'unavailable');
    assert.equal((await listing.range(RANGE)).kind, 'unavailable');
    assert.equal(loads, 2);
  });
});
