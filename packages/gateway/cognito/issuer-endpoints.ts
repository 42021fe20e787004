/** Serves the issuer over HTTP: discovery, key set, and a token endpoint for local identities (RFC 6749 §4.4). */
import { InvalidRequest } from '../core/errors.ts';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { Identities, LocalIdentity } from '../core/policy/identities.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply, type ControlRequest, jsonReply } from '../core/api-call.ts';
import { type Issuer, type TokenOptions } from './issuer.ts';

/** @returns undefined for paths that do not belong to the issuer */
export function serveIssuer(
  request: ControlRequest,
  issuer: Issuer,
  identities: Identities,
): ControlReply | undefined {
  switch (`${request.method} ${request.path}`) {
    case 'GET /.well-known/openid-configuration':
      return jsonReply(200, issuer.discovery(`http://${request.host}`), NO_CACHE);
    case 'GET /.well-known/jwks.json':
      return jsonReply(200, issuer.keySet(), NO_CACHE);
    case 'POST /token':
      return grantToken(request, issuer, identities);
    default:
      return undefined;
  }
}

/**
 * Responses are not cached, because a rotation must be visible at once. Caching is not needed, because the issuer is
 * local and authorizers have their own caches.
 */
const NO_CACHE = ['Cache-Control', 'no-store'];

function grantToken(request: ControlRequest, issuer: Issuer, identities: Identities): ControlReply {
  const contentType = headerOf(request, 'content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)) {
    return oauthError(400, 'invalid_request', 'The body must be application/x-www-form-urlencoded');
  }
  const form = new URLSearchParams(request.body.toString('utf8'));
  if (form.get('grant_type') !== 'client_credentials') {
    return oauthError(400, 'unsupported_grant_type', 'The only supported grant type is client_credentials');
  }
  const client = authenticateClient(request, form, identities);
  if (client === undefined) {
    const reply = oauthError(
      401,
      'invalid_client',
      'The client must be a local identity, identified by its access key id and secret access key',
    );
    return { ...reply, headers: [...reply.headers, 'WWW-Authenticate', 'Basic realm="gatewright"'] };
  }
  try {
    const tokenOptions = readForm(form, client);
    const { token } = issuer.mint(tokenOptions);
    const expiresIn = tokenOptions.expiresInSeconds ?? 3600;
    const scope = tokenOptions.scope === undefined ? {} : { scope: tokenOptions.scope };
    return jsonReply(
      200,
      { access_token: token, token_type: 'Bearer', expires_in: expiresIn, ...scope },
      NO_CACHE,
    );
  } catch (error) {
    if (error instanceof InvalidRequest) return oauthError(400, 'invalid_request', error.message);
    throw error;
  }
}

/**
 * Reads the token request. By default, `sub` is the identity's name. The form may set any other `sub`, because this
 * issuer may impersonate any user.
 */
function readForm(form: URLSearchParams, client: LocalIdentity): TokenOptions {
  const audiences = form.getAll('audience');
  const roles = form.get('roles');
  const scope = form.get('scope');
  const expiresIn = form.get('expires_in');
  return {
    sub: form.get('sub') ?? client.name,
    ...(audiences.length === 0 ? {} : { aud: audiences.length === 1 ? (audiences[0] ?? '') : audiences }),
    ...(roles === null ? {} : { roles: roles.split(' ').filter((role) => role !== '') }),
    ...(scope === null ? {} : { scope }),
    ...(expiresIn === null ? {} : { expiresInSeconds: Number(expiresIn) }),
    claims: { client_id: client.accessKeyId },
  };
}

function authenticateClient(
  request: ControlRequest,
  form: URLSearchParams,
  identities: Identities,
): LocalIdentity | undefined {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  const [id = '', secret = ''] =
    basic === undefined
      ? [form.get('client_id') ?? '', form.get('client_secret') ?? '']
      : Buffer.from(basic, 'base64').toString('utf8').split(':', 2);
  const identity = identities.find(id);
  // The secret is compared even if the id is unknown, so that the duration does not reveal which ids exist.
  const isRight = equalInConstantTime(identity?.secretAccessKey ?? 'nobody', secret);
  return isRight ? identity : undefined;
}

function oauthError(status: number, error: string, description: string): ControlReply {
  return jsonReply(status, { error, error_description: description }, NO_CACHE);
}
