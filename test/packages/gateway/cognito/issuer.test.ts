import { InvalidRequest } from '../../../../packages/gateway/core/errors.ts';
import { JwtVerifier } from 'aws-jwt-verify';
import { JwtExpiredError } from 'aws-jwt-verify/error';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSystemClock } from '../../../../packages/gateway/server/adapters/system-clock.ts';
import { createSystemRandom } from '../../../../packages/gateway/server/adapters/random.ts';
import { Issuer, type SavedKey } from '../../../../packages/gateway/cognito/issuer.ts';
import { LOCAL_ISSUER } from '../../../../packages/gateway/core/issuers/issuer-names.ts';

const HOUR_MS = 3_600_000;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEPT: SavedKey = {
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  usedUntilSeconds: 0,
};
const random = createSystemRandom();

function aVerifier(issuer: Issuer) {
  const verifier = JwtVerifier.create({
    issuer: LOCAL_ISSUER,
    audience: 'gatewright',
    jwksUri: 'https://unused.invalid/',
  });
  verifier.cacheJwks({ keys: issuer.keySet().keys.map((key) => ({ ...key })) });
  return verifier;
}

describe('Issuer', () => {
  it('mints tokens that aws-jwt-verify takes', async () => {
    const issuer = await Issuer.create({ clock: createSystemClock(), random });
    const { token } = issuer.mint({
      sub: 'alice',
      roles: ['admin'],
      scope: 'orders:read orders:write',
      claims: { token_use: 'access' },
    });

    const payload = await aVerifier(issuer).verify(token);

    assert.equal(payload.sub, 'alice');
    assert.equal(payload.scope, 'orders:read orders:write');
    assert.equal(payload['token_use'], 'access');
    assert.deepEqual(payload['roles'], ['admin']);
    assert.equal(Number(payload.exp) - Number(payload.iat), 3600);
  });

  it('mints tokens that have expired, when asked', async () => {
    const issuer = await Issuer.create({ clock: createSystemClock(), random });
    const { token } = issuer.mint({ sub: 'alice', expiresInSeconds: -60 });
    await assert.rejects(aVerifier(issuer).verify(token), JwtExpiredError);
  });

  it('signs with the keys that it adopts, and says that it has them', async () => {
    const announced: (readonly SavedKey[])[] = [];
    const issuer = await Issuer.create({
      clock: createSystemClock(),
      random,
      onChange: (keys) => announced.push(keys),
    });
    const { token } = issuer.mint({ sub: 'alice' });

    issuer.adopt([KEPT]);

    assert.deepEqual(announced.at(-1), [KEPT]);
    assert.equal(issuer.hasSigned(token), false);
    assert.equal(issuer.hasSigned(issuer.mint({ sub: 'alice' }).token), true);
  });

  it('keeps an old key until its tokens have expired', async () => {
    const clock = createSystemClock();
    const issuer = await Issuer.create({ clock, random });
    const { token } = issuer.mint({ sub: 'alice' });
    await issuer.rotate();

    await aVerifier(issuer).verify(token);
    assert.equal(issuer.keySet().keys.length, 2);
    clock.shift(49 * HOUR_MS);
    assert.equal(issuer.keySet().keys.length, 1);
  });

  it('removes a withdrawn key at once', async () => {
    const issuer = await Issuer.create({ clock: createSystemClock(), random });
    const { token } = issuer.mint({ sub: 'alice' });
    await issuer.rotate({ withdraw: true });
    await assert.rejects(aVerifier(issuer).verify(token));
  });

  it('continues with stored keys, under the same key id', async () => {
    const clock = createSystemClock();
    let kept: readonly SavedKey[] = [];
    const first = await Issuer.create({ clock, random, onChange: (keys) => (kept = keys) });
    const { token } = first.mint({ sub: 'alice' });

    const second = await Issuer.create({ clock, random, kept });

    await aVerifier(second).verify(token);
    assert.deepEqual(second.keySet(), first.keySet());
  });

  for (const { name, options } of [
    { name: 'an empty sub', options: { sub: '' } },
    { name: 'a lifetime that is not a whole number', options: { sub: 'a', expiresInSeconds: 0.5 } },
    { name: 'a lifetime of years', options: { sub: 'a', expiresInSeconds: 1e9 } },
    { name: 'a foreign issuer', options: { sub: 'a', claims: { iss: 'https://real.example' } } },
    { name: 'more claims than a header can carry', options: { sub: 'a', claims: { x: 'y'.repeat(20_000) } } },
  ]) {
    it(`does not mint ${name}`, async () => {
      const issuer = await Issuer.create({ clock: createSystemClock(), random, kept: [KEPT] });
      assert.throws(() => issuer.mint(options), InvalidRequest);
    });
  }
});
