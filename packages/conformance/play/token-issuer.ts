/** The runner's own OpenID issuer: discovery document, key set, and the tokens of a case. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { startServer } from './backends.ts';
import type { KeyObject } from 'node:crypto';
import type { JsonObject, TokenSetup } from '../schema/parity-case.ts';

export type TokenIssuer = {
  readonly url: string;
  token(setup: TokenSetup): string;
  close(): Promise<void>;
};

const USUAL_SECONDS = 300;

type Key = { readonly id: string; readonly privateKey: KeyObject; readonly jwk: object };

function makeKey(id: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: id, alg: 'RS256', use: 'sig' };
  return { id, privateKey, jwk };
}

/** All cases share the keys, because creating keys takes time and no case depends on having its own. */
const keys = (() => {
  let made: { readonly shown: Key; readonly hidden: Key } | undefined;
  return () => (made ??= { shown: makeKey('shown'), hidden: makeKey('hidden') });
})();

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const server = await startServer(({ path }) => {
    const found = documents.get(path);
    const status = found === undefined ? 404 : 200;
    return { status, headers: { 'Content-Type': 'application/json' }, body: found ?? '{}' };
  });
  const { url } = server;
  const documents = new Map([
    ['/.well-known/openid-configuration', JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` })],
    ['/keys', JSON.stringify({ keys: [keys().shown.jwk] })],
  ]);
  return { url, token: (setup) => print(setup, url), close: () => server.close() };
}

function print(setup: TokenSetup, issuer: string): string {
  const { claims = {}, expiresIn = USUAL_SECONDS, notBefore, issuedAt, header, signedBy = 'issuer' } = setup;
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: issuer,
    exp: now + expiresIn,
    ...(notBefore === undefined ? {} : { nbf: now + notBefore }),
    ...(issuedAt === undefined ? {} : { iat: now + issuedAt }),
    ...claims,
  };
  const shown = Object.fromEntries(Object.entries(all as JsonObject).filter(([, value]) => value !== null));
  const { shown: known, hidden } = keys();
  const token = signed(signedBy === 'unknown' ? hidden : known, shown, header);
  return signedBy === 'none' ? token.slice(0, token.lastIndexOf('.') + 1) : token;
}

/** Signs with RS256, even if the header names another algorithm. */
function signed({ id, privateKey }: Key, claims: JsonObject, header: JsonObject = {}): string {
  const full = { alg: 'RS256', kid: id, typ: 'JWT', ...header };
  const text = [full, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
}
