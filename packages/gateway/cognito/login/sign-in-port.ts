/**
 * The part of the control port for the pools and the replaced issuers: discovery, keys, login pages, tokens, and
 * Cognito's API for users. Pages of other origins may call this part only if they are on this machine or belong to a
 * client.
 */
import { CLIENT_AUTHENTICATIONS, GRANT_TYPES } from './oauth-error.ts';
import { NO_STORE } from '../no-store.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type CognitoIdp, readUserOperation } from '../api/cognito-idp.ts';
import { type ControlReply, type ControlRequest, jsonReply } from '../../core/api-call.ts';
import type { Clock } from '../../core/ports.ts';
import type { Issuer } from '../issuer.ts';
import type { PoolDefinition } from '../pools/pool-model.ts';
import type { LocalPool, UserPools } from '../pools/user-pools.ts';
import { localNameOf } from '../../core/issuers/stand-ins.ts';
import type { StandIns } from '../../core/issuers/stand-ins.ts';
import { authorize, logOut, type LoginContext, signInByForm } from './authorize.ts';
import { isLoopbackOrigin } from './redirects.ts';
import { LoginState } from './login-state.ts';
import type { PoolGrant } from './login-state.ts';
import { grantTokens, revokeToken, sendUserInfo } from './token-endpoint.ts';

type Head = Pick<ControlRequest, 'method' | 'path' | 'host' | 'rawHeaders'>;

export interface SignInPort {
  readonly hosts: readonly string[];
  /** Returns whether a page of another origin may send this request, or a link may lead to it. */
  admits(head: Head): boolean;
  /** Returns undefined if the request is for another part of the port. */
  serve(request: ControlRequest): Promise<ControlReply | undefined>;
}

type Parts = {
  readonly issuer: Issuer;
  readonly standIns: StandIns;
  readonly pools: UserPools;
  readonly cognito: CognitoIdp;
  readonly clock: Clock;
};

type Found = LocalPool & { readonly path: string; readonly baseUrl: string };

export function createSignInPort(parts: Parts): SignInPort {
  const { standIns, pools, cognito, clock } = parts;
  const state = new LoginState<PoolGrant>(clock);
  const find = (head: Head): Found | undefined => findPool(head, standIns, pools);
  return {
    get hosts() {
      return [...standIns.hosts, ...pools.all.flatMap(({ pool }) => pool.definition.domains)];
    },
    admits(head) {
      const found = find(head);
      const origin = headerOf(head, 'origin');
      if (found === undefined)
        return isOfUsers(head) && origin !== undefined && isKnownOrigin(origin, pools.all);
      // A link or a redirect has no Origin header. Only these pages accept such requests.
      if (origin === undefined) return head.method === 'GET' && PAGES.has(nameOf(found) ?? '');
      return nameOf(found) !== 'login' && isKnownOrigin(origin, [found]);
    },
    async serve(request) {
      const found = find(request);
      const isForUsers = found === undefined && isOfUsers(request);
      if (found === undefined && !isForUsers) return undefined;
      const cors = readCors(request, found === undefined ? pools.all : [found]);
      const reply =
        request.method === 'OPTIONS' && cors.length > 0
          ? { status: 204, headers: PREFLIGHT, body: '' }
          : found === undefined
            ? await cognito.serveUser(request)
            : await serveEndpoint(request, found, { ...found, state }, parts.issuer);
      return reply && { ...reply, headers: [...reply.headers, ...cors] };
    },
  };
}

const PREFLIGHT = [
  'Access-Control-Allow-Methods',
  'GET, POST, OPTIONS',
  'Access-Control-Max-Age',
  '600',
  'Access-Control-Allow-Headers',
  'authorization, auth0-client, cache-control, content-type, amz-sdk-invocation-id, amz-sdk-request, x-amz-target, x-amz-user-agent, x-amz-content-sha256',
];

/** Matches the Cognito operations that users call, and their preflight, which reveals nothing more. */
function isOfUsers(head: Head): boolean {
  if (head.method === 'OPTIONS' && head.path === '/')
    return (headerOf(head, 'access-control-request-headers') ?? '').toLowerCase().includes('x-amz-target');
  return readUserOperation(head) !== undefined;
}

function findPool(head: Head, standIns: StandIns, pools: UserPools): Found | undefined {
  const host = head.host.toLowerCase().replace(/:\d+$/, '');
  const ofDomain = pools.ofDomain(host);
  if (ofDomain !== undefined) return { ...ofDomain, path: head.path, baseUrl: `https://${host}` };
  const found = standIns.find(head.host, head.path);
  const local = found && pools.ofIssuer(found.issuer);
  if (found === undefined || local === undefined) return undefined;
  return { ...local, path: found.path, baseUrl: baseUrlOf(head, found.issuer) };
}

