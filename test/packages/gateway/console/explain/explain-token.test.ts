/** Every reason to refuse a token has a story of its own, chosen by its code and never by the words for the log. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import type { TokenDefectCode } from '../../../../../packages/gateway/core/policy/bearer-token.ts';

const ISSUER = 'https://issuer.example/';

const about = (code: TokenDefectCode, isDeployed = false): Circumstances => ({
  kind: 'request',
  protocol: 'http',
  method: 'GET',
  path: '/menu',
  status: 401,
  tookMs: 1,
  apiId: 'abcdefghij',
  apiName: 'menu',
  stageName: '$default',
  stages: ['$default'],
  routeKey: 'GET /menu',
  phase: 'authenticate',
  code: code === 'scope' ? 'ACCESS_DENIED' : 'UNAUTHORIZED',
  // All the words that a story could be mistaken by.
  failure: 'audience, expired, issuer and scope of the start with --issuer',
  defect: { kind: 'token', code },
  isDeployed,
  nearMisses: [],
  screened: [],
  injected: [],
  guard: {
    kind: 'token',
    name: 'tokens',
    functionName: undefined,
    places: [{ kind: 'header', name: 'authorization', isFound: code !== 'missing' }],
    ttlSeconds: 0,
    from: undefined,
    ageMs: undefined,
    principal: undefined,
    simpleAnswer: undefined,
    lines: [],
    token: {
      subject: 'alice',
      issuer: ISSUER,
      audience: ['billing'],
      roles: [],
      scopes: ['read'],
      expiresAtEpochMs: 0,
      overForMs: undefined,
    },
    localToken: { issuer: ISSUER, audience: 'api', scope: 'write' },
    trusted: { issuers: [ISSUER], audiences: ['api'], scopes: ['write'] },
  },
  policies: [],
  meter: undefined,
  validation: undefined,
  cache: undefined,
  integration: undefined,
});

type Says = { readonly because: RegExp; readonly change: RegExp };

const COMMAND = `.gatewright token --issuer ${ISSUER} --audience api --scope write.`;
const SEND = new RegExp(`^Send a token from ${COMMAND}\\.$`);

const STORIES: Readonly<Record<TokenDefectCode, Says>> = {
  missing: {
    because: /reads the caller from header Authorization, which the request does not have/,
    change: new RegExp(`^Send header Authorization: Bearer followed by a token from ${COMMAND}\\.$`),
  },
  malformed: {
    because: /cannot read the credential as a JSON Web Token/,
    change: new RegExp(
      `^A signed token is header, payload and signature, .* Send a token from ${COMMAND}\\.$`,
    ),
  },
  algorithm: { because: /does not accept the algorithm/, change: /RS256/ },
  key: {
    because: /has no key with the token's `kid`/,
    change: new RegExp(`^Send a token from ${COMMAND}\\. The issuer may have rotated`),
  },
  'issuer-unreachable': {
    because:
      /^The keys of the issuer https:\/\/issuer\.example\/ could not be read, so authorizer tokens could not/,
    change: new RegExp(
      `^To work offline, .*: .gatewright start --issuer ${ISSUER}=local., and then ${COMMAND}\\.$`,
    ),
  },
  signature: {
    because: /^The signature of the token does not match the key/,
    change: /^Send the token exactly as/,
  },
  issuer: {
    because: /^The token names the issuer .*; authorizer tokens accepts/,
    change: SEND,
  },
  'audience-form': {
    because: /compared with the aud of the token, and the token has no aud: an access token/,
    change: /^Remove IdentityValidationExpression from authorizer tokens/,
  },
  audience: {
    because: /has the audience billing; .* accepts only api/,
    change: SEND,
  },
  expired: {
    because: /^The token expired at 1970-01-01T00:00:00\.000Z\.$/,
    change: new RegExp(`^Get a new token; .gatewright clock. shows .* Send a token from ${COMMAND}\\.$`),
  },
  'not-yet-valid': { because: /^The token is not valid yet/, change: /^Wait until the token is valid/ },
  'token-use': {
    because: /accepts only \w+ tokens, because the method has/,
    change: /^Send the \w+ token of the same sign-in/,
  },
  claim: { because: /requires a claim that the token does not have/, change: SEND },
  scope: {
    because: /has the scopes read; the route requires one of write/,
    change: SEND,
  },
};

describe('a refused token', () => {
  for (const [code, { because, change }] of Object.entries(STORIES) as [TokenDefectCode, Says][])
    it(`is explained by its code: ${code}`, () => {
      const { sentences, changes } = explain(about(code));

      assert.match(sentences.at(-1) ?? '', because);
      assert.match(changes[0] ?? '', change);
    });

  it('of a deployed API is explained without commands for this machine', () => {
    for (const code of Object.keys(STORIES) as TokenDefectCode[]) {
      const { changes } = explain(about(code, true));

      assert.ok(changes.length > 0, code);
      assert.doesNotMatch(changes.join(), /gatewright/, code);
    }
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
for (const [unreadClientId, says] of [
  ['api', /The client_id of the token, api, is one of them, but API Gateway compares client_id .* only if/],
  ['web', /The client_id of the token, web, was not compared: API Gateway compares client_id/],
] as const)
  it(`says that the client_id ${unreadClientId} beside an aud is not compared`, () => {
    const given = about('audience');
    const { guard } = given;
    assert.ok(guard?.token !== undefined);
    const told = explain({ ...given, guard: { ...guard, token: { ...guard.token, unreadClientId } } });
    assert.match(told.sentences.join('\n'), says);
    assert.doesNotMatch(explain(given).sentences.join('\n'), /client_id/);
  });

// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
it('tells an ID token of a user pool apart from an access token without the scope', () => {
  const given = about('scope');
  const { guard } = given;
  assert.ok(guard?.token !== undefined);
  const { sentences, changes } = explain({
    ...given,
    guard: { ...guard, token: { ...guard.token, scopes: [], isIdToken: true } },
  });
  assert.match(
    sentences.join('\n'),
    /The token is an ID token \(token_use: id\), which has no scopes; the route requires one of write\./,
  );
  assert.match(
    changes[0] ?? '',
    /^Send the access token of the same sign-in: only access tokens have scopes\./,
  );
});

it('also says that another issuer signed the token whose keys could not be read', () => {
  const given = about('issuer-unreachable');
  const { guard } = given;
  assert.ok(guard?.token !== undefined);
  const told = explain({
    ...given,
    guard: { ...guard, token: { ...guard.token, issuer: 'https://other.example/' } },
  });
  assert.match(
    told.sentences.join('\n'),
    /With these keys, it would refuse the token, too, because the token names the issuer https:\/\/other\.example\/\./,
  );
  const trusting = explain({ ...given, guard: { ...guard, token: { ...guard.token, issuer: ISSUER } } });
  assert.doesNotMatch(trusting.sentences.join('\n'), /With these keys/);
});
