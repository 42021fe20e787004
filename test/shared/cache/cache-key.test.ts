import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { cacheKeyOf } from '#shared/cache/cache-key.ts';
import { parseCachedRequest } from '#shared/cache/cached-request.ts';
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import type { ResponseCacheOptions } from '#shared/middleware/response-cache.ts';
import { anHttpEvent, aRestEvent, CacheDesk, countedHandler } from '../../support/a-response-cache.ts';
import type { Reply } from '../../support/a-response-cache.ts';

const ALICE = { authorization: 'Bearer alice' };
const BOB = { authorization: 'Bearer bob' };

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

const counted = (options?: Partial<ResponseCacheOptions<object>>) => countedHandler(desk, options);
const statusOf = ({ headers }: Reply): string | undefined => headers['cache-status'];
const MISS = 'gatewright; fwd=miss; stored';
const HIT = 'gatewright; hit; ttl=60';

/** In payload 1.0, of a public or private caller. */
async function askRest({ headers, authorizer }: { headers: Record<string, string>; authorizer: object }) {
  const { requestContext, ...event } = aRestEvent({});
  const handler = withResponseCache<object>(() => ({ statusCode: 200, body: '' }), {
    cache: desk.ports,
    ttlSeconds: 60,
  });
  const context = { ...requestContext, authorizer };
  return statusOf((await handler({ ...event, version: '1.0', headers, requestContext: context })) as Reply);
}

