/**
 * Finds a token of the local issuer that an access document admits to a route, so that a suggested command is not
 * refused.
 */
import { findAccess } from './find-access.ts';
import { AccessQueryError } from './caller-spec.ts';
import type { CallerSpec } from './caller-spec.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import { isChargedCaller } from '@gatewright/handlers/access/charged-routes';
import type { Claims } from '@gatewright/handlers/access/decide/claims';
import type {
  CompiledCondition,
  CompiledDocument,
  CompiledIssuer,
} from '@gatewright/handlers/access/compiled-document';
import type { TokenText } from '@gatewright/aws/text/token-options';

/** A token, and how the document reads it. */
export type AdmittedToken = {
  readonly token: TokenText;
  readonly source: {
    readonly in: 'header' | 'query' | 'subprotocol';
    /** The name of the header or query parameter, or the subprotocol before the token. */
    readonly name: string;
    /** The text before the token in a header: `Bearer ` or nothing. */
    readonly scheme: 'Bearer ' | '';
  };
};

/** An identity source: the kind and the name of a value that an API Gateway authorizer reads from the request. */
export type IdentityPlace = { readonly kind: string; readonly name: string };

export type Asked = {
  /** An HTTP method; ignored for WebSocket APIs. */
  readonly method: string;
  /** A path below the stage, without parameters. */
  readonly path: string;
  /**
   * The identity sources of the route's authorizer. API Gateway refuses a request that lacks any of them, so the token
   * must be in an identity source.
   */
  readonly places?: readonly IdentityPlace[];
  /** The subject of a caller who was refused. A token with this subject and other claims is tried first. */
  readonly subject?: string | undefined;
};

/** Examples for claims that a document requires, but whose values it does not determine. */
const [SUBJECT, TENANT, ANY_VALUE] = ['alice', 'acme', 'example'];

/**
 * @param stage the stage of the stack with the authorizers
 * @param includes whether the local issuer stands in for the issuer with this address
 * @returns undefined if the local issuer cannot create a token that the document accepts
 */
export function findAdmittedToken(
  document: CompiledDocument,
  stage: string,
  asked: Asked,
  includes: (issuer: string) => boolean = () => false,
): AdmittedToken | undefined {
  for (const issuer of document.issuers) {
    const { isLocal, issuer: address } = issuer.trust;
    if (!(isLocal || includes(address)) || issuer.only?.includes(stage) === false) continue;
    const source = sourceOf(document, issuer, asked.places);
    if (source === undefined) continue;
    for (const claims of withSubject(candidates(document, issuer, asked), asked.subject)) {
      const token = toTokenText(claims, issuer);
      if (token !== undefined && isAllowed(document, asked, callerOf(issuer, claims)))
        return { token, source };
    }
  }
  return undefined;
}

/**
 * Returns where the command puts the token. This is the first source of the document in which tokens of the issuer
 * are accepted and which the authorizer reads; undefined if there is none. Only WebSocket APIs read queries and subprotocols.
 */
export function sourceOf(
  { sources, kind }: CompiledDocument,
  { id }: Pick<CompiledIssuer, 'id'>,
  places: readonly IdentityPlace[] = [],
): AdmittedToken['source'] | undefined {
  for (const source of sources) {
    if (!source.issuers.includes(id) || (kind !== 'websocket' && source.in !== 'header')) continue;
    const found = describeSource(source);
    if (found !== undefined && isRead(found, places)) return found;
  }
  return undefined;
}

function describeSource(source: CompiledDocument['sources'][number]): AdmittedToken['source'] | undefined {
  switch (source.in) {
    case 'header':
      return { in: 'header', name: source.name, scheme: source.scheme === undefined ? '' : 'Bearer ' };
    case 'query':
      return { in: 'query', name: source.name, scheme: '' };
    case 'subprotocol':
      return { in: 'subprotocol', name: source.marker, scheme: '' };
    case 'clientCert':
      return undefined;
  }
}

/** Whether a request with the token has all headers and query parameters that the authorizer reads. */
function isRead({ in: place, name }: AdmittedToken['source'], places: readonly IdentityPlace[]): boolean {
  return places.every((one) => {
    switch (one.kind) {
      case 'header':
        return one.name.toLowerCase() === (place === 'header' ? name.toLowerCase() : PROTOCOLS_OF[place]);
      case 'querystring':
        return place === 'query' && one.name === name;
      default:
        return true;
    }
  });
}

/** The header that contains the subprotocols of a handshake (RFC 6455). */
const PROTOCOLS_OF = { subprotocol: 'sec-websocket-protocol', query: undefined };

function callerOf({ id }: CompiledIssuer, claims: Claims): CallerSpec {
  return { claims: JSON.stringify(claims), issuer: id, role: [], scope: [] };
}

/** Whether the document allows the caller to use the route. */
export function isAllowed(document: CompiledDocument, { method, path }: Asked, caller: CallerSpec): boolean {
  try {
    return findAccess(document, method, path, caller, 0).word === 'ALLOW';
  } catch (error) {
    if (error instanceof AccessQueryError) return false;
    throw error;
  }
}

/** Puts the claims with the caller's own subject first. A rule may allow the route only to another subject. */
function withSubject(all: readonly Claims[], subject: string | undefined): readonly Claims[] {
  return subject === undefined ? all : [...all.map((claims) => ({ ...claims, sub: subject })), ...all];
}

