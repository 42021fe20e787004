import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { createKeySets } from '../../../../../packages/gateway/server/adapters/key-sets.ts';
import { Issuer } from '../../../../../packages/gateway/cognito/issuer.ts';
import { LOCAL_ISSUER } from '../../../../../packages/gateway/core/issuers/issuer-names.ts';
import {
  aFetcher,
  aKeySet,
  aLoopbackServer,
  anEcKey,
  aRsaKey,
  signToken,
} from '../../../../support/signed-tokens.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';
import type { KeySets } from '../../../../../packages/gateway/core/ports.ts';
import type { SigningKey } from '../../../../support/signed-tokens.ts';

const ISSUER = 'https://issuer.example/';
const DISCOVERY = 'https://issuer.example/.well-known/openid-configuration';
const JWKS = 'https://issuer.example/keys';
const LOCAL = { isLocal: (name: string) => name === LOCAL_ISSUER, keySet: () => ({ keys: [] }) };
const KEY = aRsaKey('rsa-1');

type World = {
  keySets: KeySets;
  clock: VirtualClock;
  asked: readonly string[];
  texts: Map<string, string>;
};

function aWorld(texts: Record<string, string> = {}): World {
  const clock = new VirtualClock();
  const served = new Map(
    Object.entries({ [DISCOVERY]: JSON.stringify({ jwks_uri: JWKS }), [JWKS]: aKeySet(KEY), ...texts }),
  );
  const fetcher = aFetcher(served);
  return { keySets: createKeySets(LOCAL, clock, fetcher), clock, asked: fetcher.asked, texts: served };
}

describe('createKeySets', () => {
  it('finds a key by discovery, and stores it', async () => {
    const { keySets, asked } = aWorld();

    const before = keySets.known(ISSUER, 'rsa-1');
    const found = await keySets.find(ISSUER, 'rsa-1');
    const after = keySets.known(ISSUER, 'rsa-1');

    assert.equal(before, undefined);
    assert.ok(found.kind === 'key');
    assert.equal(after, found.key);
    assert.deepEqual(asked, [DISCOVERY, JWKS]);
  });

  it('gives discovery up after 1.5 s, and the key set, second tries included (docs/aws §4.5)', async () => {
    const given: unknown[] = [];
    const keySets = createKeySets(LOCAL, new VirtualClock(), {
      fetch(uri, limits) {
        given.push([uri, limits?.timeoutMs, limits?.totalMs]);
        return Promise.resolve(uri === DISCOVERY ? JSON.stringify({ jwks_uri: JWKS }) : aKeySet(KEY));
      },
    });

    await keySets.find(ISSUER, 'rsa-1');

    assert.deepEqual(given, [
      [DISCOVERY, 1500, 1500],
      [JWKS, 1500, 1500],
    ]);
  });

  it('asks an issuer once for many at the same time', async () => {
    const { keySets, asked } = aWorld();

    await Promise.all(Array.from({ length: 20 }, () => keySets.find(ISSUER, 'rsa-1')));

    assert.equal(asked.length, 2);
  });

  it('looks again for an unknown key id, but not for every invented one', async () => {
    const { keySets, asked, clock, texts } = aWorld();
    await keySets.find(ISSUER, 'rsa-1');

    const invented = [await keySets.find(ISSUER, 'a'), await keySets.find(ISSUER, 'b')];
    const askedEarly = asked.length;
    texts.set(JWKS, aKeySet(KEY, { ...KEY, keyId: 'rsa-2', jwk: { ...KEY.jwk, kid: 'rsa-2' } }));
    clock.advance(31_000);
    const rotated = await keySets.find(ISSUER, 'rsa-2');

    assert.deepEqual(
      invented.map(({ kind }) => kind),
      ['unknown', 'unknown'],
    );
    assert.equal(askedEarly, 2);
    assert.equal(rotated.kind, 'key');
  });

  it('distinguishes an unreachable issuer from one without the key', async () => {
    const { keySets, texts } = aWorld();
    texts.delete(DISCOVERY);

    assert.equal((await keySets.find(ISSUER, 'rsa-1')).kind, 'unreachable');
  });

  const unreadable: [name: string, document: string][] = [
    ['no JSON', '<html>'],
    ['no jwks_uri', '{}'],
    ['null', 'null'],
    [
      'a key set on this machine, which a remote issuer has no business to name',
      '{"jwks_uri":"http://127.0.0.1:1/keys"}',
    ],
  ];
  for (const [name, document] of unreadable)
    it(`takes a discovery document with ${name} for an outage`, async () => {
      const { keySets, asked } = aWorld({ [DISCOVERY]: document });

      assert.equal((await keySets.find(ISSUER, 'rsa-1')).kind, 'unreachable');
      assert.deepEqual(asked, [DISCOVERY]);
    });

  it('reads a real issuer on this machine over HTTP, and gives up on one that answers too much', async () => {
    const big = 'x'.repeat(150_001);
    await using server = await aLoopbackServer((request, response) => {
      const isDocument = request.url === '/good/.well-known/openid-configuration';
      if (isDocument) response.end(JSON.stringify({ jwks_uri: `http://${request.headers.host ?? ''}/keys` }));
      else response.end(request.url === '/keys' ? aKeySet(KEY) : big);
    });
    const keySets = createKeySets(LOCAL, new VirtualClock());

    const good = await keySets.find(`${server.url}/good`, 'rsa-1');
    const huge = await keySets.find(`${server.url}/huge`, 'rsa-1');

    assert.equal(good.kind, 'key');
    assert.deepEqual(huge, {
      kind: 'unreachable',
      reason: "the issuer's key set cannot be read at the moment",
    });
  });

  it('answers for the local issuer within this process, and drops a withdrawn key at once', async () => {
    const clock = new VirtualClock();
    const issuer = await Issuer.create({ clock, random: new CountingRandom() });
    const fetcher = aFetcher(new Map());
    const local = { isLocal: LOCAL.isLocal, keySet: () => issuer.keySet() };
    const keySets = createKeySets(local, clock, fetcher);
    const kid = issuer.keySet().keys[0]?.kid ?? '';

    const before = keySets.known(LOCAL_ISSUER, kid);
    const found = await keySets.find(LOCAL_ISSUER, kid);
    await issuer.rotate({ withdraw: true });
    const after = keySets.known(LOCAL_ISSUER, kid);

    assert.notEqual(before, undefined);
    assert.deepEqual(found, { kind: 'key', key: before });
    assert.equal(after, undefined);
    assert.deepEqual(await keySets.find(LOCAL_ISSUER, kid), { kind: 'unknown' });
    assert.deepEqual(fetcher.asked, []);
  });
});

