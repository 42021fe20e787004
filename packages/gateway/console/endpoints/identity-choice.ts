/**
 * Chooses the caller of a request to send: `anonymous`, `alice:admin,courier` (a token of the local issuer), `key:ID`
 * (an API key) or `iam:NAME` (a signature by a local identity). The original request's credentials are removed;
 * `key:ID` only replaces the API key.
 */
import { CONNECTION_HEADERS } from '@gatewright/aws/connection-headers';
import { InvalidRequest } from '../../core/errors.ts';
import { signRequest } from '@gatewright/aws/sign-request';
import { localTokenOf } from '../../control/loading/inspect-apis.ts';
import type { ServedApi } from '../../core/exchange.ts';
import type { IdentitySource, RoutePlan } from '../../core/deployment/model.ts';
import type { TokenOptions } from '../../cognito/issuer.ts';
import type { Identities } from '../../core/policy/identities.ts';
import type { Clock } from '../../core/ports.ts';
import type { ApiKeys } from '../../control/metering/api-keys.ts';

export type OutgoingRequest = {
  readonly method: string;
  /** The target includes the stage and the query. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer | undefined;
};

/** Signs the gateway's own tokens, and tokens of the issuers that it emulates. */
interface LocalIssuer {
  readonly own: string;
  includes(issuer: string): boolean;
  /**
   * Makes a token.
   * @throws InvalidRequest if the token cannot be issued
   */
  mint(action: TokenOptions): Minted | Promise<Minted>;
}

type Minted = { readonly token: string };

export type IdentityPorts = {
  readonly issuer: LocalIssuer;
  readonly identities: Identities;
  readonly keys: () => ApiKeys;
  readonly clock: Clock;
};

const CREDENTIALS = new Set([
  'authorization',
  'x-api-key',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

/** Headers that belong to the connection or that the signature adds. */
const UNSIGNED = new Set([...CONNECTION_HEADERS, 'host']);

/**
 * Returns the request with the credentials of the chosen caller.
 * @throws InvalidRequest if the caller is unknown
 */
export async function actAs(
  request: OutgoingRequest,
  as: string,
  api: ServedApi,
  at: IdentityPorts,
): Promise<OutgoingRequest> {
  const { name, rest } = parseIdentity(as);
  if (name === 'key') return withKey(request, rest, at);
  const bare = { ...request, headers: request.headers.filter(([header]) => !isCredential(header)) };
  if (name === 'iam') return signAs(bare, rest, api, at);
  const route = routeOf(request, api);
  const stripped = dropSource(bare, route);
  return name === 'anonymous' ? stripped : withToken(stripped, rest, route, at);
}

function parseIdentity(as: string): {
  readonly name: 'anonymous' | 'key' | 'iam' | 'token';
  readonly rest: string;
} {
  if (as === 'anonymous' || as === 'nobody') return { name: 'anonymous', rest: '' };
  const [, kind, rest = ''] = /^(key|iam):(.+)$/.exec(as) ?? [];
  if (kind === 'key' || kind === 'iam') return { name: kind, rest };
  if (/^[^\s:,]{1,256}(?::[^\s:]*)?$/.test(as)) return { name: 'token', rest: as };
  throw new InvalidRequest(
    'The identity must be anonymous, a name such as alice or alice:admin,courier, key:ID or iam:NAME.',
  );
}

function isCredential(header: string): boolean {
  return CREDENTIALS.has(header.toLowerCase());
}

function routeOf({ method, target }: OutgoingRequest, api: ServedApi): RoutePlan | undefined {
  const { stageName, path } = api.locate(target.split('?', 1)[0] ?? '', api.stages);
  return api.stages.get(stageName)?.deployment.routes.find(method, path)?.plan;
}

/** Returns the source from which the route's authorizer reads a token. The default is the header `Authorization`. */
function sourceOf(route: RoutePlan | undefined): IdentitySource {
  const authorization = route?.authorization;
  const sources =
    authorization?.kind === 'lambda'
      ? authorization.authorizer.identitySources
      : authorization?.kind === 'token'
        ? [authorization.authorizer.identitySource]
        : [];
  return (
    sources.find(({ kind }) => kind === 'header' || kind === 'querystring') ?? {
      kind: 'header',
      name: 'authorization',
    }
  );
}

function dropSource(request: OutgoingRequest, route: RoutePlan | undefined): OutgoingRequest {
  const { kind, name } = sourceOf(route);
  if (kind === 'header')
    return {
      ...request,
      headers: request.headers.filter(([header]) => header.toLowerCase() !== name.toLowerCase()),
    };
  const [path = '', query = ''] = request.target.split('?', 2);
  const kept = query.split('&').filter((pair) => pair !== '' && pair.split('=', 1)[0] !== name);
  return { ...request, target: kept.length === 0 ? path : `${path}?${kept.join('&')}` };
}

async function withToken(
  request: OutgoingRequest,
  action: string,
  route: RoutePlan | undefined,
  at: IdentityPorts,
): Promise<OutgoingRequest> {
  const [sub = '', roles = ''] = action.split(':');
  const needs = route && localTokenOf(route.authorization, at.issuer);
  const { token } = await at.issuer.mint({
    sub,
    ...(roles === '' ? needs?.roles && { roles: needs.roles } : { roles: roles.split(',') }),
    ...(needs?.issuer !== undefined && { issuer: needs.issuer }),
    ...(needs?.audience !== undefined && { aud: needs.audience }),
    ...(needs?.scope !== undefined && { scope: needs.scope }),
    ...((needs?.tokenUse ?? needs?.claims) !== undefined && {
      claims: { ...needs?.claims, ...(needs?.tokenUse !== undefined && { token_use: needs.tokenUse }) },
    }),
  });
  const { kind, name } = sourceOf(route);
  if (kind === 'header') {
    const header = name === 'authorization' ? 'Authorization' : name;
    return { ...request, headers: [...request.headers, [header, `Bearer ${token}`]] };
  }
  const joint = request.target.includes('?') ? '&' : '?';
  return { ...request, target: `${request.target}${joint}${name}=${token}` };
}

function withKey(request: OutgoingRequest, id: string, { keys }: IdentityPorts): OutgoingRequest {
  const key = keys().find(id) ?? keys().all.find(({ name }) => name === id);
  if (key === undefined) throw new InvalidRequest(`There is no API key ${id}.`);
  const others = request.headers.filter(([name]) => name.toLowerCase() !== 'x-api-key');
  return { ...request, headers: [...others, ['x-api-key', key.value]] };
}

function signAs(
  request: OutgoingRequest,
  name: string,
  api: ServedApi,
  { identities, clock }: IdentityPorts,
): OutgoingRequest {
  const identity = identities.all.find((one) => one.name === name || one.accessKeyId === name);
  if (identity === undefined) throw new InvalidRequest(`There is no local identity ${name}.`);
  const host = request.headers.find(([header]) => header.toLowerCase() === 'host')?.[1] ?? api.domainName;
  const others = request.headers.filter(([header]) => !UNSIGNED.has(header.toLowerCase()));
  const signed = signRequest({
    method: request.method,
    url: new URL(`http://${host}${request.target}`),
    headers: Object.fromEntries(others),
    body: request.body ?? '',
    service: 'execute-api',
    region: api.region,
    accessKeyId: identity.accessKeyId,
    secretAccessKey: identity.secretAccessKey,
    ...(identity.session !== undefined && { sessionToken: identity.session.token }),
    nowEpochMs: clock.nowEpochMs(),
  });
  return { ...request, headers: Object.entries(signed) };
}
