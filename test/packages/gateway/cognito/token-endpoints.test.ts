import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Issuer } from '../../../../packages/gateway/cognito/issuer.ts';
import { serveTokens } from '../../../../packages/gateway/cognito/token-endpoints.ts';
import { createSystemRandom } from '../../../../packages/gateway/server/adapters/random.ts';
import { claimsOf } from '../../../support/a-user-pool.ts';
import { EPOCH_MS, VirtualClock } from '../../../support/virtual-ports.ts';

const NOW_SECONDS = EPOCH_MS / 1000;

async function anIssuer() {
  const issuer = await Issuer.create({ clock: new VirtualClock(), random: createSystemRandom() });
  const post = async (path: string, body: string, method = 'POST') => {
    const request = {
      method,
      path: '/',
      query: '',
      host: 'localhost',
      rawHeaders: [],
      body: Buffer.from(body),
    };
    const reply = await serveTokens(request, path, issuer);
    return reply && { status: reply.status, body: JSON.parse(String(reply.body)) as Record<string, unknown> };
  };
  const keyIds = (): readonly string[] => issuer.keySet().keys.map(({ kid }) => kid);
  return { post, keyIds };
}

describe('POST token', () => {
  it('mints a token with the requested claims, and no others', async () => {
    const { post } = await anIssuer();

    const least = await post('token', '{"sub":"ada"}');
    const all = await post(
      'token',
      JSON.stringify({
        sub: 'ada',
        aud: ['orders', 'menu'],
        roles: ['admin'],
        scope: 'orders:read',
        claims: { tenant: 'acme' },
        expiresInSeconds: 60,
      }),
    );

    assert.deepEqual([least?.status, all?.status], [200, 200]);
    const { jti, ...claims } = claimsOf(least?.body['token']);
    assert.equal(typeof jti, 'string');
    assert.deepEqual(
      [claims['sub'], claims['aud'], claims['exp'], claims['scope'], claims['roles']],
      ['ada', 'gatewright', NOW_SECONDS + 3_600, undefined, undefined],
    );
    assert.equal(least?.body['expiresAtSeconds'], NOW_SECONDS + 3_600);
    assert.partialDeepStrictEqual(claimsOf(all?.body['token']), {
      sub: 'ada',
      aud: ['orders', 'menu'],
      roles: ['admin'],
      scope: 'orders:read',
      tenant: 'acme',
      exp: NOW_SECONDS + 60,
    });
  });

  for (const body of [
    '',
    'no JSON',
    '[]',
    '{}',
    '{"sub":1}',
    '{"sub":"ada","issuer":1}',
    '{"sub":"ada","aud":1}',
    '{"sub":"ada","aud":[1]}',
    '{"sub":"ada","roles":"admin"}',
    '{"sub":"ada","scope":["a"]}',
    '{"sub":"ada","claims":[]}',
    '{"sub":"ada","claims":"x"}',
    '{"sub":"ada","expiresInSeconds":"60"}',
    '{"sub":"ada","expires":60}',
  ])
    it(`refuses ${body === '' ? 'an empty body' : body}`, async () => {
      const { post } = await anIssuer();

      const reply = await post('token', body);

      assert.equal(reply?.status, 400);
      assert.match(String(reply.body['message']), /^Expected \{"sub": string, /);
    });

  it('refuses what the issuer refuses, with the same message', async () => {
    const { post } = await anIssuer();
    const other = JSON.stringify({ sub: 'ada', issuer: 'https://other.example/' });

    assert.deepEqual(await post('token', '{"sub":"ada","claims":{"exp":1}}'), {
      status: 400,
      body: { message: 'claims must not include exp: the issuer sets them' },
    });
    assert.match(
      String((await post('token', other))?.body['message']),
      /^unknown issuer https:\/\/other\.example\//,
    );
  });
});

describe('POST issuer/rotate', () => {
  it('signs with a new key, and keeps the former ones unless they are withdrawn', async () => {
    const { post, keyIds } = await anIssuer();
    const before = keyIds();
    await post('token', '{"sub":"ada"}');

    const rotated = await post('issuer/rotate', '');
    const between = keyIds();
    await post('issuer/rotate', '{"withdraw":true}');

    assert.equal(rotated?.status, 200);
    assert.deepEqual(
      (rotated.body['keys'] as { kid: string }[]).map(({ kid }) => kid),
      between,
    );
    assert.deepEqual([between.length, between[1]], [2, before[0]]);
    assert.equal(keyIds().length, 1);
    assert.ok(!between.includes(keyIds()[0] ?? ''));
  });

  // A misspelt "withdraw" must not leave keys in use that are to be withdrawn.
  for (const body of ['{"withdraw":"yes"}', '{"withdrawn":true}', 'no JSON'])
    it(`changes nothing for ${body}`, async () => {
      const { post, keyIds } = await anIssuer();
      const before = keyIds();

      const reply = await post('issuer/rotate', body);

      assert.deepEqual([reply?.status, keyIds()], [400, before]);
    });
});

describe('serveTokens', () => {
  it('leaves other paths and methods to other services', async () => {
    const { post } = await anIssuer();

    assert.deepEqual([await post('tokens', '{}'), await post('token', '', 'GET')], [undefined, undefined]);
  });
});
