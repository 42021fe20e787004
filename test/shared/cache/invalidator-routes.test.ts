/** What an administrator sees of kept answers. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { invalidatorRoutes } from '#shared/cache/invalidator-routes.ts';
import { createInvalidator } from '#shared/cache/lambda-invalidator.ts';
import { createRouter } from '#shared/http/router.ts';
import { CacheDesk, countedHandler } from '../../support/a-response-cache.ts';
import { portsAt, recordAt } from '../../support/a-stage-cache.ts';

type Listed = {
  readonly entries: readonly { readonly kind: string; readonly entry?: object; readonly refusal?: string }[];
  readonly hasMore: boolean;
};

type Described = {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Record<string, { readonly schema?: Schema }> };
};
type Schema = {
  readonly properties: Record<string, { readonly type: string; readonly items?: Schema & { type: string } }>;
};

const desk = new CacheDesk();
const answer = createRouter(invalidatorRoutes(portsAt(desk)));
async function get(path: string, queryStringParameters: Readonly<Record<string, string>> = {}) {
  const event = {
    version: '2.0',
    routeKey: `GET ${path}`,
    headers: {},
    queryStringParameters,
    requestContext: {
      stage: '$default',
      requestId: 'r-1',
      timeEpoch: desk.nowMs,
      http: { method: 'GET', path },
      authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } },
    },
  };
  const { statusCode, body } = await answer(event, () => undefined);
  return { status: statusCode, body: JSON.parse(body ?? '') as unknown };
}
const list = async (query: Readonly<Record<string, string>>) =>
  (await get('/cache/entries', { namespace: 'orders', ...query })).body as Listed;

describe('GET /cache/openapi.json', () => {
  it('names each operation, and the type of each member of a request', async () => {
    const { body } = await get('/cache/openapi.json');
    const { paths } = body as { paths: Record<string, Record<string, Described>> };
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const parse = paths['/cache/invalidations']?.['post']?.requestBody?.content['application/json']?.schema;

    assert.deepEqual(
      operations.map(({ operationId }) => operationId),
      ['describeCacheApi', 'invalidate', 'getInvalidation', 'listCacheEntries'],
    );
    assert.deepEqual(
      Object.entries(parse?.properties ?? {}).map(([name, { type, items }]) => [
        name,
        items?.type ?? type,
        type,
      ]),
      [
        ['namespace', 'string', 'string'],
        ...['tags', 'paths', 'parts'].map((name) => [name, 'string', 'array']),
        ['all', 'boolean', 'boolean'],
        ...['authorizers', 'edgePaths'].map((name) => [name, 'string', 'array']),
        ...['allowFlush', 'flushAbove', 'dryRun'].map((name) => {
          const type = name === 'flushAbove' ? 'integer' : 'boolean';
          return [name, type, type];
        }),
      ],
    );
  });
});

const askFor = (tag: string): Promise<unknown> =>
  countedHandler(desk, { scope: 'public', tags: () => [tag] })({ query: `page=${tag === 'one' ? 2 : 3}` });

describe('GET /cache/entries', () => {
  before(async () => {
    await recordAt(desk, 2, 'authorizer');
    await askFor('one');
  });

  it('says to what an entry of a stage cache belongs, and why it cannot be refreshed', async () => {
    const { entries } = await list({ tag: 't' });

    assert.equal(entries.length, 2);
    for (const { kind, entry, refusal } of entries) {
      assert.deepEqual([kind, refusal], ['recorded-by-cacheTags', 'authorizer']);
      assert.match(JSON.stringify(entry), /\/p\/[01]/);
    }
  });

  it('says for an answer of the answer cache by which names it can be invalidated, and until when it is cached', async () => {
    const { entries } = await list({ tag: 'one' });

    assert.deepEqual(
      entries.map((entry) => ({ ...entry, id: '' })),
      [
        {
          id: '',
          kind: 'response',
          entry: 'path:/orders query.page=2 tag:one',
          until: new Date(desk.nowMs + 61_000).toISOString(),
        },
      ],
    );
  });

  it('omits dropped answers until they are stored again', async () => {
    await askFor('other');
    const count = async () => (await list({ tag: 'other' })).entries.length;
    const before = await count();
    await createInvalidator(portsAt(desk), [])(
      { invalidate: { namespace: 'orders', tags: ['other'] } },
      () => undefined,
    );
    const dropped = await count();
    desk.pass(2);
    await askFor('other');

    assert.deepEqual([before, dropped, await count()], [1, 0, 1]);
    await createInvalidator(portsAt(desk), [])(
      { invalidate: { namespace: 'orders', tags: ['other'] } },
      () => undefined,
    );
  });

  it('are counted by a dry run that an event asks for, which drops none of them', async () => {
    const invalidate = { namespace: 'orders', tags: ['one'], dryRun: true };
    const before = (await list({})).entries.length;
    const result = await createInvalidator(portsAt(desk), [])({ invalidate }, () => undefined);

    assert.ok('reports' in result && result.reports.length === 1, JSON.stringify(result));
    assert.ok((result.reports[0]?.entries ?? 0) > 0);
    assert.equal((await list({})).entries.length, before);
  });

  it('lists those of all tags if none is named, and none of another', async () => {
    assert.equal((await list({})).entries.length, 3);
    assert.deepEqual(await list({ tag: 'nobody' }), { entries: [], hasMore: false });
  });

  it('lists no more than requested, and says that there are more', async () => {
    const few = await list({ limit: '2' });

    assert.deepEqual([few.entries.length, few.hasMore], [2, true]);
    assert.equal((await list({ limit: '3' })).hasMore, false);
  });
});

describe('GET /cache/openapi.json', () => {
  it('names each operation once, and each type as what its bounds are of', async () => {
    const { status, body } = await get('/cache/openapi.json');
    const text = JSON.stringify(body);

    assert.equal(status, 200);
    assert.deepEqual([...text.matchAll(/"operationId":"(\w*)"/g)].map(([, id]) => id).sort(), [
      'describeCacheApi',
      'getInvalidation',
      'invalidate',
      'listCacheEntries',
    ]);
    for (const [, type, bound] of text.matchAll(
      /"type":"(\w*)",(?:"description":"[^"]*",)?"(items|minimum)"/g,
    ))
      assert.equal(type, bound === 'items' ? 'array' : 'integer');
  });
});
