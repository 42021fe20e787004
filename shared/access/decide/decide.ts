/**
 * Decides whether a document allows a caller's request, and gives the reason. The policy that API Gateway caches
 * contains the same decisions for the whole API.
 */
import type { RuleOutcome } from '@gatewright/aws/access-decision';
import { decodePercent } from '@gatewright/aws/percent-encoding';
import { applyRules } from './apply-rules.ts';
import type { RuleGrant, RouteVerdict } from './apply-rules.ts';
import type { CompiledDocument, CompiledRoute } from '../compiled-document.ts';
import type { Circumstances } from './condition.ts';
import { containsAddress } from './ip-network.ts';
import { encodingsOf } from './owner-values.ts';
import { hasDotSegment, readingsByServers } from './path-disguises.ts';
import type { Principal } from './principal.ts';
import { findMissingClaims } from './required-claims.ts';
import { finderOf, routedPath } from './route-finder.ts';

export type RuleDecision =
  | { readonly kind: 'allow'; readonly route: CompiledRoute; readonly rules: readonly string[] }
  | {
      readonly kind: 'deny';
      readonly reason: DenyReason;
      readonly route: CompiledRoute | undefined;
      /**
       * Ids of the deny rules that decided. If the reason is `not-owner`, ids of the rules that would allow another
       * caller.
       */
      readonly rules: readonly string[];
    };

export type DenyReason = RuleOutcome;

type DecisionRequest = {
  /** The part of the method ARN after the stage, still encoded, such as `GET/users/1` or `$connect`. */
  readonly target: string;
  readonly sourceIp: string | undefined;
  readonly nowEpochSeconds: number;
};

const CONNECT: CompiledRoute = { method: '$connect', path: '$connect' };

/**
 * Decides a request. A server behind the API may read a path differently from the API (`/%61dmin`), so the request is
 * denied if any reading of its path reaches a route that is denied.
 */
export function decide(
  document: CompiledDocument,
  principal: Principal,
  request: DecisionRequest,
): RuleDecision {
  const decision = decideByRules(document, principal, request);
  const isRuled = decision.kind === 'deny' && decision.reason === 'no-rule';
  return isRuled && findMissingClaims(document, principal).length > 0
    ? { ...decision, reason: 'missing-claim' }
    : decision;
}

function decideByRules(
  document: CompiledDocument,
  principal: Principal,
  request: DecisionRequest,
): RuleDecision {
  const { target } = request;
  const applied = applyRules(document, principal, circumstancesOf(document, request));
  if (document.kind === 'websocket')
    return target === '$connect' ? verdictOn(applied.routes[0], CONNECT, () => true) : unrouted();
  const routed = routedPath(document.kind, target);
  const sent = read(document, applied.routes, routed, document.kind === 'rest' ? encodingsOf : asItIs);
  if (sent.kind === 'deny' && sent.reason !== 'no-route') return sent;
  if (hasDotSegment(target)) return { kind: 'deny', reason: 'dot-segment', route: sent.route, rules: [] };
  return decideReadings(document, applied.routes, routed) ?? sent;
}

/**
 * Decides the other paths that a server behind the API may read instead of the routed path. Returns the first denial.
 * If there is none, returns the last allowed reading, or undefined if no other reading matches a route.
 */
export function decideReadings(
  document: CompiledDocument,
  routes: readonly RouteVerdict[],
  routed: string,
): RuleDecision | undefined {
  let decision: RuleDecision | undefined;
  for (const reading of readingsByServers(routed, decodePercent)) {
    if (reading === routed) continue;
    const other = read(document, routes, reading, asItIs);
    // A reading that matches no route gives access to nothing, so it is not a reason to deny the request.
    if (other.kind === 'deny' && other.reason === 'no-route') continue;
    if (other.kind === 'deny') return other;
    decision = other;
  }
  return decision;
}

function asItIs(value: string): readonly string[] {
  return [value];
}

export function circumstancesOf(
  { networks }: CompiledDocument,
  { sourceIp, nowEpochSeconds }: Pick<DecisionRequest, 'sourceIp' | 'nowEpochSeconds'>,
): Circumstances {
  return {
    nowEpochSeconds,
    isInNetwork: (index) =>
      sourceIp === undefined ? undefined : containsAddress(networks[index] ?? [], sourceIp),
  };
}

function read(
  document: CompiledDocument,
  routes: readonly RouteVerdict[],
  target: string,
  spellings: (value: string) => readonly string[],
): RuleDecision {
  const [method = '', ...words] = target.split('/');
  const template = finderOf(document).find(method, words);
  const route = template && document.routes[template.index];
  if (template === undefined || route === undefined) return unrouted();
  return verdictOn(routes[template.index], route, ({ owned }) =>
    owned.every(({ segment, values }) => values.flatMap(spellings).includes(words[segment] ?? '')),
  );
}

function verdictOn(
  verdict: RouteVerdict | undefined,
  route: CompiledRoute,
  isOwner: (grant: RuleGrant) => boolean,
): RuleDecision {
  const { deniedBy = [], grants = [] } = verdict ?? {};
  if (deniedBy.length > 0) return { kind: 'deny', reason: 'deny-rule', route, rules: deniedBy };
  const holding = grants.filter(isOwner);
  if (holding.length > 0) return { kind: 'allow', route, rules: holding.map(({ ruleId }) => ruleId) };
  const rules = grants.map(({ ruleId }) => ruleId);
  return { kind: 'deny', reason: rules.length > 0 ? 'not-owner' : 'no-rule', route, rules };
}

function unrouted(): RuleDecision {
  return { kind: 'deny', reason: 'no-route', route: undefined, rules: [] };
}
