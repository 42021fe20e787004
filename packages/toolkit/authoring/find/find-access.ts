/**
 * Answers questions such as "May this caller GET /orders/7?" from a document's rules, for the command line and the
 * console.
 */
import { sortNames } from '@gatewright/aws/text/name-order';
import { chargedAs, describeMissing } from '@gatewright/handlers/access/charge-quota';
import { isCharged, isChargedCaller } from '@gatewright/handlers/access/charged-routes';
import type { CompiledDocument, CompiledRoute } from '@gatewright/handlers/access/compiled-document';
import { circumstancesOf, decide } from '@gatewright/handlers/access/decide/decide';
import { claimAt } from '@gatewright/handlers/access/decide/claims';
import type { RuleDecision } from '@gatewright/handlers/access/decide/decide';
import { mcpGrantsOf } from '@gatewright/handlers/access/decide/mcp-rules';
import { describeMissingClaims, findMissingClaims } from '@gatewright/handlers/access/decide/required-claims';
import type { Principal } from '@gatewright/handlers/access/decide/principal';
import type { McpGrants } from '@gatewright/handlers/mcp/grants';
import { showControls } from '@gatewright/aws/text/visible-text';
import { describeAccess } from './describe-access.ts';
import { claimsIn, describeDecidingClaims } from './deciding-claims.ts';
import { AccessQueryError, findRefusal, toCaller } from './caller-spec.ts';
import type { CallerSpec } from './caller-spec.ts';

/**
 * The result for one request. `refusal` is set if the token is invalid, whatever the rules decide. `uncharged` is set
 * if the rules allow the caller but the quota finds no account to charge (`no claim plan`). `lacks` contains the
 * missing claims that every caller must have.
 */
type Verdict = (
  | RuleDecision
  | { readonly kind: 'open'; readonly route: CompiledRoute; readonly rules: readonly [] }
) & {
  readonly refusal?: string;
  readonly uncharged?: string;
  readonly lacks?: readonly string[];
  /** Which claims decided that deny rules apply; empty if they test no claims. */
  readonly deciding?: string;
};

type Charge = { readonly quota?: ReturnType<typeof chargedAs>; readonly isDeniedUncharged?: boolean };

export type AccessResult = {
  readonly verdict: Verdict;
  readonly charge: Charge;
  /** The requested route, for example `GET/orders/7` or `$connect`. */
  readonly target: string;
  readonly word: AccessWord;
  readonly reason: string;
  /** The principal to which the rules are applied. */
  readonly caller: string | undefined;
  /**
   * Describes how the quota charges the caller, or why it does not charge the caller. `quota` is undefined if the
   * request is not allowed, or if the route is not charged.
   */
  readonly quota: string | undefined;
  readonly rules: readonly string[];
  /** The rights of the caller at the MCP server. `mcp` is undefined if the request does not reach an MCP server. */
  readonly mcp: McpGrants | undefined;
};

type AccessWord = 'OPEN' | 'OTHER' | 'ALLOW' | 'DENY';

type RouteAnswer = {
  readonly route: string;
  readonly verdict: Verdict;
  readonly charge: Charge;
  readonly word: AccessWord;
  readonly reason: string;
};

/**
 * Finds the result for one request. For a WebSocket API, method and path are ignored and `$connect` is checked.
 * @throws AccessQueryError if an input is invalid
 */
export function findAccess(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  caller: CallerSpec,
  nowEpochSeconds: number,
): AccessResult {
  const principal = toCaller(document, caller, nowEpochSeconds);
  const target = document.kind === 'websocket' ? '$connect' : targetOf(document.name, method ?? '', path);
  const verdict = verdictOn(document, target, principal, caller, nowEpochSeconds);
  const { route } = verdict;
  const rows = describeAccess(document).rows.filter(
    (row) =>
      document.kind === 'websocket' || (row.route.path === route?.path && row.route.method === route.method),
  );
  const [word, reason] = wordsOf(verdict);
  if (verdict.kind === 'open') {
    const ruled = findAccess(withAuthorizers(document), method, path, caller, nowEpochSeconds);
    // Rules for an open route suggest that it has been attached to, or is to be.
    const isMeant = ruled.rules.length > 0 && route?.guard === undefined;
    const since = isMeant
      ? `; if gatewright attach has added an authorizer since the routes were read, the rules decide: ${ruled.word}, ${ruled.reason}`
      : '';
    return {
      ...ruled,
      verdict,
      word,
      reason: `${reason}${since}`,
      charge: {},
      quota: undefined,
      mcp: undefined,
    };
  }
  return {
    verdict,
    target,
    word,
    reason,
    charge: chargeOf(document, principal, verdict),
    caller: describeCaller(document, principal, route),
    quota: verdict.kind === 'allow' ? describeCharge(document, principal, verdict.route) : undefined,
    rules: rows.flatMap(({ rules }) => rules),
    mcp:
      verdict.kind === 'allow' && target === `POST${document.mcp?.path ?? ''}`
        ? mcpGrantsOf(
            document,
            principal,
            circumstancesOf(document, { sourceIp: caller.ip, nowEpochSeconds }),
          )
        : undefined,
  };
}

