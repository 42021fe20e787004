import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { GUARDED_HTTP } from './guarded-http.ts';
import { bearer, withAuthorizer, ok, policy, TOKEN } from '../../../../support/rest-apis.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

const policyOf = (): unknown => policy('Allow', '*');

describe('what to do about an authorizer', () => {
  it('suggests no local token for a function that reads its caller from a header of its own', async () => {
    const own = { Type: 'TOKEN', IdentitySource: 'method.request.header.X-Session' };
    const api = aRecordedApi(withAuthorizer(own), { list: ok, auth: () => policy('Allow', '*') });

    await api.send({ target: '/dev/pets' });

    assert.match(
      storyOf(api.last()),
      /→ Send header X-Session with a credential that the function auth accepts\.$/,
    );
  });

  it('says that the function was not called if IdentityValidationExpression refuses a token', async () => {
    const own = { ...TOKEN, IdentityValidationExpression: 'Basic .*' };
    const api = aRecordedApi(withAuthorizer(own), { list: ok, auth: () => policy('Allow', '*') });

    await api.send({ target: '/dev/pets', headers: bearer });

    const story = storyOf(api.last());
    assert.match(story, /does not match the IdentityValidationExpression of authorizer/);
    assert.doesNotMatch(story, /was asked and threw/);
  });

  // The advised expression did not allow the space after Bearer, and the request got 401 again.
  for (const [expression, sent, advice] of [
    [
      '^tok-.*$',
      'Bearer tok-alice',
      /→ Send the token without “Bearer ”\. Or, .* begin the expression with \^Bearer/,
    ],
    ['^\\d+$', 'Bearer x', /For a JWT, .* write it as \^Bearer \[-0-9A-Za-z\._\]\+\$\./],
  ] as const)
    it(`says that the value begins with Bearer if the expression is ${expression}`, async () => {
      const own = { ...TOKEN, IdentityValidationExpression: expression };
      const api = aRecordedApi(withAuthorizer(own), { list: ok, auth: () => policy('Allow', '*') });

      await api.send({ target: '/dev/pets', headers: ['Authorization', sent] });

      const story = storyOf(api.last());
      assert.match(
        story,
        /the whole value of header Authorization, which begins with “Bearer ” in this request\./,
      );
      assert.match(story, advice);
    });

  // https://repost.aws/knowledge-center/api-gateway-cognito-401-unauthorized
  it('notices a token that the client sent in another place', async () => {
    const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: policyOf });
    const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln';

    for (const [request, place, or] of [
      [
        { target: '/dev/pets', headers: ['X-Id-Token', token] },
        'header X-Id-Token',
        'name header X-Id-Token in the identity source of authorizer Auth',
      ],
      // https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html, identitySource
      [
        { target: `/dev/pets?token=${token}` },
        'query parameter token',
        'replace authorizer Auth, which can read only a header, with a REQUEST authorizer',
      ],
    ] as const) {
      await api.send(request);

      const story = storyOf(api.last());
      assert.match(story, new RegExp(`has a token in ${place}, which the authorizer does not read`));
      assert.match(
        story,
        new RegExp(`→ Send the token as header Authorization instead of ${place}, or ${or}`),
      );
      assert.ok(!story.includes(token));
    }
  });

  it('names the fixed limit of an authorizer that took too long, and no setting (docs/aws §4.3)', async () => {
    const restApi = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: policyOf });
    const httpApi = aRecordedApi(GUARDED_HTTP(true), { list: ok, auth: policyOf });
    for (const [api, target, limit] of [
      [restApi, '/dev/pets', 29],
      [httpApi, '/menu', 10],
    ] as const) {
      api.ports.invoker.invoke = () => Promise.resolve({ kind: 'timed-out' });

      await api.send({ target, headers: bearer });

      const { changes } = api.last().story;
      assert.match(changes.join('\n'), new RegExp(`respond within ${limit} s: this limit .* is fixed`));
      assert.doesNotMatch(changes.join('\n'), /more time|memory|raise/i);
    }
  });

  it('advises by the code of the failure and not by its message', async () => {
    const misleading = () => {
      throw new Error('the store did not respond in time');
    };
    const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: misleading });

    await api.send({ target: '/dev/pets', headers: bearer });

    assert.match(storyOf(api.last()), /→ Fix the function auth: it failed with that error/);
  });

  it('says which error refuses a credential, if the function threw another (https://github.com/auth0-samples/jwt-rsa-aws-custom-authorizer/pull/6)', async () => {
    const expired = () => {
      throw new Error('jwt expired');
    };
    const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: expired });

    await api.send({ target: '/dev/pets', headers: bearer });

    assert.match(
      storyOf(api.last()),
      /→ Fix the function auth: .* To refuse a credential, write throw new Error\('Unauthorized'\) in the function/,
    );
  });

  it('says what an HTTP API makes of an error in the payload format of its authorizer (docs/aws §4.3, §4.8)', async () => {
    const { Auth, ...others } = GUARDED_HTTP(false);
    assert.ok(Auth !== undefined);
    const properties = { ...Auth.properties, AuthorizerPayloadFormatVersion: '1.0' };
    delete (properties as Record<string, unknown>)['EnableSimpleResponses'];
    const inFormat1 = { ...others, Auth: { ...Auth, properties } };
    for (const [resources, message, says] of [
      [
        GUARDED_HTTP(true),
        'jwt expired',
        /return isAuthorized: false: with payload format 2\.0, every error becomes 500\.$/,
      ],
      [
        GUARDED_HTTP(false),
        'unauthorized',
        /return a policy with Deny: with payload format 2\.0, every error becomes 500\.$/,
      ],
      [
        inFormat1,
        'jwt expired',
        /return a policy with Deny: with payload format 1\.0, every error whose message is not exactly Unauthorized becomes 500\.$/,
      ],
      [
        inFormat1,
        'unauthorized',
        /return a policy with Deny: with payload format 1\.0, every error whose message is not exactly Unauthorized becomes 500\.$/,
      ],
    ] as const) {
      const auth = () => {
        throw new Error(message);
      };
      const api = aRecordedApi(resources, { list: ok, auth });

      await api.send({ target: '/menu', headers: bearer });

      assert.match(storyOf(api.last()), says);
    }
  });

  it('distinguishes an interrupted authorizer from one with an invalid answer', async () => {
    const cases: readonly (readonly [FakeFunction, RegExp])[] = [
      [
        () => {
          throw new TypeError('no keys.');
        },
        /the request is denied: authorizer .* failed with TypeError: no keys\.\n→ Fix the function auth: it failed with that error before it returned a response\.$/,
      ],
      [
        () => ({ isFine: true }),
        /→ Fix the function auth: it must return a principalId and a policyDocument\.$/,
      ],
    ];
    for (const [auth, says] of cases) {
      const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth });

      await api.send({ target: '/dev/pets', headers: bearer });

      assert.match(storyOf(api.last()), says);
    }
  });
});
