/**
 * The paths of the local issuer's own endpoints on the control port. The issuer responds at the root of the port, and
 * also below its local name. Clients find its metadata with the name after the well-known path (RFC 8414 §3.1) or in
 * front of it (OpenID Connect Discovery 1.0, section 4).
 */
import { LOCAL_ISSUER } from './issuer-names.ts';

export type IssuerEndpoint = 'authorize' | 'keys' | 'metadata' | 'register' | 'token';

/** `base` is the path of the issuer: empty, or `/local.gatewright.invalid`. */
export type IssuerPlace = { readonly endpoint: IssuerEndpoint; readonly base: string };

/**
 * The paths of metadata documents, which clients request in this order (MCP specification, authorization server
 * discovery).
 */
const DOCUMENTS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
export const ISSUER_PATHS = {
  authorize: '/authorize',
  keys: '/.well-known/jwks.json',
  register: '/register',
  token: '/token',
} as const satisfies Partial<Record<IssuerEndpoint, string>>;

const ENDPOINTS: ReadonlyMap<string, IssuerEndpoint> = new Map([
  ...DOCUMENTS.map((path) => [path, 'metadata'] as const),
  [ISSUER_PATHS.authorize, 'authorize'],
  [ISSUER_PATHS.keys, 'keys'],
  [ISSUER_PATHS.register, 'register'],
  [ISSUER_PATHS.token, 'token'],
]);
const LOCAL_NAME = `/${new URL(LOCAL_ISSUER).host}`;

/** Returns undefined for paths that do not belong to the local issuer. */
export function findIssuerPlace(path: string): IssuerPlace | undefined {
  if (DOCUMENTS.some((document) => path === `${document}${LOCAL_NAME}`))
    return { endpoint: 'metadata', base: LOCAL_NAME };
  const base = path.startsWith(`${LOCAL_NAME}/`) ? LOCAL_NAME : '';
  const endpoint = ENDPOINTS.get(path.slice(base.length));
  return endpoint && { endpoint, base };
}
