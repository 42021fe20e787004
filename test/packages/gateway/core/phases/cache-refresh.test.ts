import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerOf } from '../../../../support/an-api.ts';
import {
  bodies,
  cachedApi,
  counter,
  FRESH,
  invalidator,
  ON,
  PETS,
  settings,
} from '../../../../support/cached-apis.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { withAuthorizer, bearer, TOKEN } from '../../../../support/rest-apis.ts';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';

describe('Cache-Control: max-age=0', () => {
  type Row = {
    readonly name: string;
    readonly api: () => TestApi;
    readonly requests: readonly (string | TestRequest)[];
    readonly expected: readonly string[];
    readonly source: string;
  };
  const rows: readonly Row[] = [
    {
      name: 'refreshes the entry for any caller if no permission is needed',
      api: () => cachedApi(settings({ CachingEnabled: true, RequireAuthorizationForCacheControl: false })),
      requests: [PETS, FRESH, PETS],
      expected: ['1', '2', '2'],
      source: 'docs/aws §9',
    },
    {
      name: 'counts among other directives, and no other directive does',
      api: () => cachedApi(settings({ CachingEnabled: true, RequireAuthorizationForCacheControl: false })),
      requests: [
        PETS,
        { target: PETS, headers: ['cache-control', 'no-cache'] },
        { target: PETS, headers: ['cache-control', 'max-age=01'] },
        { target: PETS, headers: ['cache-control', 'no-transform, Max-Age=0 ,foo'] },
      ],
      expected: ['1', '1', '1', '2'],
      source: 'docs/aws §9, "Invalidation"',
    },
    {
      name: 'refreshes nothing for a caller without permission, which is AWS’s default',
      api: () => cachedApi(),
      requests: [PETS, FRESH, PETS],
      expected: ['1', '1', '1'],
      source: 'docs/aws §9, "Invalidation"',
    },
  ];
  for (const { name, api, requests, expected, source } of rows)
    it(name, async () => {
      assert.deepEqual(await bodies(api(), requests), expected, source);
    });

  describe('without permission', () => {
    const strategies: readonly {
      strategy: string;
      status: number;
      warning: string | undefined;
      body: string;
    }[] = [
      {
        strategy: 'FAIL_WITH_403',
        status: 403,
        warning: undefined,
        body: '{"Message":"User is not authorized to access this resource"}',
      },
      {
        strategy: 'SUCCEED_WITH_RESPONSE_HEADER',
        status: 200,
        warning: '199 Cache-Control header is not authorized',
        body: '1',
      },
      { strategy: 'SUCCEED_WITHOUT_RESPONSE_HEADER', status: 200, warning: undefined, body: '1' },
    ];
    for (const { strategy, status, warning, body } of strategies)
      it(`does as ${strategy} says`, async () => {
        const api = cachedApi(
          settings({ CachingEnabled: true, UnauthorizedCacheControlHeaderStrategy: strategy }),
        );
        await api.send({ target: PETS });

        const reply = await api.send(FRESH);
        const next = await api.send({ target: PETS });

        assert.equal(reply.status, status);
        assert.equal(headerOf(reply, 'warning'), warning);
        assert.equal(reply.body.toString(), body);
        assert.equal(headerOf(next, 'warning'), undefined, 'a warning belongs to one request');
      });

    it('warns on a miss, too, and keeps no warning', async () => {
      const api = cachedApi();
      assert.notEqual(headerOf(await api.send(FRESH), 'warning'), undefined);
      assert.equal(headerOf(await api.send({ target: PETS }), 'warning'), undefined);
    });
  });

  const permissions: readonly { name: string; effect: string; expected: readonly string[] }[] = [
    {
      name: 'refreshes the entry for a caller whose policy allows execute-api:InvalidateCache',
      effect: 'Allow',
      expected: ['1', '2', '2'],
    },
    {
      name: 'refreshes nothing for a caller whose policy denies it',
      effect: 'Deny',
      expected: ['1', '1', '1'],
    },
  ];
  for (const { name, effect, expected } of permissions)
    it(name, async () => {
      const api = stagedApi(ON, { list: counter(), auth: () => invalidator(effect) }, withAuthorizer(TOKEN));
      const as = (headers: readonly string[]): TestRequest => ({
        target: PETS,
        headers: [...bearer, ...headers],
      });
      assert.deepEqual(await bodies(api, [as([]), as(['Cache-Control', 'max-age=0']), as([])]), expected);
    });
});
