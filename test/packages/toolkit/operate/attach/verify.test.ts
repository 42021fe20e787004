import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { readAgain } from '../../../../../packages/toolkit/operate/attach/make-plan.ts';
import { verify } from '../../../../../packages/toolkit/operate/attach/verify.ts';
import { aRestApiToAttach, aWebSocketApiToAttach, tokenFor } from '../../../../support/an-api-to-attach.ts';

const BEARER = { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] };
const BARE = { in: 'header', name: 'x-api-key', issuers: ['main'] };
const QUERY = { in: 'query', name: 'token', issuers: ['main'] };
/** What a live API gets. */
type Seen = { readonly url: string; readonly authorization?: string; readonly key?: string };

/** An address that refuses each request that `reads` finds no good credential in. */
async function aLiveApi(reads: (seen: Seen) => string | undefined, good: string, refusal = 401) {
  const server = createServer(({ url = '', headers }, response) => {
    const { authorization, 'x-api-key': key } = headers;
    const seen = {
      url,
      ...(authorization !== undefined && { authorization }),
      ...(typeof key === 'string' && { key }),
    };
    response.writeHead(reads(seen) === good ? 200 : refusal).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe('the credential of --token-file', () => {
  const token = tokenFor('admin');
  // The document of `init --api` reads API keys from x-api-key, which have no scheme.
  for (const { place, type, sources, reads, good = token } of [
    {
      place: 'Authorization',
      type: 'token',
      sources: [BEARER],
      reads: ({ authorization }: Seen) => authorization,
      good: `Bearer ${token}`,
    },
    { place: 'x-api-key', type: 'token', sources: [BARE], reads: ({ key }: Seen) => key },
    { place: 'x-api-key', type: 'request', sources: [BARE], reads: ({ key }: Seen) => key },
    {
      place: 'the second of two places',
      type: 'request',
      sources: [BEARER, BARE],
      reads: ({ key }: Seen) => key,
    },
  ] as const)
    it(`is sent in ${place} to a ${type} authorizer, because the document reads it there`, async () => {
      await using live = await aLiveApi(reads, good);
      await using api = await aRestApiToAttach({
        resources: 1,
        methods: ['GET'],
        over: { sources },
      });
      const { plan } = await api.plan({ type });
      await api.apply(plan);
      const options = { token, invoke: undefined, url: live.url, path: undefined };

      const checks = await verify(plan, api.plane, await readAgain(api.plane, plan), options);

      assert.deepEqual(
        checks.filter(({ what }) => what.includes('credential')).map(({ what, saw }) => `${saw}: ${what}`),
        [
          'unauthorized: the function refuses a bad credential',
          'allowed: the function allows GET /things-1 with a good credential',
          '401: GET /things-1 without a credential is refused',
          '401: GET /things-1 with a bad credential is refused',
          '200: GET /things-1 with a good credential is allowed',
        ],
      );
    });

  for (const { place, source } of [
    { place: 'the query string', source: QUERY },
    { place: 'the subprotocols', source: { in: 'subprotocol', marker: 'bearer', issuers: ['main'] } },
  ])
    it(`is sent in ${place} to the authorizer of a WebSocket API, because the document reads it there`, async () => {
      await using api = await aWebSocketApiToAttach({ sources: [source] });
      const { plan } = await api.plan();
      await api.apply(plan);
      const options = { token, invoke: undefined, url: undefined, path: undefined };

      const checks = await verify(plan, api.plane, await readAgain(api.plane, plan), options);

      assert.equal(checks.find(({ what }) => what.endsWith('with a good credential'))?.saw, 'allowed');
    });

  for (const { refusal, policy, isUndone, live: status = 403 } of [
    { refusal: 'over quota: limit monthly of plan free, tenant acme', policy: true, isUndone: false },
    { refusal: 'over quota: limit monthly of plan free, tenant acme', policy: false, isUndone: false },
    { refusal: 'period closed: limit monthly of plan free, tenant acme', policy: true, isUndone: false },
    { refusal: 'suspended: tenant acme', policy: true, isUndone: false },
    { refusal: 'charged: the request names no tenant', policy: true, isUndone: true },
    { refusal: undefined, policy: true, isUndone: true },
    {
      refusal: 'over quota: limit monthly of plan free, tenant acme',
      policy: true,
      isUndone: 'live',
      live: 401,
    },
  ])
    it(`that is refused with ${refusal ?? 'a denial by the rules'} (${policy ? 'a policy' : 'isAuthorized'}) by the API with ${status} ${isUndone !== false ? 'fails the check' : 'is reported, and fails no check'}`, async () => {
      await using live = await aLiveApi(() => 'nothing', token, status);
      await using api = await aRestApiToAttach({
        resources: 1,
        methods: ['GET'],
        over: { sources: [BEARER] },
      });
      const { plan } = await api.plan({ type: 'request' });
      await api.apply(plan);
      const context = refusal === undefined ? {} : { quotaRefusal: refusal };
      const denied = policy
        ? { principalId: 'acme', policyDocument: { Statement: [{ Effect: 'Deny' }] }, context }
        : { isAuthorized: false, context };
      const plane: typeof api.plane = {
        ...api.plane,
        list: (path) => api.plane.list(path),
        read: (...asked) => api.plane.read(...asked),
        write: (call) =>
          call.service === 'lambda' && JSON.stringify(call.body).includes(token)
            ? Promise.resolve(denied)
            : api.plane.write(call),
      };
      const options = { token, invoke: undefined, url: live.url, path: undefined };

      const checks = await verify(plan, plane, await readAgain(api.plane, plan), options);
      const good = checks.filter(({ what }) => what.includes('a good credential'));

      assert.deepEqual(
        good.map(({ isGood }) => isGood),
        isUndone === false ? [undefined, undefined] : [isUndone === 'live' ? undefined : false, false],
      );
      if (isUndone === false) for (const { saw } of good) assert.match(saw, new RegExp(`\\(${refusal}\\)`));
    });
});