describe('a shared answer', () => {
  it('never goes to another principal, with any credentials', async () => {
    const text = fc.constantFrom('', 'a', 'b', 'ab');
    const principal = fc.record({
      authorization: text,
      cookie: text,
      token: text,
      sub: text,
      scope: text,
      arn: text,
      id: text,
      query: text,
    });
    type Principal = typeof principal extends fc.Arbitrary<infer T> ? T : never;
    const eventOf = ({ authorization, cookie, token, sub, scope, arn, id, query }: Principal) =>
      anHttpEvent({
        query: new URLSearchParams({ page: '1', ...(query && { token: query }) }).toString(),
        headers: Object.fromEntries(
          Object.entries({ authorization, cookie, 'x-session-token': token }).filter(
            ([, value]) => value !== '',
          ),
        ),
        authorizer: {
          ...(sub && { jwt: { claims: { sub }, scopes: [scope] } }),
          ...(arn && { iam: { userArn: arn } }),
          ...(id && { lambda: { id, nested: { scope } } }),
        },
      });
    await fc.assert(
      fc.asyncProperty(fc.array(principal, { minLength: 2, maxLength: 12 }), async (principals) => {
        const own = new CacheDesk();
        const handler = withResponseCache<ReturnType<typeof anHttpEvent>>(
          // All that identifies a caller to a service.
          ({ headers, rawQueryString, requestContext: { authorizer } }) => {
            const { authorization, ...others } = headers;
            const isSigned = authorizer?.['iam'] !== undefined;
            const body = JSON.stringify([isSigned ? '' : authorization, others, rawQueryString, authorizer]);
            return { statusCode: 200, body };
          },
          { cache: own.ports, ttlSeconds: 60 },
        );
        const ask = withoutCache(eventOf);
        for (const one of principals) {
          const { body } = (await handler(eventOf(one))) as Reply;
          assert.equal(body, ask(one));
        }
      }),
      { numRuns: 300 },
    );

    function withoutCache(make: typeof eventOf): (one: Principal) => string {
      return (one) => {
        const { headers, rawQueryString, requestContext } = make(one);
        const { authorization, ...others } = headers;
        const { authorizer } = requestContext;
        const isSigned = authorizer?.['iam'] !== undefined;
        return JSON.stringify([isSigned ? '' : authorization, others, rawQueryString, authorizer]);
      };
    }
  });

  it('goes to the same caller again', async () => {
    const send = counted();
    const bodies = [];
    for (const headers of [ALICE, BOB, ALICE, BOB]) bodies.push((await send({ headers })).body);
    assert.deepEqual(bodies, ['answer 1', 'answer 2', 'answer 1', 'answer 2']);
  });

  it('is separated by token if an authorizer of the service calls a member of its context iam', async () => {
    const send = counted();
    const authorizer = { principalId: 'everybody', iam: 'yes' };
    const bodies = [];
    for (const headers of [ALICE, BOB]) bodies.push((await send({ headers, authorizer })).body);
    assert.deepEqual(bodies, ['answer 1', 'answer 2']);
  });

  // A payload of version 1.0 has the members of a Lambda authorizer's context next to those of API Gateway.
  it('is separated by token if a Lambda authorizer of payload 1.0 answers an object called iam', async () => {
    const authorizer = { principalId: 'everybody', iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } };
    const statuses = [];
    for (const Authorization of ['Bearer alice', 'Bearer bob'])
      statuses.push(await askRest({ headers: { Authorization }, authorizer }));
    assert.deepEqual(statuses, [MISS, MISS]);
  });

  it('goes to the same signer of IAM, with another signature', async () => {
    const send = counted();
    const authorizer = { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } };
    const bodies = [];
    for (const signature of ['1', '2'])
      bodies.push(
        (await send({ authorizer, headers: { authorization: signature, 'x-amz-date': signature } })).body,
      );
    assert.deepEqual(bodies, ['answer 1', 'answer 1']);
  });

  it('does not exist if no caller is visible and the scope is not public', async () => {
    const send = counted();
    await send();
    assert.equal(statusOf(await send()), 'gatewright; fwd=bypass; detail=no-caller');
    assert.equal(desk.items.size, 0);
  });

  it('goes to the same request, with its values in any order', async () => {
    const send = counted({ key: { headers: ['accept', 'accept-language'] } });
    const accept = { accept: 'text/html', 'accept-language': 'de' };
    const reversed = { 'accept-language': 'de', accept: 'text/html' };
    const claims = { sub: 'ada', scope: 'read' };
    await send({
      query: 'page=1&size=9&a=0',
      headers: { ...ALICE, cookie: 'c', ...accept },
      authorizer: { jwt: { claims } },
    });
    const again = await send({
      query: 'size=9&a=0&page=1',
      headers: { ...reversed, cookie: 'c', ...ALICE },
      authorizer: { jwt: { claims: { scope: claims.scope, sub: claims.sub } } },
    });
    assert.equal(again.body, 'answer 1');
  });

  it('goes to the callers that the service names', async () => {
    const send = counted({
      scope: (event) => (event as ReturnType<typeof anHttpEvent>).headers['x-tenant'],
    });
    await send({ headers: { ...ALICE, 'x-tenant': 'acme' } });
    assert.equal((await send({ headers: { ...BOB, 'x-tenant': 'acme' } })).body, 'answer 1');
    assert.equal((await send({ headers: { ...BOB, 'x-tenant': 'other' } })).body, 'answer 2');
    assert.equal(statusOf(await send({ headers: BOB })), 'gatewright; fwd=bypass; detail=no-caller');
  });

  // JavaScript takes no notice of types: each of these would be one name for all callers.
  for (const [what, name] of [
    ['null', () => null],
    ['a promise', () => Promise.resolve('acme')],
    ['no number', () => NaN],
    ['a map', () => new Map([['tenant', 'acme']])],
  ] as const)
    it(`goes to no second caller if the service names ${what}`, async () => {
      const send = counted({ scope: name as unknown as () => string });
      await send({ headers: ALICE });
      assert.equal(statusOf(await send({ headers: BOB })), 'gatewright; fwd=bypass; detail=no-caller');
    });

  it('puts no credential in the table', async () => {
    const send = counted();
    await send({ headers: { authorization: 'Bearer s3cret' } });
    assert.doesNotMatch(JSON.stringify([...desk.items]), /s3cret/);
  });

  it('never goes to a request with headers that change it, for public answers too', async () => {
    const handler = withResponseCache<ReturnType<typeof anHttpEvent>>(
      ({ headers }) => ({ statusCode: 200, body: `at ${Object.values(headers).join()}` }),
      { cache: desk.ports, ttlSeconds: 60, scope: 'public' },
    );
    const ask = async (headers = {}) => (await handler(anHttpEvent({ headers }))) as Reply;
    for (const name of ['X-Forwarded-Host', 'X-HTTP-Method-Override', 'X-Original-URL', 'Forwarded'])
      assert.equal((await ask({ [name]: 'evil' })).body, 'at evil');
    assert.equal((await ask()).body, 'at ');
    assert.match(statusOf(await ask({ 'X-Forwarded-Host': 'evil' })) ?? '', /hit/);
  });

  it('is never returned for another route or path parameter, although API Gateway decodes both paths to the same', async () => {
    const handler = withResponseCache<object>(
      (event) => ({
        statusCode: 200,
        body: JSON.stringify((event as { pathParameters: object }).pathParameters),
      }),
      { cache: desk.ports, ttlSeconds: 60, scope: 'public' },
    );
    const ask = async (routeKey: string, pathParameters: object) => {
      const event = anHttpEvent({ path: '/files/a/b' });
      const requestContext = { ...event.requestContext, routeKey };
      return ((await handler({ ...event, pathParameters, requestContext })) as Reply).body;
    };
    assert.equal(await ask('GET /files/{id}', { id: 'a/b' }), '{"id":"a/b"}');
    assert.equal(await ask('GET /files/{id}/{part}', { id: 'a', part: 'b' }), '{"id":"a","part":"b"}');
    assert.equal(await ask('GET /files/{id}', { id: 'a%2Fb' }), '{"id":"a%2Fb"}');
  });
});