/**
 * Returns the document as the toolkit's authorizers apply it: to every route for which they are called. The list of
 * routes may say that a route has no authorizer, because `gatewright attach` has added one since it was written.
 */
export function withAuthorizers(document: CompiledDocument): CompiledDocument {
  const routes = document.routes.map(({ method, path }) => ({ method, path }));
  return document.routes.some(({ isOpen }) => isOpen === true) ? { ...document, routes } : document;
}

/**
 * Finds the results for the same caller on every route.
 * @throws AccessQueryError if an input is invalid
 */
export function listAccess(
  document: CompiledDocument,
  caller: CallerSpec,
  nowEpochSeconds: number,
): readonly RouteAnswer[] {
  const principal = toCaller(document, caller, nowEpochSeconds);
  return document.routes.map(({ method, path }) => {
    const target = `${method}${path === '$default' ? '/any' : path}`;
    const verdict = verdictOn(document, target, principal, caller, nowEpochSeconds);
    const [word, reason] = wordsOf(verdict);
    const charge = chargeOf(document, principal, verdict);
    return { route: `${method} ${path}`, verdict, charge, word, reason };
  });
}

/**
 * Returns the verdict on one route. Rules may also name open routes, but are not evaluated for them, because open
 * routes do not use the toolkit's authorizers.
 */
function verdictOn(
  document: CompiledDocument,
  target: string,
  principal: Principal,
  caller: CallerSpec,
  nowEpochSeconds: number,
): Verdict {
  const decision = decide(document, principal, { target, sourceIp: caller.ip, nowEpochSeconds });
  const route = document.kind === 'websocket' ? (document.routes[0] ?? decision.route) : decision.route;
  if (route?.isOpen === true) return { kind: 'open', route, rules: [] };
  const refusal = findRefusal(document, caller, nowEpochSeconds);
  const uncharged = findUncharged(document, principal, decision);
  return {
    ...decision,
    ...(decision.kind === 'deny' &&
      decision.reason === 'missing-claim' && { lacks: findMissingClaims(document, principal) }),
    ...(decision.kind === 'deny' &&
      decision.reason === 'deny-rule' && {
        deciding: describeDecidingClaims(document, decision.rules, principal, {
          sourceIp: caller.ip,
          nowEpochSeconds,
        }),
      }),
    ...(refusal !== undefined && { refusal }),
    ...(uncharged !== undefined && { uncharged }),
  };
}

function findUncharged(
  document: CompiledDocument,
  principal: Principal,
  { kind, route }: RuleDecision,
): string | undefined {
  const { quota } = document;
  if (quota === undefined || kind !== 'allow') return undefined;
  if (!isCharged(document, route) || !isChargedCaller(quota, principal)) return undefined;
  return describeMissing(quota, chargedAs(quota, principal));
}

function targetOf(document: string, method: string, path: string | undefined): string {
  if (method.startsWith('/'))
    throw new AccessQueryError(
      `the method ${path === undefined ? 'is missing' : 'must be'} before the path, as in: explain ${document} GET ${method}`,
    );
  if (path?.startsWith('/') === true) return `${method.toUpperCase()}${path}`;
  const fault =
    path === undefined
      ? `the path is missing${method === '' ? '' : ` after ${method}`}`
      : 'the path must begin with "/" and must not contain the stage';
  throw new AccessQueryError(`${fault}, as in: explain ${document} GET /orders/7`);
}

