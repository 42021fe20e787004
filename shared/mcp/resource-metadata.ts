/** The metadata of a protected resource, such as an MCP server, by which clients find its issuers (RFC 9728). */

type ProtectedResource = {
  /**
   * The address of the resource, exactly as clients use it: `https://mcp.example.com/mcp`. Tokens must have it as
   * their `aud`.
   */
  readonly resource: string;
  /** The addresses of the issuers, exactly as in their own metadata: `https://example.eu.auth0.com/`. */
  readonly issuers: readonly string[];
  /**
   * The scopes that clients request at first. Do not list `offline_access`, which is not for the resource (MCP
   * specification, refresh tokens).
   */
  readonly scopes?: readonly string[];
};

type ProtectedResourceMetadata = {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
};

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * Returns the metadata document of a resource (RFC 9728 §2). MCP clients send tokens only in the header
 * `Authorization`, and need at least one issuer.
 * @throws TypeError if `resource` or an issuer is not a suitable address, or there is no issuer
 *
 * @example
 * ```ts
 * import { protectedResourceMetadata } from 'gatewright/mcp';
 *
 * const issuers = ['https://login.example/'];
 * const document = protectedResourceMetadata({ resource: 'https://api.example/mcp', issuers });
 * document.authorization_servers // → ['https://login.example/']
 * ```
 */
export function protectedResourceMetadata({
  resource,
  issuers,
  scopes,
}: ProtectedResource): ProtectedResourceMetadata {
  checkAddress('resource', resource);
  if (issuers.length === 0) throw new TypeError('issuers is empty; name at least one issuer of tokens');
  for (const issuer of issuers) checkAddress('an issuer', issuer);
  return {
    resource,
    authorization_servers: issuers,
    ...(scopes === undefined || scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
  };
}

/**
 * Returns the address of a resource's metadata document. The well-known path is between the host and the path:
 * `https://mcp.example.com/mcp` → `https://mcp.example.com/.well-known/oauth-protected-resource/mcp` (RFC 9728 §3.1).
 * An API with a named stage cannot serve this address at its own host name, because the path begins with the stage.
 * @throws TypeError if `resource` is not a suitable address
 *
 * @example
 * ```ts
 * import { protectedResourceMetadataUrl } from 'gatewright/mcp';
 *
 * protectedResourceMetadataUrl('https://api.example/mcp') // → 'https://api.example/.well-known/oauth-protected-resource/mcp'
 * ```
 */
export function protectedResourceMetadataUrl(resource: string): string {
  checkAddress('resource', resource);
  const { origin, pathname, search } = new URL(resource);
  // A slash directly after the host is removed; any other slash is part of the path.
  return `${origin}${WELL_KNOWN}${pathname === '/' ? '' : pathname}${search}`;
}

/** `http` is accepted for addresses of this machine only. */
function checkAddress(what: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' &&
      /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname));
  if (url === undefined || !isSafe || text.includes('#') || url.username !== '' || url.password !== '')
    throw new TypeError(
      `${what} is ${JSON.stringify(text)}; expected an https address, or an http address of this machine, without a fragment and without a user name`,
    );
}
