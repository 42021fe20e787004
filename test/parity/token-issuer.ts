/** An OpenID issuer of the runner's own: discovery document, key set, and the tokens of a case. */
import { aKeySet, aLoopbackServer, aRsaKey, signToken } from '../support/signed-tokens.ts';
import type { JsonObject, TokenSetup } from './parity-case.ts';

export type TokenIssuer = {
  readonly url: string;
  token(setup: TokenSetup): string;
  close(): Promise<void>;
};

const USUAL_SECONDS = 300;

/** Keys cost time: all cases have the same, since no case sees those of another. */
const keys = (() => {
  let made:
    { readonly shown: ReturnType<typeof aRsaKey>; readonly hidden: ReturnType<typeof aRsaKey> } | undefined;
  return () => (made ??= { shown: aRsaKey('shown'), hidden: aRsaKey('hidden') });
})();

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const server = await aLoopbackServer((request, response) => {
    const found = documents.get(request.url ?? '');
    response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(found ?? '{}');
  });
  const documents = new Map([
    [
      '/.well-known/openid-configuration',
      JSON.stringify({ issuer: server.url, jwks_uri: `${server.url}/keys` }),
    ],
    ['/keys', aKeySet(keys().shown)],
  ]);
  return {
    url: server.url,
    token: (setup) => print(setup, server.url),
    close: async () => server[Symbol.asyncDispose](),
  };
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
  const token = signToken(signedBy === 'unknown' ? hidden : known, shown, header);
  return signedBy === 'none' ? token.slice(0, token.lastIndexOf('.') + 1) : token;
}
