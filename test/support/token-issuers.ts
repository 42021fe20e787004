/** APIs behind authorizers that check tokens, and issuers whose keys these authorizers can read. */
import { LOCAL_ISSUER } from '#shared/access/tokens/issuers.ts';
import { createKeySets } from '../../packages/gateway/server/adapters/key-sets.ts';
import { anApi } from './an-api.ts';
import { ok } from './rest-apis.ts';
import { aFetcher, aKeySet, aRsaKey } from './signed-tokens.ts';
import { EPOCH_MS } from './virtual-ports.ts';
import type { TestResource } from './a-stack.ts';
import type { TestApi } from './an-api.ts';

export const ISSUER = 'https://issuer.example/';
export const OTHER = 'https://other.example';
/** A user pool for which the local issuer stands in. */
export const POOL_ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool';
/** The key of `ISSUER`. */
export const KEY = aRsaKey('key-1');
/** The key of `OTHER` and of the local issuer. */
export const OTHER_KEY = aRsaKey('key-1');
/** The current time, in seconds. */
export const NOW = EPOCH_MS / 1000;
export const CLAIMS = { iss: ISSUER, aud: 'api', sub: 'alice', iat: NOW, exp: NOW + 300, roles: ['a', 'b'] };

/** The API of these resources, and the requests that issuers got. */
export function withIssuers(
  resources: Readonly<Record<string, TestResource>>,
  account: Parameters<typeof anApi>[2] = {},
): TestApi & { asked: readonly string[] } {
  const api = anApi(resources, { list: ok }, account);
  const fetcher = aFetcher(
    new Map([
      [`${ISSUER}.well-known/openid-configuration`, JSON.stringify({ jwks_uri: `${ISSUER}keys` })],
      [`${ISSUER}keys`, aKeySet(KEY)],
      [`${OTHER}/.well-known/openid-configuration`, JSON.stringify({ jwks_uri: `${OTHER}/keys` })],
      [`${OTHER}/keys`, aKeySet(OTHER_KEY)],
    ]),
  );
  const local = {
    isLocal: (name: string) => name === LOCAL_ISSUER || name === POOL_ISSUER,
    keySet: () => ({ keys: [OTHER_KEY.jwk] }),
  };
  api.ports.keySets = createKeySets(local, api.ports.clock, fetcher);
  return { ...api, asked: fetcher.asked };
}

export const carrying = (token: string): string[] => ['authorization', `Bearer ${token}`];

/** Returns what the function received about the caller. */
export function authorizerOf(api: TestApi): unknown {
  const event = api.ports.invoker.calls.at(-1)?.event as { requestContext: { authorizer: unknown } };
  return event.requestContext.authorizer;
}
