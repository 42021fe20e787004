import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRecordedApi, storyOf } from '../../../support/recorded-apis.ts';
import { bearer, behindAuthorizer, ok, policy, TOKEN } from '../../../support/rest-apis.ts';
import type { FakeFunction } from '../../../support/virtual-ports.ts';

describe('what to do about an authorizer', () => {
  it('promises no local token to a function that reads its caller from a header of its own', async () => {
    const own = { Type: 'TOKEN', IdentitySource: 'method.request.header.X-Session' };
    const api = aRecordedApi(behindAuthorizer(own), { list: ok, auth: () => policy('Allow', '*') });

    await api.send({ target: '/dev/pets' });

    assert.match(storyOf(api.last()), /→ Send header X-Session with what the function auth takes\.$/);
  });

  it('says of a token that IdentityValidationExpression refuses that the function was not called', async () => {
    const own = { ...TOKEN, IdentityValidationExpression: 'Basic .*' };
    const api = aRecordedApi(behindAuthorizer(own), { list: ok, auth: () => policy('Allow', '*') });

    await api.send({ target: '/dev/pets', headers: bearer });

    const story = storyOf(api.last());
    assert.match(story, /does not match the IdentityValidationExpression of the authorizer/);
    assert.doesNotMatch(story, /was asked and threw/);
  });

  it('advises by the code of the failure and not by its words', async () => {
    const misleading = () => {
      throw new Error('the store did not answer in time');
    };
    const api = aRecordedApi(behindAuthorizer(TOKEN), { list: ok, auth: misleading });

    await api.send({ target: '/dev/pets', headers: bearer });

    assert.match(storyOf(api.last()), /→ Mend the function auth: it broke off with that error/);
  });

  it('distinguishes an interrupted authorizer from one with an invalid answer', async () => {
    const cases: readonly (readonly [FakeFunction, RegExp])[] = [
      [
        () => {
          throw new TypeError('no keys.');
        },
        /nobody gets in: authorizer .* failed with TypeError: no keys\.\n→ Mend the function auth: it broke off with that error before it had answered\.$/,
      ],
      [
        () => ({ isFine: true }),
        /→ Mend the function auth: it has to answer with a principalId and a policyDocument\.$/,
      ],
    ];
    for (const [auth, says] of cases) {
      const api = aRecordedApi(behindAuthorizer(TOKEN), { list: ok, auth });

      await api.send({ target: '/dev/pets', headers: bearer });

      assert.match(storyOf(api.last()), says);
    }
  });
});
