/** A role that the document does not declare is a common mistake, so a refusal names it, wherever the token was sent. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printAccessDecision } from '@gatewright/aws/access-decision';
import type { AccessBook } from '../../../../../packages/gateway/console/endpoints/show-access.ts';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { ok, policy, withAuthorizer } from '../../../../support/rest-apis.ts';
import { aRsaKey, signToken } from '../../../../support/signed-tokens.ts';

const CLAIMS = JSON.stringify({ sub: 'ada', roles: ['guest'] });
const JWT = signToken(aRsaKey('local'), CLAIMS);

const REFUSING = {
  decide: () => ({
    word: 'DENY',
    reason: 'no rule allows it',
    version: undefined,
    file: undefined,
    isFileNewer: false,
    caller: undefined,
    rules: [],
    mcpRules: [],
  }),
  localToken: () => undefined,
  newKey: () => undefined,
} as unknown as AccessBook;

describe('a role that the access document does not declare', () => {
  // The walk of a user: the refusal of a WebSocket handshake did not name the role of a token in a subprotocol.
  for (const [place, source, target, headers] of [
    ['Authorization', 'header.Authorization', '', ['Authorization', `Bearer ${JWT}`]],
    ['a subprotocol', 'header.Sec-WebSocket-Protocol', '', ['Sec-WebSocket-Protocol', `bearer, ${JWT}`]],
    ['the query', 'querystring.token', `?token=${JWT}`, []],
  ] as const)
    it(`is named if the token is in ${place}`, async () => {
      const record = printAccessDecision({ document: 'shop', outcome: 'no-rule', issuer: 'local' });
      const api = aRecordedApi(
        withAuthorizer({ Type: 'REQUEST', IdentitySource: `method.request.${source}` }),
        {
          list: ok,
          auth: () => ({
            ...policy('Deny', '*'),
            principalId: 'local|ada',
            context: { accessDecision: record },
          }),
        },
      );
      api.records.access = REFUSING;

      await api.send({ target: `/dev/pets${target}`, headers: [...headers] });

      assert.match(storyOf(api.last()), /The token has the role guest, which shop does not declare\./);
    });
});

describe('a token that the toolkit refused as malformed', () => {
  for (const [scheme, says] of [
    ['', /the header has the token without the scheme Bearer; it must be "Bearer", a space and the token/],
    ['Bearer ', /it does not have the form of a token or API key/],
  ] as const)
    it(`is explained if it was sent as "${scheme}TOKEN"`, async () => {
      const record = printAccessDecision({ document: 'shop', outcome: 'TOKEN_MALFORMED' });
      const api = aRecordedApi(
        withAuthorizer({ Type: 'REQUEST', IdentitySource: 'method.request.header.Authorization' }),
        { list: ok, auth: () => ({ ...policy('Deny', '*'), context: { accessDecision: record } }) },
      );

      await api.send({ target: '/dev/pets', headers: ['Authorization', `${scheme}${JWT}`] });

      assert.match(storyOf(api.last()), says);
    });
});

describe('an expired token that the authorizer refused', () => {
  const EXPIRED = signToken(aRsaKey('local'), JSON.stringify({ sub: 'ada', exp: 1_000_000_000 }));

  // The walk of a user: the story of a refused handshake named the code TOKEN_EXPIRED, but neither the caller nor the time.
  for (const [place, source, target, headers] of [
    ['Authorization', 'header.Authorization', '', ['Authorization', `Bearer ${EXPIRED}`]],
    ['a subprotocol', 'header.Accept', '', ['Accept', '*', 'Sec-WebSocket-Protocol', `bearer, ${EXPIRED}`]],
    ['the query', 'querystring.token', `?token=${EXPIRED}`, []],
  ] as const)
    it(`is described if it is in ${place}`, async () => {
      const refuse = (): never => {
        throw new Error('Unauthorized');
      };
      const api = aRecordedApi(
        withAuthorizer({ Type: 'REQUEST', IdentitySource: `method.request.${source}` }),
        { list: ok, auth: refuse },
      );

      await api.send({ target: `/dev/pets${target}`, headers: [...headers] });

      const story = storyOf(api.last());
      assert.match(story, /The token has the subject ada/);
      assert.match(story, /it expired at 2001-09-09T01:46:40\.000Z/);
    });
});
