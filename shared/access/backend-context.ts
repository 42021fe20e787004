import type { AuthorizerContext } from '../aws/authorizer-result.ts';
import { printCarriedClaims } from './carried-claims.ts';
import { claimAt } from './decide/claims.ts';
import type { CompiledCondition, CompiledDocument } from './compiled-document.ts';
import type { Principal } from './decide/principal.ts';
import { CARRIED_CLAIMS, CONTEXT_CUT, TICKET_CALLER } from './context-members.ts';
import { printTicketCaller } from './tickets/ticket-caller.ts';

/**
 * Maximum length of a context value. A longer value is omitted, and the omission is reported, because all values must
 * fit next to a policy.
 */
const VALUE_LIMIT_CHARACTERS = 1_024;

/** Maximum length of the carried claims, and of each text of grants. A longer text is omitted as a whole. */
export const CARRIED_LIMIT_CHARACTERS = 2_048;

/** Grants as text, by the name of the context member that carries them. */
export type PrintedGrants = Readonly<Record<string, string>>;

/**
 * Returns the context that the authorizer passes to the backend. All values are flat, because an object or array makes
 * every REST request fail with 500. In addition to the standard members, such as `sub` and `scope`, it contains only
 * the claims that the document names, because access logs may print them. `exp` is included, because a cached result
 * may outlive the token.
 * @param grants what the caller may do with channels and MCP servers, as `printGrants` prints it, by the name of the
 * member
 */
export function backendContext(
  document: CompiledDocument,
  principal: Principal,
  grants: PrintedGrants = {},
): AuthorizerContext {
  const { context, givesTickets } = document;
  const { subject, issuer, clientId, claims, expiresAtEpochSeconds } = principal;
  const named = context.map(({ name, claim }) => [name, flatten(claimAt(claims, claim))] as const);
  const scope = printScopes(document, principal);
  const tenant = tenantOfKey(document, principal);
  const standard = [
    ['sub', subject],
    ['iss', issuer],
    ['scope', scope.text],
    ['clientId', clientId],
    ['exp', expiresAtEpochSeconds],
    [CARRIED_CLAIMS, printCarried(document, claims, tenant)],
    ...Object.entries(grants),
    [TICKET_CALLER, givesTickets === true ? printTicketCaller(principal) : undefined],
  ] as const;
  const limitOf = (name: string): number =>
    name === CARRIED_CLAIMS || Object.hasOwn(grants, name)
      ? CARRIED_LIMIT_CHARACTERS
      : VALUE_LIMIT_CHARACTERS;
  const isNamed = named.some(([name]) => name === TENANT);
  const all = [...named, ...(isNamed ? [] : [[TENANT, tenant] as const]), ...standard];
  // If values were omitted silently, the backend could not tell an omitted value from a missing one, and would decide
  // differently from the rules.
  const cut = all.flatMap(([name, value]) => (isTooLong(value, limitOf(name)) ? [name] : []));
  if (scope.isCut) cut.push('scope');
  return Object.fromEntries(
    [...all, [CONTEXT_CUT, cut.length === 0 ? undefined : cut.join(' ')] as const].filter(
      (entry): entry is readonly [string, string | number | boolean] => isFit(entry[1], limitOf(entry[0])),
    ),
  );
}

const TENANT = 'tenant';

/**
 * Returns the tenant of a caller with an API key. Handlers store a customer's data under the tenant, because a key's
 * `sub` changes when the key is replaced. For callers with a token the result is undefined, because a user might be
 * able to set a token's claim with that name.
 */
export function tenantOfKey(
  { apiKeys }: Pick<CompiledDocument, 'apiKeys'>,
  { issuerId, claims }: Principal,
): string | undefined {
  const tenant = apiKeys.some(({ id }) => id === issuerId) ? claims[TENANT] : undefined;
  return typeof tenant === 'string' ? tenant : undefined;
}

function printCarried(
  { apiKeys, result }: CompiledDocument,
  claims: Principal['claims'],
  tenant: string | undefined,
): string | undefined {
  if (result.claims === undefined) return undefined;
  const { names } = result.claims;
  return apiKeys.length === 0 || names.includes(TENANT)
    ? printCarriedClaims(result.claims, claims)
    : printCarriedClaims({ ...result.claims, names: [...names, TENANT] }, { ...claims, tenant });
}

/** If not all scopes fit, the scopes that the document names come first, so that no other scope can displace them. */
function printScopes(
  document: CompiledDocument,
  { scopes }: Principal,
): { readonly text: string | undefined; readonly isCut: boolean } {
  // A list may contain `a b`. The rules treat it as one name, but the backend would split it into two.
  const kept = [...scopes].filter((scope) => !scope.includes(' ')).sort();
  const whole = kept.join(' ');
  if (whole.length <= VALUE_LIMIT_CHARACTERS) return { text: whole === '' ? undefined : whole, isCut: false };
  const named = scopesNamedBy(document);
  let text = '';
  for (const scope of [
    ...kept.filter((name) => named.has(name)),
    ...kept.filter((name) => !named.has(name)),
  ]) {
    const longer = text === '' ? scope : `${text} ${scope}`;
    if (longer.length <= VALUE_LIMIT_CHARACTERS) text = longer;
  }
  return { text: text === '' ? undefined : text, isCut: true };
}

const namedScopes = new WeakMap<CompiledDocument, ReadonlySet<string>>();

function scopesNamedBy(document: CompiledDocument): ReadonlySet<string> {
  const known = namedScopes.get(document);
  if (known !== undefined) return known;
  const named = new Set(Object.values(document.roles).flatMap(({ scopes }) => scopes));
  const look = (condition: CompiledCondition): void => {
    if (condition.is === 'scope') named.add(condition.name);
    else if (condition.is === 'not') look(condition.of);
    else if (condition.is === 'all' || condition.is === 'any') condition.of.forEach(look);
  };
  for (const { when } of document.rules) if (when !== undefined) look(when);
  namedScopes.set(document, named);
  return named;
}

/**
 * Joins a list of strings to one text with spaces, if none contains a space. Prints other lists and objects as JSON.
 */
function flatten(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes(' ')))
    return value.join(' ');
  return value === undefined ? undefined : JSON.stringify(value);
}

function isTooLong(value: string | number | boolean | undefined, limitCharacters: number): boolean {
  return typeof value === 'string' && value.length > limitCharacters;
}

function isFit(
  value: string | number | boolean | undefined,
  limitCharacters: number,
): value is string | number | boolean {
  if (typeof value === 'string') return !isTooLong(value, limitCharacters) && value.isWellFormed();
  return typeof value === 'boolean' || Number.isFinite(value);
}