/** Payload 2.0 has cookies apart from the headers. */
describe('a session that is a cookie of payload 2.0', () => {
  const ROWS: readonly {
    readonly name: string;
    readonly options: Partial<ResponseCacheOptions<object>>;
    readonly answers: readonly string[];
  }[] = [
    { name: 'separates callers', options: {}, answers: ['alice', 'bob'] },
    {
      name: 'is not looked at for public answers',
      options: { scope: 'public' },
      answers: ['alice', 'alice'],
    },
    {
      name: 'separates public answers whose key has the header',
      options: { scope: 'public', key: { headers: ['Cookie'] } },
      answers: ['alice', 'bob'],
    },
    {
      name: 'separates callers of one tenant if the key has the header',
      options: { scope: () => 'acme', key: { headers: ['cookie'] } },
      answers: ['alice', 'bob'],
    },
  ];
  for (const { name, options, answers } of ROWS)
    it(name, async () => {
      const handler = withResponseCache<{ readonly cookies: readonly string[] }>(
        ({ cookies }) => ({ statusCode: 200, body: cookies[0] }),
        { cache: desk.ports, ttlSeconds: 60, ...options },
      );
      const bodies = [];
      for (const session of ['alice', 'bob']) {
        const event = anHttpEvent({ headers: { 'x-requested-with': 'XMLHttpRequest' } });
        bodies.push(((await handler({ ...event, cookies: [session] })) as Reply).body);
      }
      assert.deepEqual(bodies, answers);
    });

  it('is a caller of its own', async () => {
    const handler = withResponseCache<object>(() => ({ statusCode: 200, body: '' }), {
      cache: desk.ports,
      ttlSeconds: 60,
    });
    const reply = (await handler({ ...anHttpEvent({}), cookies: ['session=alice'] })) as Reply;
    assert.equal(statusOf(reply), MISS);
  });

  it('may be what an answer varies by', async () => {
    const handler = withResponseCache<object>(
      () => ({ statusCode: 200, headers: { vary: 'Cookie' }, body: '' }),
      { cache: desk.ports, ttlSeconds: 60, scope: 'public', key: { headers: ['cookie'] } },
    );
    const ask = async (cookie: string) =>
      statusOf((await handler({ ...anHttpEvent({}), cookies: [cookie] })) as Reply);
    assert.deepEqual([await ask('a'), await ask('b')], [MISS, MISS]);
  });
});