/** Returns the claims that each rule requires, in the order of the rules. */
function candidates(document: CompiledDocument, issuer: CompiledIssuer, { path }: Asked): readonly Claims[] {
  const segments = path.split('/').slice(1);
  return document.rules
    .filter(({ effect }) => effect === 'allow')
    .flatMap(({ when, bind = [] }) => {
      const wanted = when === undefined ? {} : satisfy(when, issuer);
      if (wanted === undefined) return [];
      // The owner's claim must equal the segment of the path. A rule may have several routes with the segment in
      // different places, so one token is tried for each place.
      const places = Math.max(1, ...bind.map((each) => each.segments.length));
      return Array.from({ length: places }, (_, place) => {
        const owned = bind.map(({ claim, segments: at, max }) => {
          const value = segments[at[place] ?? -1] ?? ANY_VALUE;
          return atPath(claim, max === undefined ? value : [value]);
        });
        return merge([usualClaims(document, issuer), wanted, ...owned]);
      });
    });
}

/** Returns the claims without which the document refuses every caller. */
function usualClaims(
  { result, quota: declared }: CompiledDocument,
  { id: issuerId, trust }: CompiledIssuer,
): Claims {
  const required = (result.claims?.required ?? []).map((name) => ({ [name]: ANY_VALUE }));
  const quota = declared && isChargedCaller(declared, { issuerId }) ? declared : undefined;
  const charged = [
    ...(quota !== undefined && 'claim' in quota.tenant ? [atPath(quota.tenant.claim, TENANT)] : []),
    ...(quota !== undefined && 'claim' in quota.plan
      ? [atPath(quota.plan.claim, quota.plans[0]?.id ?? ANY_VALUE)]
      : []),
    ...(quota?.key === undefined ? [] : [atPath(quota.key, SUBJECT)]),
  ];
  return merge([
    ...required,
    ...charged,
    ...(trust.clients?.[0] === undefined ? [] : [{ client_id: trust.clients[0] }]),
    ...(trust.tokenUse === undefined ? [] : [{ token_use: trust.tokenUse }]),
    { sub: SUBJECT },
    atPath(trust.principal, SUBJECT),
  ]);
}

/** An issuer, and where its tokens or keys have roles and scopes. */
type RoleSource = Pick<CompiledIssuer, 'id'> & {
  readonly trust: Pick<CompiledIssuer['trust'], 'roles' | 'scopes'>;
};

/**
 * Returns claims that satisfy a condition; undefined if no fixed claims can satisfy it, such as for an address or a
 * time.
 */
export function satisfy(condition: CompiledCondition, issuer: RoleSource): Claims | undefined {
  switch (condition.is) {
    case 'all': {
      const parts = condition.of.map((part) => satisfy(part, issuer));
      return parts.some((part) => part === undefined)
        ? undefined
        : merge(parts.flatMap((part) => (part === undefined ? [] : [part])));
    }
    case 'any':
      return condition.of.map((part) => satisfy(part, issuer)).find((part) => part !== undefined);
    case 'not':
      // No claims are needed, because the inner condition is false without them. If other conditions add claims that
      // make it true, the evaluation of the whole document rejects this candidate.
      return {};
    case 'issuer':
      return condition.name === issuer.id ? {} : undefined;
    case 'client':
      return { client_id: condition.name };
    case 'role':
      return listAt(issuer.trust.roles[0], condition.name);
    case 'scope':
      return listAt(issuer.trust.scopes[0], condition.name);
    case 'claim':
      return atPath(condition.claim, valueFor(condition));
    case 'mfa':
      return { amr: ['mfa'] };
    case 'network':
    case 'auth-age':
      return undefined;
  }
}

function valueFor({ op, values }: Extract<CompiledCondition, { is: 'claim' }>): unknown {
  const [first = ANY_VALUE] = values;
  return op === 'contains' ? [first] : first;
}

function listAt(path: readonly string[] | undefined, name: string): Claims | undefined {
  return path === undefined ? undefined : atPath(path, [name]);
}

function atPath([name, ...rest]: readonly string[], value: unknown): Claims {
  if (name === undefined) return {};
  return { [name]: rest.length === 0 ? value : atPath(rest, value) };
}

/** Merges claims, at any depth. Lists are joined. For any other value, the last one is used. */
function merge(parts: readonly Claims[]): Claims {
  const merged: Record<string, unknown> = {};
  for (const part of parts)
    for (const [name, value] of Object.entries(part)) {
      const before = merged[name];
      if (Array.isArray(before) && Array.isArray(value))
        merged[name] = [
          ...new Set<unknown>([...(before as readonly unknown[]), ...(value as readonly unknown[])]),
        ];
      else if (isJsonObject(before) && isJsonObject(value)) merged[name] = merge([before, value]);
      else merged[name] = value;
    }
  return merged;
}

/**
 * Writes claims as options of `gatewright token`. The local issuer sets roles and scopes only by their own options.
 * @returns undefined if there are no options for these claims
 */
function toTokenText(
  { sub, roles = [], scope = [], ...claims }: Claims,
  { trust: { isLocal, issuer, audience } }: CompiledIssuer,
): TokenText | undefined {
  if (!isTexts(roles) || !isTexts(scope)) return undefined;
  return {
    sub: String(sub),
    roles,
    ...(!isLocal && { issuer, audience: audience?.[0] }),
    ...(scope.length > 0 && { scope: scope.join(' ') }),
    claims,
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
