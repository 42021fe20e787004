import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { cacheKeyOf } from '#shared/cache/cache-key.ts';
import { parseCachedRequest } from '#shared/cache/cached-request.ts';
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import type { ResponseCacheOptions } from '#shared/middleware/response-cache.ts';
import { anHttpEvent, CacheDesk, countedHandler } from '../../support/a-response-cache.ts';
import type { Reply } from '../../support/a-response-cache.ts';

const ALICE = { authorization: 'Bearer alice' };
const BOB = { authorization: 'Bearer bob' };

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

const counted = (options?: Partial<ResponseCacheOptions<object>>) => countedHandler(desk, options);
const statusOf = ({ headers }: Reply): string | undefined => headers['cache-status'];

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

  it('is separated by token where an authorizer of the service calls a member of its context iam', async () => {
    const send = counted();
    const authorizer = { principalId: 'everybody', iam: 'yes' };
    const bodies = [];
    for (const headers of [ALICE, BOB]) bodies.push((await send({ headers, authorizer })).body);
    assert.deepEqual(bodies, ['answer 1', 'answer 2']);
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

  it('does not exist where no caller is visible and the scope is not public', async () => {
    const send = counted();
    await send();
    assert.equal(statusOf(await send()), 'gatewright; fwd=bypass; detail=no-caller');
    assert.equal(desk.items.size, 0);
  });

  it('goes to the same request, with its values in any order', async () => {
    const send = counted({ key: { headers: ['accept', 'accept-language'] } });
    const accept = { accept: 'text/html', 'accept-language': 'de' };
    const reversed = { 'Accept-Language': 'de', Accept: 'text/html' };
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
    assert.match(statusOf(await ask({ 'x-forwarded-host': 'evil' })) ?? '', /hit/);
  });

  it('never goes to another route or path parameter, though API Gateway decodes both paths alike', async () => {
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

describe('the key of an entry', () => {
  // A change of its parts empties every cache, and needs the next version number at its beginning.
  it('is what it was in the release before', () => {
    const request = parseCachedRequest(
      anHttpEvent({ query: 'page=2&size=9', headers: { accept: 'text/html', host: 'api.example.com' } }),
    );
    assert.ok(request !== undefined);
    assert.equal(
      cacheKeyOf(request, { query: ['page'], headers: ['Accept'] }, 'public'),
      '4eb8dcc35d7093cb3be0ea9726b83654337bc538c89ea2d25cdc742090f08006',
    );
  });
});
