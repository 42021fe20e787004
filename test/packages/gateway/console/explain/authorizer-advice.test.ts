import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { bearer, withAuthorizer, ok, policy, TOKEN } from '../../../../support/rest-apis.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

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

  it('advises by the code of the failure and not by its message', async () => {
    const misleading = () => {
      throw new Error('the store did not respond in time');
    };
    const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: misleading });

    await api.send({ target: '/dev/pets', headers: bearer });

    assert.match(storyOf(api.last()), /→ Fix the function auth: it failed with that error/);
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