/**
 * Returns the base of addresses in responses: the issuer's own name if the request was sent to this name, otherwise
 * this port's address.
 */
function baseUrlOf({ host }: Head, issuer: string): string {
  const own = new URL(issuer);
  return own.host === host.toLowerCase()
    ? issuer.replace(/\/$/, '')
    : `http://${host}/${localNameOf(issuer)}`;
}

type Endpoint = 'authorize' | 'discovery' | 'keys' | 'login' | 'logout' | 'revoke' | 'token' | 'userInfo';

const COMMON: Readonly<Record<string, Endpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/jwks.json': 'keys',
  '/login': 'login',
};
const PATHS: Readonly<Record<PoolDefinition['kind'], Readonly<Record<string, Endpoint>>>> = {
  // The paths are in the Cognito developer guide, "User pool endpoints and managed login reference".
  cognito: {
    ...COMMON,
    '/oauth2/authorize': 'authorize',
    '/oauth2/token': 'token',
    '/oauth2/userInfo': 'userInfo',
    '/oauth2/revoke': 'revoke',
    '/logout': 'logout',
  },
  // Paths of Auth0's authentication API, and the paths at which Okta, Entra ID and Keycloak publish their key sets.
  oidc: {
    ...COMMON,
    '/authorize': 'authorize',
    '/oauth/token': 'token',
    '/userinfo': 'userInfo',
    '/oauth/revoke': 'revoke',
    '/v2/logout': 'logout',
    '/oidc/logout': 'logout',
    '/v1/keys': 'keys',
    '/discovery/v2.0/keys': 'keys',
    '/protocol/openid-connect/certs': 'keys',
  },
};
const PAGES: ReadonlySet<string> = new Set<Endpoint>(['authorize', 'discovery', 'keys', 'login', 'logout']);

function nameOf({ pool, path }: Found): Endpoint | undefined {
  const paths = PATHS[pool.definition.kind];
  return Object.hasOwn(paths, path) ? paths[path] : undefined;
}

async function serveEndpoint(
  request: ControlRequest,
  found: Found,
  place: LoginContext,
  issuer: Issuer,
): Promise<ControlReply> {
  switch (`${request.method} ${nameOf(found) ?? ''}`) {
    case 'GET discovery':
      return jsonReply(200, discovery(found), NO_STORE);
    case 'GET keys':
      return jsonReply(200, issuer.keySet(), NO_STORE);
    case 'GET authorize':
    case 'GET login':
      return authorize(request, place);
    case 'POST login':
      return signInByForm(request, place);
    case 'POST token':
      return grantTokens(request, place);
    case 'GET userInfo':
    case 'POST userInfo':
      return sendUserInfo(request, place);
    case 'POST revoke':
      return revokeToken(request, place);
    case 'GET logout':
      return logOut(request, place);
    default:
      return jsonReply(404, {
        message: `This gateway does not support ${request.method} ${found.path} of ${found.pool.definition.issuer}`,
      });
  }
}

function discovery({ pool: { definition }, baseUrl }: Found): Readonly<Record<string, unknown>> {
  const { kind, issuer } = definition;
  const address = (wanted: Endpoint): string =>
    `${baseUrl}${Object.entries(PATHS[kind]).find(([, name]) => name === wanted)?.[0] ?? ''}`;
  return {
    issuer,
    authorization_endpoint: address('authorize'),
    token_endpoint: address('token'),
    userinfo_endpoint: address('userInfo'),
    revocation_endpoint: address('revoke'),
    end_session_endpoint: address('logout'),
    jwks_uri: address('keys'),
    response_types_supported: ['code'],
    grant_types_supported: GRANT_TYPES,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATIONS,
    scopes_supported: ['openid', 'email', 'phone', 'profile', ...(kind === 'oidc' ? ['offline_access'] : [])],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function isKnownOrigin(origin: string, pools: readonly LocalPool[]): boolean {
  if (isLoopbackOrigin(origin)) return true;
  return pools.some(({ pool }) =>
    pool.definition.clients.some(
      ({ callbackUrls }) =>
        callbackUrls !== 'loopback' &&
        callbackUrls.some((url) => URL.canParse(url) && new URL(url).origin === origin),
    ),
  );
}

function readCors(request: ControlRequest, pools: readonly LocalPool[]): readonly string[] {
  const origin = headerOf(request, 'origin');
  if (origin === undefined || !isKnownOrigin(origin, pools)) return [];
  return [
    'Access-Control-Allow-Origin',
    origin,
    'Vary',
    'Origin',
    'Access-Control-Expose-Headers',
    'x-amzn-ErrorType, x-amzn-ErrorMessage, x-amzn-RequestId',
  ];
}
