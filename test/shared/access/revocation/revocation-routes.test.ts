import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { revocationRoutes } from '#shared/access/revocation/revocation-routes.ts';
import { createRouter } from '#shared/http/router.ts';
import { ISSUER, RevocationDesk } from '../../../support/a-revocation-admin.ts';
import { ACCESS_STORES } from '../../../support/access-stores.ts';

/** The admin endpoints over a table; every request is signed. */
async function anApi() {
  const opened = await ACCESS_STORES[0]?.open();
  assert.ok(opened);
  const desk = new RevocationDesk(opened);
  const answer = createRouter(revocationRoutes(() => desk.admin));
  let operations = 0;
  const send = async (routeKey: string, over: { body?: object; queryStringParameters?: object } = {}) => {
    const [method = '', path = ''] = routeKey.split(' ');
    operations += 1;
    const { body, ...rest } = over;
    const event = {
      version: '2.0',
      routeKey,
      headers: { 'idempotency-key': `operation-${operations}` },
      requestContext: {
        stage: '$default',
        requestId: 'r-1',
        timeEpoch: desk.nowSeconds * 1000,
        http: { method, path },
        authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } },
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...rest,
    };
    const reply = await answer(event, () => undefined);
    return { status: reply.statusCode, body: JSON.parse(reply.body ?? '') as Record<string, unknown> };
  };
  return { desk, opened, send };
}

describe('the admin endpoints of revocation', () => {
  it('revoke, list and withdraw, and say who and until when', async () => {
    const { send } = await anApi();
    const revoked = await send('POST /access/revocations', { body: { issuer: 'main', sub: 'ada' } });
    const query = { queryStringParameters: { issuer: 'main', sub: 'ada' } };
    const listed = await send('GET /access/revocations', { queryStringParameters: { issuer: 'customers' } });
    const withdrawn = await send('DELETE /access/revocations', query);

    const by = 'arn:aws:iam::123456789012:user/ada';
    const noon = '2026-11-19T12:00:00.000Z';
    assert.partialDeepStrictEqual(revoked, {
      status: 200,
      body: {
        issuer: ISSUER,
        sub: 'ada',
        state: 'revoked',
        issuedUntil: noon,
        by,
        at: noon,
        outside: [
          { step: 'flush rest rest000000/v1', done: true },
          { step: 'flush http http000000/$default', done: true },
        ],
      },
    });
    assert.partialDeepStrictEqual(listed.body, { revocations: [{ sub: 'ada', state: 'revoked' }] });
    assert.partialDeepStrictEqual(withdrawn.body, { state: 'withdrawn', withdrawnAt: noon });
  });

  it('flush the caches of a document', async () => {
    const { send } = await anApi();
    const flush = (document: string) =>
      send('POST /access/documents/{document}/flush', { pathParameters: { document } } as object);

    assert.deepEqual(await flush('menu'), {
      status: 200,
      body: { document: 'menu', outside: [{ step: 'flush rest menu000000/v1', done: true }] },
    });
    assert.partialDeepStrictEqual(await flush('other'), { status: 400, body: { field: 'document' } });
  });

  const refusals = [
    { name: 'nobody', body: { issuer: 'main' }, field: 'sub' },
    { name: 'two at once', body: { issuer: 'main', sub: 'a', jti: 'b' }, field: 'sub' },
    { name: 'an issuer without revocation', body: { issuer: 'old', sub: 'a' }, field: 'issuer' },
    { name: 'no issuer', body: { sub: 'a' }, field: 'issuer' },
    {
      name: 'the end of one token for all',
      body: { issuer: 'main', sub: 'a', tokenEndsAt: '2026-11-19T12:10:00Z' },
      field: 'tokenEndsAt',
    },
    { name: 'a line break in a name', body: { issuer: 'main', sub: 'a\nb' }, field: 'sub' },
  ];
  for (const { name, body, field } of refusals)
    it(`refuse ${name}`, async () => {
      const { send, opened } = await anApi();

      assert.partialDeepStrictEqual(await send('POST /access/revocations', { body }), {
        status: 400,
        body: { field },
      });
      assert.equal(await opened.dump(), '[]');
    });

  it('are 503 while the table is out of reach', async () => {
    const { desk, send } = await anApi();
    desk.isDown = true;

    assert.equal(
      (await send('POST /access/revocations', { body: { issuer: 'main', sub: 'a' } })).status,
      503,
    );
  });
});