describe('a key of createKeySets', () => {
  async function verify(key: SigningKey, algorithm: string, token: string): Promise<boolean> {
    const { keySets } = aWorld({ [JWKS]: aKeySet(key) });
    const found = await keySets.find(ISSUER, key.keyId);
    assert.ok(found.kind === 'key');
    const [header = '', payload = '', signature = ''] = token.split('.');
    const check = (): boolean =>
      found.key.verifies(algorithm, `${header}.${payload}`, Buffer.from(signature, 'base64url'));
    const first = check();
    assert.equal(check(), first, 'a remembered answer is the same answer');
    return first;
  }

  it('verifies what it signed, and nothing that was changed since', async () => {
    const token = signToken(KEY);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const forged = `${header}.${Buffer.from('{"sub":"root"}').toString('base64url')}.${signature}`;

    assert.equal(await verify(KEY, 'RS256', token), true);
    assert.equal(await verify(KEY, 'RS256', forged), false);
    assert.equal(await verify(KEY, 'RS256', `${header}.${payload}.AAAA`), false);
  });

  it('verifies only by the algorithm that its key set names for it', async () => {
    const anyKey = { ...KEY, jwk: { ...KEY.jwk, alg: undefined } };
    const signed = 'a.b';
    const signature = sign('sha512', Buffer.from(signed), KEY.privateKey).toString('base64url');

    assert.equal(await verify(anyKey, 'RS512', `${signed}.${signature}`), true);
    assert.equal(await verify(KEY, 'RS512', `${signed}.${signature}`), false);
    assert.equal(await verify(anyKey, 'HS256', `${signed}.${signature}`), false);
  });

  it('of an elliptic curve verifies nothing: API Gateway supports only RSA', async () => {
    const key = anEcKey();

    assert.equal(await verify(key, 'ES256', signToken(key)), false);
    assert.equal(await verify(key, 'RS256', signToken(key)), false);
  });
});
