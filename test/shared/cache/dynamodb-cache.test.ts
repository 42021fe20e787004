import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import { BROTLI, createDynamoDbCache } from '#shared/cache/dynamodb-cache.ts';
import { responseCache } from '#shared/middleware/response-cache.ts';
import { anHttpEvent, incompressible } from '../../support/a-response-cache.ts';
import type { Reply } from '../../support/a-response-cache.ts';
import { aKeyedTable } from '../../support/a-keyed-table.ts';

const TABLE = 'cache';

describe('createDynamoDbCache', () => {
  let client: commands.DynamoDBClient;
  let stop: () => Promise<void>;
  before(async () => {
    ({ client, stop } = await aKeyedTable(TABLE));
  });
  after(() => stop());

  it('has the handler asked once by many instances, and keeps long answers in pieces', async () => {
    let calls = 0;
    const body = incompressible(500_000);
    // Each an instance of its own, as Lambda has one per request under way.
    const send = async (): Promise<Reply> => {
      const cache = createDynamoDbCache({
        tableName: TABLE,
        namespace: 'orders',
        timeoutMs: 30_000,
        load: () => Promise.resolve({ client, commands }),
      });
      const handler = middy<object, unknown>()
        .use(
          responseCache<object>({
            cache,
            ttlSeconds: 60,
            waitMs: 60_000,
            leaseMs: 120_000,
            tags: () => ['t'],
          }),
        )
        .handler(() => {
          calls += 1;
          return Promise.resolve({ statusCode: 200, body });
        });
      const event = anHttpEvent({ headers: { authorization: 'Bearer a' }, query: 'page=1' });
      return (await handler(event, {} as never)) as Reply;
    };

    const replies = await Promise.all(Array.from({ length: 12 }, send));

    assert.equal(calls, 1);
    for (const reply of replies) assert.equal(reply.body === body, true);
  });

  it('refuses a namespace or size that could not be', () => {
    for (const wrong of [{ namespace: 'a#b' }, { namespace: '' }, { maxBodyBytes: 7_000_000 }])
      assert.throws(() => createDynamoDbCache({ tableName: TABLE, namespace: 'orders', ...wrong }), {
        code: 'CONFIG_INVALID',
      });
  });
});

describe('packed bodies', () => {
  it('come out as they went in, and no larger than allowed', async () => {
    for (const body of ['', 'b', 'ü', 'x'.repeat(10_000)])
      assert.equal(await BROTLI.unpack(await BROTLI.pack(body), 20_000), body);
    assert.equal(await BROTLI.unpack(await BROTLI.pack('x'.repeat(10_000)), 9000), undefined);
    assert.equal(await BROTLI.unpack('b!!!', 9000), undefined);
  });
});
