/**
 * The endpoints of the local issuer itself: metadata, keys, sign-in, tokens, and the registration of clients. Pages of
 * other origins may call them only if they are on this machine or belong to a client.
 */
import { NO_STORE } from './no-store.ts';
import { parseJson } from '@gatewright/aws/json-object';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply, type ControlRequest, jsonReply } from '../core/api-call.ts';
import { findIssuerPlace } from '../core/issuers/issuer-paths.ts';
import type { IssuerEndpoint, IssuerPlace } from '../core/issuers/issuer-paths.ts';
import type { Identities } from '../core/policy/identities.ts';
import type { Clock, Random } from '../core/ports.ts';
import { answerForm, authorize } from './authorization/authorize.ts';
import type { AuthorizationContext } from './authorization/authorize.ts';
import { ClientMetadataError } from './authorization/clients/client-metadata.ts';
import type { DocumentFetcher } from './authorization/clients/fetch-document.ts';
import { IssuerClients } from './authorization/clients/issuer-clients.ts';
import { RefreshTokens } from './authorization/grants.ts';
import type { CodeGrant } from './authorization/grants.ts';
import { serverMetadata } from './authorization/server-metadata.ts';
import { grantToken } from './authorization/token-grants.ts';
import type { Issuer } from './issuer.ts';
import { LoginState } from './login/login-state.ts';
import { isLoopbackOrigin } from './login/redirects.ts';

type Head = Pick<ControlRequest, 'method' | 'path' | 'host' | 'rawHeaders'>;

type Parts = Pick<AuthorizationContext, 'knowsResource' | 'signInAs' | 'users'> & {
  readonly issuer: Issuer;
  readonly identities: Identities;
  readonly clock: Clock;
  readonly random: Random;
  readonly documents: DocumentFetcher;
};

interface IssuerPort {
  /** Returns whether a page of another origin may send this request, or a link may lead to it. */
  admits(head: Head): boolean;
  /** Returns undefined for requests that do not belong to the issuer. */
  serve(request: ControlRequest): Promise<ControlReply | undefined>;
}

export function createIssuerPort({ issuer, identities, ...ports }: Parts): IssuerPort {
  const clients = new IssuerClients(ports);
  const state = new LoginState<CodeGrant>(ports.clock);
  const shared = { ...ports, clients, state };
  const tokens = { ...shared, minter: issuer, identities, refreshTokens: new RefreshTokens(ports.clock) };
  const isKnown = (origin: string): boolean => isLoopbackOrigin(origin) || clients.hasOrigin(origin);
  const answer = (
    request: ControlRequest,
    place: IssuerPlace,
  ): ControlReply | Promise<ControlReply> | undefined => {
    const address = `http://${request.host}${place.base}`;
    switch (`${request.method} ${place.endpoint}`) {
      case 'GET metadata':
        return jsonReply(200, serverMetadata(address), NO_STORE);
      case 'GET keys':
        return jsonReply(200, issuer.keySet(), NO_STORE);
      case 'GET authorize':
        return authorize(request, { ...shared, issuer: address });
      case 'POST authorize':
        return answerForm(request, { ...shared, issuer: address });
      case 'POST token':
        return grantToken(request, { ...tokens, issuer: address });
      case 'POST register':
        return register(request, clients, ports.clock);
      default:
        // Another service on this port may use the path, such as S3 with a bucket of this name.
        return undefined;
    }
  };
  return {
    admits(head) {
      const place = placeOf(head);
      const origin = headerOf(head, 'origin');
      if (place === undefined) return false;
      // A link or a redirect has no Origin header. Only these addresses accept such requests.
      if (origin === undefined) return head.method === 'GET' && LINKED.has(place.endpoint);
      return place.endpoint !== 'authorize' && isKnown(origin);
    },
    async serve(request) {
      const place = placeOf(request);
      if (place === undefined) return undefined;
      const origin = headerOf(request, 'origin');
      const cors =
        origin === undefined || place.endpoint === 'authorize' || !isKnown(origin)
          ? []
          : ['Access-Control-Allow-Origin', origin, 'Vary', 'Origin'];
      const isPreflight = request.method === 'OPTIONS' && cors.length > 0;
      const reply = isPreflight
        ? { status: 204, headers: PREFLIGHT, body: '' }
        : await answer(request, place);
      return reply && { ...reply, headers: [...reply.headers, ...cors] };
    },
  };
}

const AWS_HOST = /\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\.?(?::\d+)?$/i;

/**
 * Finds the endpoint of a request. Calls to AWS services are never for the issuer. They may have the same paths, such
 * as an object of S3 with the key `authorize`, or a bucket with the name `token`.
 */
function placeOf(head: Head): IssuerPlace | undefined {
  const isCall = AWS_HOST.test(head.host) || /^AWS4-/.test(headerOf(head, 'authorization') ?? '');
  return isCall ? undefined : findIssuerPlace(head.path);
}

const LINKED: ReadonlySet<IssuerEndpoint> = new Set(['authorize', 'keys', 'metadata']);
/** MCP clients send their protocol version with every request, including requests to the issuer. */
const PREFLIGHT = [
  'Access-Control-Allow-Methods',
  'GET, POST, OPTIONS',
  'Access-Control-Max-Age',
  '600',
  'Access-Control-Allow-Headers',
  'authorization, content-type, mcp-protocol-version',
];

/** Registers a client (RFC 7591 §3). */
function register(request: ControlRequest, clients: IssuerClients, clock: Clock): ControlReply {
  try {
    const client = clients.register(parseJson(request.body.toString('utf8')));
    return jsonReply(
      201,
      {
        client_id: client.clientId,
        client_id_issued_at: Math.floor(clock.nowEpochMs() / 1000),
        client_name: client.name,
        redirect_uris: client.redirectUris,
        grant_types: ['authorization_code', ...(client.refreshes ? ['refresh_token'] : [])],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
      NO_STORE,
    );
  } catch (error) {
    if (!(error instanceof ClientMetadataError)) throw error;
    return jsonReply(400, { error: error.code, error_description: error.message }, NO_STORE);
  }
}