function chargeOf(document: CompiledDocument, principal: Principal, { kind, route }: Verdict): Charge {
  const { quota } = document;
  if (quota === undefined || kind !== 'allow') return {};
  if (!isCharged(document, route) || !isChargedCaller(quota, principal)) return {};
  const subject = chargedAs(quota, principal);
  const isWhole = Object.values(subject).every((name) => name !== undefined);
  return { quota: subject, ...(!isWhole && { isDeniedUncharged: true }) };
}

function describeCharge(
  document: CompiledDocument,
  principal: Principal,
  route: CompiledRoute | undefined,
): string | undefined {
  const { quota } = document;
  if (quota === undefined || route === undefined || !isCharged(document, route)) return undefined;
  if (!isChargedCaller(quota, principal))
    return `not charged: ${principal.issuerId} is not in quota.when.issuers`;
  const subject = chargedAs(quota, principal);
  const missing = describeMissing(quota, subject);
  if (missing === undefined)
    return showControls(
      `charged: plan ${subject.plan ?? ''}, tenant ${subject.tenant ?? ''}, key ${subject.key ?? ''}`,
    );
  return `charged: ${missing}, so the authorizer returns 403 although the rules allow the request`;
}

/**
 * Describes the principal to which the rules are applied, and where each of its values was found. This helps because
 * wrong names of claims cause most refusals.
 */
function describeCaller(
  { issuers, apiKeys, rules, routes }: CompiledDocument,
  { subject, issuerId, roles, scopes, claims }: Principal,
  route: CompiledRoute | undefined,
): string {
  const { tenant, plan } = claims;
  const trust = issuers.find(({ id }) => id === issuerId)?.trust;
  const complainAbout = (what: 'roles' | 'scopes', found: ReadonlySet<string>): string => {
    const places = trust?.[what].map((claim) => claim.join('.')) ?? [];
    const isKey = apiKeys.some(({ id }) => id === issuerId);
    const looked = isKey ? ' (of the key)' : places.length === 0 ? '' : ` (looked in ${places.join(', ')})`;
    return `${what}: ${sortNames(found).join(', ') || 'none'}${looked}`;
  };
  const named = Object.entries({ tenant, plan }).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${name}: ${value}  `] : [],
  );
  return showControls(
    `sub=${subject}  issuer: ${issuerId}  ${named.join('')}${complainAbout('roles', roles)}  ${complainAbout('scopes', scopes)}${describeMissingClaims()}`,
  );

  function describeMissingClaims(): string {
    const index = routes.findIndex((each) => each === route);
    const asked = rules.filter((rule) => index === -1 || rule.routes.includes(index)).flatMap(claimsIn);
    const missing = [
      ...new Set(asked.filter((path) => claimAt(claims, path) === undefined).map((path) => path.join('.'))),
    ];
    return missing.length === 0 ? '' : `  missing claims: ${missing.join(', ')}`;
  }
}

/** Returns a text such as `rule own` or `rules staff, own`, because the id of a rule may be an ordinary word. */
export function nameRules(rules: readonly string[]): string {
  return `${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`;
}

function wordsOf(verdict: Verdict): readonly [AccessWord, string] {
  const rules = nameRules(verdict.rules);
  const allow = verdict.rules.length === 1 ? 'allows' : 'allow';
  if (verdict.kind === 'open') {
    const { guard } = verdict.route;
    return guard === undefined
      ? ['OPEN', 'the route has no authorizer, so rules do not apply']
      : ['OTHER', `the route has ${guard} and no authorizer of Gatewright, so rules do not apply`];
  }
  if (verdict.uncharged !== undefined)
    return [
      'DENY',
      `the ${rules} ${allow} the request, but the request cannot be charged: ${verdict.uncharged}`,
    ];
  if (verdict.kind === 'allow') return ['ALLOW', `by ${rules}`];
  switch (verdict.reason) {
    case 'no-route':
      return ['DENY', 'the API has no such route'];
    case 'no-rule':
      return ['DENY', 'no rule allows it'];
    case 'missing-claim':
      return ['DENY', describeMissingClaims(verdict.lacks ?? [])];
    case 'deny-rule':
      return ['DENY', `by ${rules}${verdict.deciding ?? ''}`];
    case 'not-owner':
      return ['DENY', `the ${rules} ${allow} the request only to the owner of the resource`];
    case 'mcp-headers':
      return ['DENY', 'the rules under mcp deny the call that the headers of the message name'];
    case 'dot-segment':
      return [
        'DENY',
        'a server behind the API may resolve the dots, backslashes or double escapes of this path to another path',
      ];
  }
}
