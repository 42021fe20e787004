/**
 * Registers a client at the authorization server, and determines how the client authenticates at the token endpoint.
 */
import { asText, memberOf, parseJson } from '@gatewright/aws/json-object';
import { McpClientError } from '../errors.ts';
import { readBounded } from '../response-body.ts';
import type { AuthorizationServer, Fetch } from './discover.ts';

export type OAuthClient = {
  readonly id: string;
  readonly secret?: string | undefined;
  /** `none`, `client_secret_basic` or `client_secret_post`. */
  readonly authMethod?: string | undefined;
};

/** Registers a client (RFC 7591). The client has a secret only if the server gives it one. */
export async function registerClient(
  { registrationEndpoint, issuer, tokenAuthMethods }: AuthorizationServer,
  redirectUri: string,
  fetch: Fetch,
): Promise<OAuthClient> {
  if (registrationEndpoint === undefined)
    throw new McpClientError(
      `the authorization server ${issuer ?? ''} does not register clients; pass --client-id with the id of a client that it knows`,
    );
  const wanted =
    tokenAuthMethods.length === 0 || tokenAuthMethods.includes('none') ? 'none' : tokenAuthMethods[0];
  const response = await fetch(registrationEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      client_name: 'Gatewright',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: wanted,
      application_type: 'native',
    }),
  });
  const answer = parseJson(await readBounded(response));
  const id = asText(memberOf(answer, 'client_id'));
  if (response.status === 404 && issuer === undefined)
    throw new McpClientError(
      'the server requires a token, but publishes no metadata that names its authorization server; pass --as for a token of the local issuer, or --token',
    );
  if (response.status >= 300 || id === undefined)
    throw new McpClientError(
      `the authorization server refused to register the client: ${asText(memberOf(answer, 'error_description')) ?? asText(memberOf(answer, 'error')) ?? `status ${response.status}`}`,
    );
  return {
    id,
    secret: asText(memberOf(answer, 'client_secret')),
    authMethod: asText(memberOf(answer, 'token_endpoint_auth_method')) ?? wanted,
  };
}

/** Returns the headers and form fields with which the client authenticates (RFC 6749 §2.3.1). */
export function proveClient(
  { id, secret, authMethod }: OAuthClient,
  supported: readonly string[],
): { readonly headers: Readonly<Record<string, string>>; readonly fields: Readonly<Record<string, string>> } {
  if (secret === undefined || authMethod === 'none') return { headers: {}, fields: { client_id: id } };
  // The default of RFC 8414 §2 is Basic.
  const method =
    authMethod ??
    (supported.includes('client_secret_basic') || supported.length === 0
      ? 'client_secret_basic'
      : 'client_secret_post');
  if (method === 'client_secret_post')
    return { headers: {}, fields: { client_id: id, client_secret: secret } };
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, fields: {} };
}