describe('a public answer', () => {
  const ask = async (over: object, options: Partial<ResponseCacheOptions<object>> = {}) => {
    const handler = withResponseCache<object>(() => ({ statusCode: 200, body: '' }), {
      cache: desk.ports,
      ttlSeconds: 60,
      scope: 'public',
      ...options,
    });
    return statusOf((await handler({ ...anHttpEvent({}), ...over })) as Reply);
  };

  it('is for one query exactly as it was sent, even if two queries decode to the same', async () => {
    const statuses = [];
    for (const rawQueryString of ['id=%FF', 'id=%FE', 'id=+', 'id=%20'])
      statuses.push(await ask({ rawQueryString }));
    assert.deepEqual(statuses, [MISS, MISS, MISS, MISS]);
  });

  // API Gateway takes `;` as a separator, too: both events have the parameter `page`, of one character U+FFFD.
  it('is for the bytes of a parameter after a semicolon', async () => {
    const key = { query: ['page'] };
    const queryStringParameters = { other: '1', page: '\ufffd' };
    const statuses = [];
    for (const rawQueryString of ['other=1;page=%FF', 'other=1;page=%FE', 'other=1;page=%FE'])
      statuses.push(await ask({ rawQueryString, queryStringParameters }, { key }));
    assert.deepEqual(statuses, [MISS, MISS, HIT]);
  });

  // Headers that frameworks read, of redteam's R7.
  for (const name of [
    'x-forwarded-uri',
    'x-forwarded-ssl',
    'x-original-forwarded-for',
    'rsc',
    'x-nextjs-data',
    'origin',
  ])
    it(`is for one value of ${name}`, async () => {
      const statuses = [];
      for (const value of ['1', '2']) statuses.push(await ask({ headers: { [name]: value } }));
      assert.deepEqual(statuses, [MISS, MISS]);
    });

  it('is for one spelling of the name of a header, since a handler may miss another', async () => {
    const key = { headers: ['accept-language'] };
    assert.equal(await ask({ headers: { 'Accept-Language': 'de' } }, { key }), MISS);
    assert.equal(await ask({ headers: { 'accept-language': 'de' } }, { key }), MISS);
  });

  it('is for one stage of a REST API with its variables', async () => {
    const statuses = [];
    for (const table of ['orders', 'orders', 'canary'])
      statuses.push(await ask({ stageVariables: { table } }));
    assert.deepEqual(statuses, [MISS, HIT, MISS]);
  });
});

describe('a request that the cache passes by', () => {
  const BYPASSED: readonly (readonly [name: string, over: object, reason: string])[] = [
    ['has a body', { body: '{"id":1}' }, 'body'],
    ['has a body that a middleware has parsed', { body: { id: 1 } }, 'body'],
    ['has a member that is not known', { rawHeaders: ['a'] }, 'unknown-member'],
  ];
  for (const [name, over, reason] of BYPASSED)
    it(name, async () => {
      const handler = withResponseCache<object>(() => ({ statusCode: 200, body: '' }), {
        cache: desk.ports,
        ttlSeconds: 60,
        scope: 'public',
      });
      const reply = (await handler({ ...anHttpEvent({}), ...over })) as Reply;
      assert.equal(statusOf(reply), `gatewright; fwd=bypass; detail=${reason}`);
      assert.equal(desk.items.size, 0);
    });

  it('has an unknown member in its context', async () => {
    const { requestContext, ...event } = anHttpEvent({});
    const handler = withResponseCache<object>(() => ({ statusCode: 200, body: '' }), {
      cache: desk.ports,
      ttlSeconds: 60,
      scope: 'public',
    });
    const reply = (await handler({ ...event, requestContext: { ...requestContext, tenant: 'a' } })) as Reply;
    assert.equal(statusOf(reply), 'gatewright; fwd=bypass; detail=unknown-member');
  });

  it('has an event that is malformed, which the handler gets', async () => {
    const handler = withResponseCache<object>(() => 'asked', { cache: desk.ports, ttlSeconds: 60 });
    const { requestContext, ...event } = anHttpEvent({});
    assert.equal(
      await handler({ ...event, requestContext: { ...requestContext, authorizer: 'x' } }),
      'asked',
    );
    assert.equal(await handler({ ...event, requestContext, headers: 'x' }), 'asked');
  });
});

describe('the key of an entry', () => {
  // A change of its parts empties every cache, and needs the next version number at its beginning.
  it('is what it was in the release before', () => {
    const request = parseCachedRequest(
      anHttpEvent({ query: 'page=2&size=9', headers: { accept: 'text/html', host: 'api.example.com' } }),
    );
    assert.ok(request !== undefined);
    assert.equal(
      cacheKeyOf(request, { query: ['page'], headers: ['Accept'] }, { kind: 'public' }),
      '1c1736ef195938a1f64077eef7dbe4b24de0a5b802ed12568734440b19aace27',
    );
  });
});
