/**
 * Reads the caller's claims, wherever API Gateway puts them. A service that uses this function works with its old
 * authorizer and with the toolkit's, so it can be deployed before the authorizer is replaced.
 */
import { parseOptionalFields } from '../aws/event-fields.ts';
import type { EventFields } from '../aws/event-fields.ts';
import { authorizerContextOf, readRequest } from '../aws/read-request.ts';
import { asNonEmptyText, isJsonObject } from '@gatewright/aws/json-object';
import { CARRIED_CLAIMS, CONTEXT_CUT, OWN_MEMBERS } from '../access/context-members.ts';
import { parseCarriedClaims } from '../access/carried-claims.ts';
import { DomainError } from '../errors.ts';

/** All values are strings, as API Gateway passes claims. */
export type CallerClaims = Readonly<Record<string, string | undefined>>;

/**
 * Returns the caller's claims. Behind a Cognito authorizer they are `authorizer.claims`, and behind a JWT authorizer
 * `authorizer.jwt.claims`, both unchanged. Behind the toolkit's authorizers they are the claims that the access
 * document lists under `result.claims`, in the form that the document chooses. Reading a claim that the document does
 * not list throws an error, because all callers would otherwise have the same value, `undefined`. Returns undefined if
 * no authorizer has handled the request.
 * @throws DomainError CONFIG_INVALID if the carried claims are too long for the context
 *
 * @example
 * ```ts
 * import { claimsOf } from 'gatewright/access';
 *
 * const cognito = { requestContext: { authorizer: { claims: { sub: 'ann', email: 'ann@shop.example' } } } };
 * claimsOf(cognito)?.['email'] // → 'ann@shop.example'
 *
 * const jwt = { requestContext: { authorizer: { jwt: { claims: { sub: 'ann' } } } } };
 * claimsOf(jwt)?.['sub'] // → 'ann'
 * claimsOf({ requestContext: {} }) // → undefined
 * ```
 */
export function claimsOf(event: unknown): CallerClaims | undefined {
  const request = readRequest(event);
  const { jwt, claims } = request.authorizer;
  if (isJsonObject(jwt)) return parseOptionalFields(jwt['claims']) as CallerClaims;
  if (isJsonObject(claims)) return claims as CallerClaims;
  const context = authorizerContextOf(request);
  return asNonEmptyText(context['sub']) === undefined ? undefined : readOurs(context);
}

function readOurs(context: EventFields): CallerClaims {
  const carried = parseCarriedClaims(context[CARRIED_CLAIMS]);
  if (carried === undefined && asNonEmptyText(context[CONTEXT_CUT])?.split(' ').includes(CARRIED_CLAIMS))
    throw new DomainError(
      'CONFIG_INVALID',
      "the claims under result.claims are too long for the authorizer's context: name fewer claims",
    );
  const entries = carried === undefined ? claimsOfContext(context) : Object.entries(carried);
  const claims = Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
  return guard(claims, new Set(entries.map(([name]) => name)));
}

/**
 * Returns the members that every context has, renamed to the names of the claims, and the members that the document
 * names.
 */
function claimsOfContext({
  sub,
  iss,
  scope,
  clientId,
  exp,
  ...rest
}: EventFields): [string, string | null][] {
  const named = Object.entries(rest).filter(([name]) => !OWN_MEMBERS.includes(name));
  const standard = Object.entries({ sub, iss, scope, client_id: clientId, exp });
  return [...standard, ...named].map(([name, value]) => [name, printValue(value)]);
}

function printValue(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}

/**
 * Names that JavaScript reads when an object is printed, compared or awaited. They are not claims, so reading them does
 * not throw.
 */
const NO_CLAIMS = new Set([
  'then',
  'toJSON',
  'asymmetricMatch',
  'nodeType',
  'tagName',
  '$$typeof',
  'inspect',
]);

function guard(claims: CallerClaims, carried: ReadonlySet<string>): CallerClaims {
  const assertCarried = (name: string | symbol): void => {
    if (typeof name === 'symbol' || carried.has(name) || name in Object.prototype || NO_CLAIMS.has(name))
      return;
    throw new DomainError(
      'CONFIG_INVALID',
      `the authorizer does not pass on the claim ${name}: add it to result.claims.names of the API's access document`,
    );
  };
  return new Proxy(Object.freeze(claims), {
    get(target, name, receiver): unknown {
      assertCarried(name);
      return Reflect.get(target, name, receiver);
    },
    has(target, name) {
      assertCarried(name);
      return Reflect.has(target, name);
    },
  });
}
