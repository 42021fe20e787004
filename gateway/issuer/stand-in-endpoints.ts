/** What issuers that the local one stands in for answer: who they are, and their keys. */
import { type ControlReply, type ControlRequest, jsonReply } from '../control-port/control-request.ts';
import type { Issuer } from './issuer.ts';
import { localNameOf, type StandIns } from './stand-ins.ts';

/** Rotation must be seen at once: the issuer is next door, and authorizers have caches of their own. */
const NO_CACHE = ['Cache-Control', 'no-store'];
/** Key sets of Cognito and Auth0, Okta (`/v1/keys`), Entra ID (`/discovery/v2.0/keys`) and Keycloak (`…/certs`). */
const KEY_SET = /\/(?:\.well-known\/jwks\.json|keys|certs)$/;

/** @returns undefined when the request is for none of them */
export function serveStandIn(
  request: ControlRequest,
  issuer: Issuer,
  standIns: StandIns,
): ControlReply | undefined {
  const found = standIns.find(request.host, request.path);
  if (found === undefined) return undefined;
  if (request.method === 'GET') {
    if (found.path === '/.well-known/openid-configuration')
      return jsonReply(200, discovery(found.issuer, baseUrlOf(request, found.issuer)), NO_CACHE);
    if (KEY_SET.test(found.path)) return jsonReply(200, issuer.keySet(), NO_CACHE);
  }
  return jsonReply(404, { message: `${found.issuer} has no ${request.method} ${found.path} here` });
}

/** Addresses for whoever asks: under the issuer's own name where that leads here, else below this port. */
export function baseUrlOf({ host }: Pick<ControlRequest, 'host'>, issuer: string): string {
  const own = new URL(issuer);
  return own.host === host.toLowerCase()
    ? issuer.replace(/\/$/, '')
    : `http://${host}/${localNameOf(issuer)}`;
}

/** OpenID Connect Discovery 1.0. */
function discovery(issuer: string, baseUrl: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    jwks_uri: `${baseUrl}/.well-known/jwks.json`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
