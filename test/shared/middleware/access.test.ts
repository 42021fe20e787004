import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { ProxyResult } from '#shared/aws/proxy-result.ts';
import { access, callerOf, withAccess } from '#shared/middleware/access.ts';
import type { AccessOptions } from '#shared/middleware/access.ts';

const NOW_MS = 1_800_000_000_000;
const CALLER = {
  sub: 'alice',
  iss: 'https://issuer.example/',
  scope: 'a b',
  clientId: 'web',
  exp: NOW_MS / 1000 + 60,
};
const asText = (context: object) =>
  Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
const restEvent = (over: object = {}, headers = {}) => ({
  headers,
  requestContext: {
    requestTimeEpoch: NOW_MS,
    authorizer: { principalId: 'main|alice', ...asText({ ...CALLER, ...over }) },
  },
});
const httpEvent = (over: object = {}) => ({
  requestContext: { timeEpoch: NOW_MS, authorizer: { lambda: { ...CALLER, ...over } } },
});

const FORMS: Readonly<Record<string, (options: AccessOptions) => (event: object) => Promise<unknown>>> = {
  'access() with middy': (options) => {
    const wrapped = middy<object, unknown>()
      .use(access(options))
      .handler(() => Promise.resolve({ statusCode: 200 }));
    return (event) => Promise.resolve(wrapped(event, {} as Context));
  },
  'withAccess() of a plain handler': (options) => withAccess(() => ({ statusCode: 200 }), options),
};

for (const [form, wrap] of Object.entries(FORMS))
  describe(form, () => {
    const statusOf = async (event: object, options: AccessOptions = {}) =>
      ((await wrap(options)(event)) as ProxyResult).statusCode;
    const rows = [
      { name: 'admits a caller', event: restEvent(), expected: 200 },
      { name: 'admits a caller of an HTTP API', event: httpEvent(), expected: 200 },
      {
        name: 'admits a caller with the scopes',
        event: restEvent(),
        options: { scopes: ['b', 'a'] },
        expected: 200,
      },
      {
        name: 'refuses a caller without a scope',
        event: restEvent(),
        options: { scopes: ['a', 'c'] },
        expected: 403,
      },
      {
        name: 'admits a caller with a scope, whatever else the authorizer omitted',
        event: restEvent({ contextCut: 'note scope' }),
        options: { scopes: ['a'] },
        expected: 200,
      },
      {
        name: 'fails if the scope may be one that the authorizer left out',
        event: httpEvent({ contextCut: 'note scope' }),
        options: { scopes: ['a', 'c'] },
        expected: 500,
      },
      {
        name: 'refuses a caller without a scope if something else was left out',
        event: restEvent({ contextCut: 'note' }),
        options: { scopes: ['c'] },
        expected: 403,
      },
      {
        name: 'refuses a WebSocket message whose connection has outlived its credential',
        event: {
          requestContext: {
            eventType: 'MESSAGE',
            connectedAt: NOW_MS - 120_000,
            requestTimeEpoch: NOW_MS,
            authorizer: { principalId: 'main|alice', ...asText({ ...CALLER, exp: NOW_MS / 1000 - 60 }) },
          },
        },
        expected: 401,
      },
      {
        name: 'refuses a caller without any scope',
        event: restEvent({ scope: '' }),
        options: { scopes: ['a'] },
        expected: 403,
      },
      { name: 'forgives 30 seconds', event: restEvent({ exp: NOW_MS / 1000 - 30 }), expected: 200 },
      {
        name: 'refuses a kept answer whose token has expired',
        event: restEvent({ exp: NOW_MS / 1000 - 31 }),
        expected: 401,
      },
      {
        name: 'forgives only what its options allow',
        event: httpEvent({ exp: NOW_MS / 1000 - 1 }),
        options: { clockSkewSeconds: 0 },
        expected: 401,
      },
      {
        name: 'fails if no authorizer has answered',
        event: { requestContext: { requestTimeEpoch: NOW_MS } },
        expected: 500,
      },
      { name: 'admits an API key without an end', event: httpEvent({ exp: undefined }), expected: 200 },
      { name: 'fails if the authorizer says no expiry', event: restEvent({ exp: 'soon' }), expected: 500 },
      {
        name: 'fails on an event without a stamp',
        event: { requestContext: { authorizer: CALLER } },
        expected: 500,
      },
      // docs/design/authorizers §P04: the verb that was authorised is the one of the request line.
      ...['X-HTTP-Method-Override', 'x-http-method', 'X-METHOD-OVERRIDE'].map((header) => ({
        name: `refuses ${header}`,
        event: restEvent({}, { [header]: 'DELETE' }),
        expected: 403,
      })),
      {
        name: 'refuses an override among several values',
        event: { ...restEvent(), multiValueHeaders: { 'X-Http-Method-Override': ['DELETE'] } },
        expected: 403,
      },
      {
        name: 'refuses an override in the query',
        event: { ...httpEvent(), queryStringParameters: { _method: 'DELETE' } },
        expected: 403,
      },
      // Parsers of nested parameters (qs) read these as _method, and method-override takes the first of a list.
      ...['_method[]', '_method[0]'].map((name) => ({
        name: `refuses ${name} in the query`,
        event: { ...httpEvent(), queryStringParameters: { [name]: 'DELETE' } },
        expected: 403,
      })),
      {
        name: 'refuses an override among several parameters',
        event: { ...restEvent(), multiValueQueryStringParameters: { _method: ['DELETE'] } },
        expected: 403,
      },
      {
        name: 'accepts an override if the handler knows what it does',
        event: restEvent({}, { 'X-HTTP-Method-Override': 'DELETE' }),
        options: { allowMethodOverride: true },
        expected: 200,
      },
    ];
    for (const { name, event, options, expected } of rows)
      it(name, async () => {
        assert.equal(await statusOf(event, options), expected);
      });

    it('believes no header', async () => {
      const forged = {
        headers: asText(CALLER),
        requestContext: { requestTimeEpoch: NOW_MS, authorizer: {} },
      };

      assert.equal(await statusOf(forged), 500);
    });
  });

describe('callerOf', () => {
  it('gives the types back that REST APIs take away', () => {
    assert.deepEqual(callerOf(restEvent({ plan: 'gold' })), {
      subject: 'alice',
      issuer: 'https://issuer.example/',
      clientId: 'web',
      scopes: ['a', 'b'],
      expiresAtEpochSeconds: NOW_MS / 1000 + 60,
      cut: [],
      context: { principalId: 'main|alice', plan: 'gold' },
    });
  });

  it('has no caller if no authorizer of ours has answered', () => {
    for (const event of [
      undefined,
      {},
      { requestContext: {} },
      { requestContext: { authorizer: { jwt: {} } } },
    ])
      assert.equal(callerOf(event), undefined);
  });
});
