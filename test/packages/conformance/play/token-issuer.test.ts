import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JsonWebKey } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startTokenIssuer } from '../../../../packages/conformance/play/token-issuer.ts';
import type { TokenIssuer } from '../../../../packages/conformance/play/token-issuer.ts';
import type { TokenSetup } from '../../../../packages/conformance/schema/parity-case.ts';

/** OpenID Connect Discovery 1.0, section 4; RFC 7515. */
describe('startTokenIssuer', () => {
  let issuer: TokenIssuer;
  before(async () => {
    issuer = await startTokenIssuer();
  });
  after(() => issuer.close());

  const read = async (path: string): Promise<readonly [number, string | null, Record<string, unknown>]> => {
    const reply = await fetch(`${issuer.url}${path}`);
    return [reply.status, reply.headers.get('content-type'), (await reply.json()) as Record<string, unknown>];
  };
  const partsOf = (token: string): readonly Record<string, unknown>[] =>
    token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);

  it('shows its document and its keys, and nothing else', async () => {
    const { url } = issuer;
    const json = 'application/json';

    assert.deepEqual(await read('/.well-known/openid-configuration'), [
      200,
      json,
      { issuer: url, jwks_uri: `${url}/keys` },
    ]);
    const [status, type, { keys }] = await read('/keys');
    const [{ kty, kid, alg, use, d } = {}, ...others] = keys as readonly Record<string, string>[];
    assert.deepEqual([status, type, kty, kid, alg, use], [200, json, 'RSA', 'shown', 'RS256', 'sig']);
    assert.deepEqual([d, others], [undefined, []]);
    assert.deepEqual(await read('/none'), [404, json, {}]);
  });

  const rows: readonly (readonly [setup: TokenSetup, claims: (now: number, iss: string) => object])[] = [
    [{}, (now, iss) => ({ iss, exp: now + 300 })],
    [{ expiresIn: -60 }, (now, iss) => ({ iss, exp: now - 60 })],
    [{ notBefore: 5, issuedAt: -5 }, (now, iss) => ({ iss, exp: now + 300, nbf: now + 5, iat: now - 5 })],
    [{ claims: { sub: 'a', iss: 'other', exp: null } }, () => ({ sub: 'a', iss: 'other' })],
  ];
  for (const [setup, claims] of rows)
    it(`makes a token of ${JSON.stringify(setup)}`, () => {
      const now = Math.floor(Date.now() / 1_000);
      const [header, found] = partsOf(issuer.token(setup));

      const later = Math.floor(Date.now() / 1_000);
      assert.deepEqual(header, { alg: 'RS256', kid: 'shown', typ: 'JWT' });
      assert.ok(
        [now, later].some((at) => isDeepStrictEqual(found, claims(at, issuer.url))),
        JSON.stringify(found),
      );
    });

  for (const { setup, kid, isSigned } of [
    { setup: {}, kid: 'shown', isSigned: true },
    { setup: { signedBy: 'issuer' }, kid: 'shown', isSigned: true },
    { setup: { signedBy: 'unknown' }, kid: 'hidden', isSigned: false },
    { setup: { signedBy: 'unknown', header: { kid: 'shown' } }, kid: 'shown', isSigned: false },
    { setup: { signedBy: 'none' }, kid: 'shown', isSigned: undefined },
    { setup: { header: { kid: 'x' } }, kid: 'x', isSigned: true },
  ] as const)
    it(`signs ${JSON.stringify(setup)} ${isSigned === true ? 'by the key that it shows' : 'otherwise'}`, async () => {
      const token = issuer.token(setup);
      const [, , { keys }] = await read('/keys');
      const [jwk = {}] = keys as readonly JsonWebKey[];
      const [head = '', claims = '', signature = ''] = token.split('.');
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      const text = Buffer.from(`${head}.${claims}`);
      const holds = verify('sha256', text, key, Buffer.from(signature, 'base64url'));

      assert.equal(partsOf(token)[0]?.['kid'], kid);
      assert.deepEqual([holds, signature === ''], [isSigned === true, isSigned === undefined]);
    });
});
