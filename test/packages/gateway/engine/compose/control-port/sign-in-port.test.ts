/** A control port whose issuer is loaded by the request that needs it. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { aGateway } from '../../../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../../../support/a-small-template.ts';
import type { StartedGateway } from '../../../../../support/a-gateway.ts';

const { Resources } = anHttpApiTemplate('exports.handler = () => ({ statusCode: 200 });') as {
  Resources: object;
};
const OWN_PAGE = 'http://localhost:3000';
const SIGN_UP = { 'x-amz-target': 'AWSCognitoIdentityProviderService.SignUp' };
const UNKNOWN_CLIENT = JSON.stringify({ ClientId: 'unknown', Username: 'ada', Password: 'Correct horse 1!' });

describe('mountSignIn', () => {
  let at: StartedGateway;
  beforeEach(async () => {
    at = await aGateway(Resources);
  });
  afterEach(() => at.close());

  const ask = (path: string, method: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${at.listening.control}${path}`, { method, headers, ...(body !== undefined && { body }) });

  it('allows pages of this machine to call Cognito, with the first request', async () => {
    const preflight = await ask('/', 'OPTIONS', {
      origin: OWN_PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-amz-target',
    });

    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), OWN_PAGE);
  });

  it('answers the call of a page that it serves', async () => {
    const reply = await ask('/', 'POST', { ...SIGN_UP, origin: OWN_PAGE }, UNKNOWN_CLIENT);

    assert.equal(reply.status, 400);
    assert.match(await reply.text(), /ResourceNotFoundException/);
    assert.equal(reply.headers.get('access-control-allow-origin'), OWN_PAGE);
  });

  it('refuses other pages', async () => {
    const reply = await ask('/', 'POST', { ...SIGN_UP, origin: 'https://evil.example' }, UNKNOWN_CLIENT);

    assert.equal(reply.status, 403);
  });

  it('publishes one key to many simultaneous callers', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, async () => (await ask('/.well-known/jwks.json', 'GET')).text()),
    );

    assert.equal(new Set(replies).size, 1);
    assert.equal((JSON.parse(replies[0] ?? '') as { keys: unknown[] }).keys.length, 1);
  });

  it('mints tokens that the gateway returns', async () => {
    const token = await at.gateway.mint({ sub: 'ada' });
    const { keys } = (await (await ask('/.well-known/jwks.json', 'GET')).json()) as {
      keys: { kid: string }[];
    };
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
      kid: string;
    };

    assert.equal(keys[0]?.kid, kid);
  });
});
