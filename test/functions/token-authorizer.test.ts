import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { apiIdOf } from '../support/deployed-documents.ts';
import { aKeySet, aLoopbackServer, aRsaKey, signToken, someClaims } from '../support/signed-tokens.ts';

const key = aRsaKey();
const LOCAL = { iss: 'https://local.gatewright.invalid/', aud: 'gatewright' };
const PREFIX = `arn:aws:execute-api:us-east-1:123456789012:${apiIdOf('food-delivery-rest')}`;

const anEvent = (token: string, target = 'GET/users') => ({
  type: 'TOKEN',
  authorizationToken: token,
  methodArn: `${PREFIX}/dev/${target}`,
});
const environmentOf = (url: string) => ({
  GATEWRIGHT_ISSUER_URL: url,
  GATEWRIGHT_STAGE: 'dev',
  GATEWRIGHT_ACCESS_TABLE: 'access',
});
const bearer = (claims = {}) => `Bearer ${signToken(key, someClaims({ ...LOCAL, ...claims }))}`;

describe('token-authorizer', () => {
  it('answers tokens of the local issuer and reads its keys once', async () => {
    const asked: (string | undefined)[] = [];
    await using issuer = await aLoopbackServer((request, response) => {
      asked.push(request.url);
      response.end(aKeySet(key));
    });

    const sent = bearer(); // Two tokens that are signed on both sides of a second differ in `exp`.
    const [allowed, other, denied] = await runInstance(
      'token-authorizer',
      environmentOf(issuer.url),
      anEvent(sent),
      anEvent(sent, 'GET/users/u-1'),
      anEvent(bearer({ roles: ['guest'] })),
    );

    const { policyDocument } = resultOf(allowed) as {
      policyDocument: { Version: string; Statement: readonly object[] };
    };
    const [statement, disguises] = policyDocument.Statement;
    assert.equal(policyDocument.Version, '2012-10-17');
    assert.deepEqual(statement, {
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Resource: [`${PREFIX}/dev/GET/users`, `${PREFIX}/dev/GET/users/*`],
    });
    assert.match(JSON.stringify(disguises), /"Effect":"Deny".*\/dev\/\*\/\.\.\/\*"/);
    assert.deepEqual(resultOf(other), resultOf(allowed));
    assert.match(JSON.stringify(resultOf(denied)), /"Resource":\["[^"]*\/GET\/users\/alice"\]/);
    assert.deepEqual(asked, ['/.well-known/jwks.json']);
    assert.deepEqual([...(allowed?.metrics.keys() ?? [])], ['JwksFetch', 'VerifyMs', 'Allow', 'PolicyBytes']);
    assert.deepEqual([...(denied?.metrics.keys() ?? [])], ['VerifyMs', 'Deny', 'PolicyBytes']);
    assert.match(denied?.output ?? '', /"service":"token-authorizer"/);
    assert.equal(denied?.metrics.get('PolicyBytes'), JSON.stringify(resultOf(denied)).length);
  });

  it('answers 401 to every token that is not good, and counts exactly these for the alarm', async () => {
    await using issuer = await aLoopbackServer((_request, response) => response.end(aKeySet(key)));
    const tokens = [
      '',
      'Bearer garbage',
      'Basic garbage',
      bearer({ exp: 1 }),
      bearer({ aud: 'other' }),
      bearer({ iss: 'https://other.example/' }),
      `Bearer ${signToken(aRsaKey('rsa-1'), someClaims(LOCAL))}`,
    ];

    const all = await runInstance(
      'token-authorizer',
      environmentOf(issuer.url),
      ...tokens.map((token) => anEvent(token)),
    );

    for (const [index, ran] of all.entries()) {
      assert.equal(errorOf(ran), 'Unauthorized', tokens[index]);
      assert.equal(ran.metrics.get('Unauthorized'), 1, tokens[index]);
      for (const other of ['Allow', 'Deny', 'Failed']) assert.equal(ran.metrics.has(other), false, other);
    }
  });

  it('fails otherwise, so that API Gateway answers 500, when the issuer is out of reach', async () => {
    const closed = await aLoopbackServer(() => undefined);
    await closed[Symbol.asyncDispose]();

    const [ran] = await runInstance('token-authorizer', environmentOf(closed.url), anEvent(bearer()));

    assert.notEqual(errorOf(ran), 'Unauthorized');
    assert.match(ran?.output ?? '', /KEY_SET_UNAVAILABLE/);
    const counted = ['JwksFetch', 'JwksFetchFailed', 'JwksUnavailable', 'Failed'];
    assert.deepEqual([...(ran?.metrics.keys() ?? [])], counted);
  });

  it('fails if it is configured wrongly, and names the variable', async () => {
    const [ran] = await runInstance(
      'token-authorizer',
      { GATEWRIGHT_STAGE: 'dev', GATEWRIGHT_ISSUER_URL: 'http://10.0.0.1' },
      anEvent(bearer()),
    );

    assert.match(errorOf(ran) ?? '', /^GATEWRIGHT_ISSUER_URL /);
  });

  it('fails on an event of another kind', async () => {
    const [ran] = await runInstance('token-authorizer', environmentOf('http://127.0.0.1:9'), {
      type: 'REQUEST',
    });

    assert.match(ran?.output ?? '', /EVENT_MALFORMED/);
  });
});
