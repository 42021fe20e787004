/**
 * Signs in at the authorization server of an MCP server, as an MCP client must (MCP specification, Authorization):
 * discovery from the challenge, PKCE, the parameter `resource`, and a check of the issuer before the code is sent.
 */
import { createHash, randomBytes } from 'node:crypto';
import { asText, memberOf, parseJson } from '@gatewright/aws/json-object';
import { isLoopbackUrl } from '@gatewright/handlers/access/tokens/issuers';
import { McpClientError } from '../errors.ts';
import { readBounded } from '../response-body.ts';
import { readChallenge } from './challenge.ts';
import type { Challenge } from './challenge.ts';
import { findAuthorizationServer, findResource } from './discover.ts';
import type { AuthorizationServer, Fetch, ProtectedResource } from './discover.ts';
import { listenForRedirect } from './redirect-listener.ts';
import { proveClient, registerClient } from './register.ts';
import type { OAuthClient } from './register.ts';
import type { Send } from '../wire.ts';

export type SignInOptions = {
  /** Address of the MCP server. */
  readonly server: string;
  readonly fetch: Fetch;
  /** A client that the authorization server already knows. Its id may be the address of its metadata document. */
  readonly client?: OAuthClient | undefined;
  /** Scopes to request in addition to the scopes that the server names. */
  readonly scopes?: readonly string[];
  /** Shows the page of the authorization server to the user. */
  readonly openPage: (url: string) => void;
  readonly waitMs: number;
};

/** A request may need one sign-in, and a second one for more scopes. A third challenge counts as a refusal. */
const SIGN_INS_PER_REQUEST = 2;

/** Returns a function that signs in when the server requires a token, and then sends the token with each request. */
export function withSignIn(send: Send, options: SignInOptions): Send {
  let token: string | undefined;
  let scopes: readonly string[] = options.scopes ?? [];
  return async (request) => {
    for (let signIns = 0; ; signIns += 1) {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await send({ ...request, headers: { ...request.headers, ...authorization } });
      const challenge = readChallenge(response.headers);
      const wantsMore = response.status === 403 && challenge.error === 'insufficient_scope';
      if ((response.status !== 401 && !wantsMore) || signIns === SIGN_INS_PER_REQUEST) return response;
      await response.body?.cancel();
      ({ token, scopes } = await signIn(challenge, scopes, options));
    }
  };
}

/** @returns the token, and all requested scopes, which the next sign-in must request again */
async function signIn(
  challenge: Challenge,
  before: readonly string[],
  options: SignInOptions,
): Promise<{ readonly token: string; readonly scopes: readonly string[] }> {
  const { server, fetch } = options;
  const resource = await findResource(server, challenge.resourceMetadata, fetch);
  const authorizationServer = await findAuthorizationServer(resource, server, fetch);
  const named = challenge.scopes.length > 0 ? challenge.scopes : resource.scopes;
  const scopes = [...new Set([...before, ...named])];
  const token = await authorize(authorizationServer, resource, scopes, options);
  return { token, scopes };
}

async function authorize(
  at: AuthorizationServer,
  { resource }: ProtectedResource,
  scopes: readonly string[],
  options: SignInOptions,
): Promise<string> {
  const { fetch } = options;
  const state = randomBytes(16).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const listener = await listenForRedirect(state);
  try {
    const { redirectUri } = listener;
    const client = options.client ?? (await registerClient(at, redirectUri, fetch));
    const url = new URL(at.authorizationEndpoint);
    const parameters = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const direct = await askWithoutPage(url.href, redirectUri, fetch);
    if (direct === undefined) options.openPage(url.href);
    const code = readCode(direct ?? (await listener.receive(options.waitMs)), state, at);
    return await exchangeCode({ code, verifier, redirectUri, resource }, client, at, fetch);
  } finally {
    listener.close();
  }
}

/**
 * Asks an authorization server on this machine, which may respond without a page, as the local issuer does with
 * `--sign-in-as`. Returns undefined if the server shows a page or is on another machine.
 */
async function askWithoutPage(
  url: string,
  redirectUri: string,
  fetch: Fetch,
): Promise<URLSearchParams | undefined> {
  if (!isLoopbackUrl(url)) return undefined;
  const response = await fetch(url);
  await response.body?.cancel();
  const location = response.headers.get('location') ?? '';
  return location.startsWith(`${redirectUri}?`) ? new URL(location).searchParams : undefined;
}

/** Attack: another authorization server or page responds instead of the server that was asked (RFC 9207 §2.4). */
function readCode(
  answer: URLSearchParams,
  state: string,
  { issuer, namesIssuer }: AuthorizationServer,
): string {
  const given = answer.get('iss');
  if (answer.get('state') !== state)
    throw new McpClientError('the response to the sign-in does not have the state of the request');
  if (given === null ? namesIssuer : given !== issuer)
    throw new McpClientError(
      given === null
        ? `the response to the sign-in does not name its issuer; ${issuer ?? ''} is expected in the parameter iss`
        : `the response to the sign-in is from the issuer ${JSON.stringify(given)}, not from ${issuer ?? 'the authorization server, which has no metadata'}`,
    );
  const error = answer.get('error');
  if (error !== null)
    throw new McpClientError(`the sign-in was refused: ${answer.get('error_description') ?? error}`);
  const code = answer.get('code');
  if (code === null) throw new McpClientError('the response to the sign-in has no code');
  return code;
}

type CodeExchange = {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly resource: string;
};

async function exchangeCode(
  { code, verifier, redirectUri, resource }: CodeExchange,
  client: OAuthClient,
  { tokenEndpoint, tokenAuthMethods }: AuthorizationServer,
  fetch: Fetch,
): Promise<string> {
  const { headers, fields } = proveClient(client, tokenAuthMethods);
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...headers,
    },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
      resource,
      ...fields,
    }).toString(),
  });
  const answer = parseJson(await readBounded(response));
  const token = asText(memberOf(answer, 'access_token'));
  if (response.status !== 200 || token === undefined)
    throw new McpClientError(
      `the authorization server issued no token: ${asText(memberOf(answer, 'error_description')) ?? asText(memberOf(answer, 'error')) ?? `status ${response.status}`}`,
    );
  return token;
}
