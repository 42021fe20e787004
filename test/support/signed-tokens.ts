/** Issuers with real keys, and tokens signed by them. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { CompiledIssuer, TokenTrust } from '#shared/access/compiled-document.ts';
import { DEFAULT_LIMITS } from '#shared/access/tokens/key-sets.ts';
import type { KeySetFetcher } from '#shared/ports.ts';

export type SigningKey = {
  readonly keyId: string;
  readonly algorithm: 'RS256' | 'ES256' | 'EdDSA';
  readonly privateKey: KeyObject;
  /** Public JWK with kid, alg and use. */
  readonly jwk: Readonly<Record<string, unknown>>;
};

/** Creates an RSA key. Each call returns a different key. */
export function aRsaKey(keyId = 'rsa-1', modulusLength = 2048): SigningKey {
  const privateKey = modulusLength === 2048 ? nextRsaKey() : makeRsaKey(modulusLength);
  return { keyId, algorithm: 'RS256', privateKey, jwk: jwkOf(createPublicKey(privateKey), keyId, 'RS256') };
}

const makeRsaKey = (modulusLength: number): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey;

let made = 0;

/**
 * Creating an RSA key takes longer than most tests, so all processes of a run have the same first keys. The process
 * that first needs a key writes it to a file for the others.
 */
function nextRsaKey(): KeyObject {
  const folder = process.env['GATEWRIGHT_TEST_RUN'];
  if (folder === undefined) return makeRsaKey(2048);
  made += 1;
  const file = join(folder, `rsa-${made}.pem`);
  if (!existsSync(file)) {
    const pem = makeRsaKey(2048).export({ type: 'pkcs8', format: 'pem' });
    // The file is written under another name and then renamed, so that no other process reads half a key.
    writeFileSync(`${file}.${process.pid}`, pem, { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  }
  return createPrivateKey(readFileSync(file));
}

/**
 * The saved key of a local issuer. All issuers of a process may share it, because creating an RSA key takes longer than
 * most tests.
 */
export const keptIssuerKeys = lazily(() => [
  {
    privateKeyPem: aRsaKey().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    usedUntilSeconds: 0,
  },
]);

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

export function anEcKey(keyId = 'ec-1'): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keyId, algorithm: 'ES256', privateKey, jwk: jwkOf(publicKey, keyId, 'ES256') };
}

export function anEdKey(keyId = 'ed-1'): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { keyId, algorithm: 'EdDSA', privateKey, jwk: jwkOf(publicKey, keyId, 'EdDSA') };
}

function jwkOf(key: KeyObject, kid: string, alg: string): Readonly<Record<string, unknown>> {
  return { ...key.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

export function aKeySet(...keys: readonly SigningKey[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

export function anIssuer(over: Partial<TokenTrust> = {}, id = 'main'): CompiledIssuer {
  return {
    id,
    trust: {
      issuer: 'https://issuer.example/',
      isLocal: false,
      audience: ['api'],
      jwksUri: 'https://issuer.example/.well-known/jwks.json',
      algorithms: ['RS256'],
      types: ['jwt', 'at+jwt', 'application/at+jwt'],
      clockSkewSeconds: 30,
      principal: ['sub'],
      scopes: [['scope'], ['scp']],
      roles: [['roles']],
      keys: DEFAULT_LIMITS,
      ...over,
    },
  };
}

/** The claims of a token that is accepted. A claim that is set to `undefined` is left out. */
export function someClaims(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://issuer.example/',
    aud: 'api',
    sub: 'alice',
    roles: ['admin'],
    iat: now,
    exp: now + 300,
  };
  return { ...claims, ...over };
}

export function signToken(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>> | string = someClaims(),
  header: Readonly<Record<string, unknown>> = {},
): string {
  const full = { alg: key.algorithm, kid: key.keyId, typ: 'JWT', ...header };
  return signParts(key, JSON.stringify(full), typeof claims === 'string' ? claims : JSON.stringify(claims));
}

/** A token with exactly this header and payload, byte for byte, and with the correct signature. */
export function signParts(key: SigningKey, header: string, payload: string | Buffer): string {
  const signed = `${base64Url(header)}.${Buffer.from(payload).toString('base64url')}`;
  const hash = key.algorithm === 'EdDSA' ? null : 'sha256';
  const signature = sign(hash, Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

export function base64Url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** A fetcher that answers from a map and counts the requests. An address that is not in the map cannot be reached. */
export function aFetcher(sets: Map<string, string>): KeySetFetcher & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async fetch(uri) {
      asked.push(uri);
      await Promise.resolve();
      const text = sets.get(uri);
      if (text === undefined) throw new Error('out of reach');
      return text;
    },
  };
}

/** An HTTP server on a free loopback port, closed with `using`. */
export async function aLoopbackServer(listener: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
