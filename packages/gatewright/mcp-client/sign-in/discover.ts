/**
 * Finds the authorization server of an MCP server: its protected resource metadata (RFC 9728), and the metadata of the
 * authorization server (RFC 8414, OpenID Connect Discovery). A document is refused if the resource or the issuer that
 * it names does not match the address of the document.
 */
import { asText, isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { isLoopbackUrl } from '@gatewright/handlers/access/tokens/issuers';
import { McpClientError } from '../errors.ts';
import { readBounded } from '../response-body.ts';

/** Fetches without following redirects, because a document is only valid at its own address. */
export type Fetch = (
  url: string,
  init?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  },
) => Promise<Response>;

export type AuthorizationServer = {
  /** `issuer` is undefined for a server of revision 2025-03-26 without metadata. */
  readonly issuer: string | undefined;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly registrationEndpoint: string | undefined;
  readonly tokenAuthMethods: readonly string[];
  readonly namesIssuer: boolean;
};

export type ProtectedResource = {
  /** The value of the parameter `resource` (RFC 8707). */
  readonly resource: string;
  readonly authorizationServer: string | undefined;
  readonly scopes: readonly string[];
};

const DOCUMENT_LIMIT = 200_000;
const PROTECTED_RESOURCE = '/.well-known/oauth-protected-resource';

/**
 * Returns the metadata of the MCP server as a protected resource. If it has no metadata, the authorization server is
 * expected at the root of its host, as in revision 2025-03-26.
 * @param named the address in the challenge
 * @throws McpClientError if the metadata is for another server
 */
export async function findResource(
  server: string,
  named: string | undefined,
  fetch: Fetch,
): Promise<ProtectedResource> {
  const { origin, pathname } = new URL(server);
  const places = named === undefined ? wellKnownPlaces(server) : [named];
  for (const place of places) {
    const document = await readDocument(place, fetch);
    if (document === undefined) continue;
    const resource = asText(document['resource']) ?? '';
    if (!covers(resource, server))
      throw new McpClientError(
        `the metadata document ${place} is for the resource ${JSON.stringify(resource)}, not for ${server}; the client does not sign in, because the token would be for another server`,
      );
    const [authorizationServer] = textsOf(document['authorization_servers']);
    if (authorizationServer === undefined)
      throw new McpClientError(`the metadata document ${place} does not name an authorization server`);
    return { resource, authorizationServer, scopes: textsOf(document['scopes_supported']) };
  }
  if (named !== undefined) throw new McpClientError(`the metadata document ${named} cannot be read`);
  return { resource: `${origin}${pathname}`, authorizationServer: undefined, scopes: [] };
}

function wellKnownPlaces(server: string): readonly string[] {
  const { origin, pathname } = new URL(server);
  const path = pathname === '/' ? [] : [`${origin}${PROTECTED_RESOURCE}${pathname}`];
  return [...path, `${origin}${PROTECTED_RESOURCE}`];
}

/** Whether the resource is the server itself, or a part of the server's host that contains the server. */
function covers(resource: string, server: string): boolean {
  if (!URL.canParse(resource) || resource.includes('#')) return false;
  const [whole, part] = [new URL(resource), new URL(server)];
  const folder = whole.pathname.endsWith('/') ? whole.pathname : `${whole.pathname}/`;
  return whole.origin === part.origin && `${part.pathname}/`.startsWith(folder);
}

/**
 * Returns the endpoints of an authorization server.
 * @throws McpClientError if a server that the resource names has no metadata, if the metadata names another issuer, or
 * if the server does not support PKCE
 */
export async function findAuthorizationServer(
  { authorizationServer }: ProtectedResource,
  server: string,
  fetch: Fetch,
): Promise<AuthorizationServer> {
  const issuer = authorizationServer ?? new URL(server).origin;
  for (const place of metadataPlaces(issuer)) {
    const document = await readDocument(place, fetch);
    if (document !== undefined) return readMetadata(document, issuer, place);
  }
  if (authorizationServer !== undefined)
    throw new McpClientError(`the authorization server ${issuer} has no metadata document`);
  return {
    issuer: undefined,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    registrationEndpoint: `${issuer}/register`,
    tokenAuthMethods: [],
    namesIssuer: false,
  };
}

/** Returns the addresses in the order of the specification (Authorization Server Discovery). */
function metadataPlaces(issuer: string): readonly string[] {
  if (!URL.canParse(issuer)) throw new McpClientError(`the authorization server ${issuer} is not a URL`);
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    ...(path === '' ? [] : [`${origin}${path}/.well-known/openid-configuration`]),
  ];
}

/**
 * Refuses metadata of another issuer, and of a server without PKCE. Attack: the metadata document of a hostile server
 * names another issuer, so that the endpoints in the document would receive the codes of that issuer (RFC 8414 §3.3).
 */
function readMetadata(document: UnknownMembers, issuer: string, place: string): AuthorizationServer {
  const own = asText(document['issuer']);
  if (own !== issuer)
    throw new McpClientError(
      `the metadata document ${place} names the issuer ${JSON.stringify(own)}, not ${issuer}`,
    );
  if (!textsOf(document['code_challenge_methods_supported']).includes('S256'))
    throw new McpClientError(
      `the authorization server ${issuer} does not support PKCE: code_challenge_methods_supported does not contain S256`,
    );
  return {
    issuer,
    authorizationEndpoint: endpointOf(document, 'authorization_endpoint'),
    tokenEndpoint: endpointOf(document, 'token_endpoint'),
    registrationEndpoint:
      document['registration_endpoint'] === undefined
        ? undefined
        : endpointOf(document, 'registration_endpoint'),
    tokenAuthMethods: textsOf(document['token_endpoint_auth_methods_supported']),
    namesIssuer: document['authorization_response_iss_parameter_supported'] === true,
  };
}

function endpointOf(document: UnknownMembers, name: string): string {
  const url = asText(document[name]) ?? '';
  assertSafe(url, name);
  return url;
}

/** Codes and tokens are sent only over https, or to this machine (MCP specification, Communication Security). */
function assertSafe(url: string, what: string): void {
  if (!isLoopbackUrl(url) && !url.startsWith('https://'))
    throw new McpClientError(`${what} is ${JSON.stringify(url)}; it must be an https address`);
}

/** Fetches a metadata document; undefined if there is none at the address. */
async function readDocument(url: string, fetch: Fetch): Promise<UnknownMembers | undefined> {
  assertSafe(url, 'the address of a metadata document');
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (response.status !== 200) {
    await response.body?.cancel();
    return undefined;
  }
  let document: unknown;
  try {
    document = JSON.parse(await readBounded(response, DOCUMENT_LIMIT));
  } catch (error) {
    if (error instanceof McpClientError) throw error;
    return undefined;
  }
  return isJsonObject(document) ? document : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
