/** An authorization request of a browser (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1). */
import type { AppClient } from '../pools/pool-model.ts';
import type { LocalPool } from '../pools/user-pools.ts';
import { isAllowedRedirect } from './redirects.ts';

export type AuthorizationRequest = {
  readonly client: AppClient;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly audience: string | undefined;
  /** `S256` only. */
  readonly challenge: string | undefined;
  readonly prompt: string | undefined;
  readonly hint: string;
};

type RequestRead =
  | { readonly kind: 'request'; readonly request: AuthorizationRequest }
  /** Reported to the client by a redirect. */
  | {
      readonly kind: 'error';
      readonly redirectUri: string;
      readonly state: string | undefined;
      readonly error: string;
      readonly description: string;
    }
  /** Not redirected: a browser must not be sent to an unregistered address. */
  | { readonly kind: 'refused'; readonly text: string };

const MAX_QUERY = 8_192;

export function readAuthorizationRequest(query: string, { pool }: LocalPool): RequestRead {
  if (query.length > MAX_QUERY) return { kind: 'refused', text: 'The address is too long.' };
  const fields = new URLSearchParams(query);
  const text = (name: string): string | undefined => fields.get(name) ?? undefined;
  const repeated = [...new Set(fields.keys())].find((name) => fields.getAll(name).length > 1);
  if (repeated !== undefined) return { kind: 'refused', text: `${repeated} is repeated.` };
  const client = pool.findClient(text('client_id') ?? '');
  if (client === undefined || client.clientId === '')
    return { kind: 'refused', text: `No app client of ${pool.definition.poolId} has this client_id.` };
  const redirectUri = text('redirect_uri') ?? '';
  if (!isAllowedRedirect(redirectUri, client.callbackUrls))
    return { kind: 'refused', text: describeMismatch(redirectUri, client) };
  const state = text('state');
  const refuse = (error: string, description: string): RequestRead => ({
    kind: 'error',
    redirectUri,
    state,
    error,
    description,
  });
  if (text('response_type') !== 'code')
    return refuse('unsupported_response_type', 'Only the authorization code flow is served');
  if (!client.allowsCode) return refuse('unauthorized_client', 'The client must not use this flow');
  const challenge = text('code_challenge');
  if (challenge !== undefined && (text('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge)))
    return refuse('invalid_request', 'code_challenge_method must be S256');
  const asked = (text('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const usual = client.scopes === 'any' ? ['openid'] : client.scopes;
  const scopes = asked.length === 0 ? usual : asked;
  const unknown =
    client.scopes === 'any' ? undefined : scopes.find((scope) => !client.scopes.includes(scope));
  if (unknown !== undefined) return refuse('invalid_scope', 'The client must not have one of these scopes');
  return {
    kind: 'request',
    request: {
      client,
      redirectUri,
      state,
      scopes,
      challenge,
      nonce: text('nonce'),
      audience: text('audience'),
      prompt: text('prompt'),
      hint: text('login_hint') ?? '',
    },
  };
}

function describeMismatch(given: string, { callbackUrls }: AppClient): string {
  const known =
    callbackUrls === 'loopback'
      ? 'an address of this machine, such as http://localhost:5173/callback'
      : callbackUrls.length === 0
        ? 'no address: it has no CallbackURLs'
        : `exactly ${callbackUrls.join(' or ')}`;
  return `redirect_uri ${given === '' ? 'is missing' : `is ${given.slice(0, 300)}`}; the client accepts ${known}.`;
}
