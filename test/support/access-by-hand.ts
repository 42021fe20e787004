/**
 * A second implementation of access rules, written from the documentation and without any code of the first. It decides
 * one request from the rules as a person writes them and the route that the gateway found.
 */
import { isIPv4, BlockList } from 'node:net';
import type { ClaimTest, Condition } from '../../packages/toolkit/authoring/document/document-conditions.ts';
import type { RuleText } from '../../packages/toolkit/authoring/document/document.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import type { RouteMatch } from '../../packages/gateway/core/deployment/model.ts';

type Answer = 'yes' | 'no' | 'unknown';

/** A rule before it is read: claims are single names here, not paths. */
export type HandRule = Omit<RuleText, 'bind'> & {
  readonly bind?: Readonly<Record<string, { claim: string; each?: boolean; max?: number }>>;
};

export function evaluateByHand(
  rules: readonly HandRule[],
  { plan, pathParameters }: RouteMatch,
  method: string,
  principal: Principal,
  sourceIp: string,
): boolean {
  let isAllowed = false;
  for (const { effect, methods = [], paths = [], when, bind } of rules) {
    if (!methods.some((name) => name === '*' || name === method)) continue;
    if (!paths.some((path) => names(path, plan.resourcePath))) continue;
    const answer = when === undefined ? 'yes' : ask(when, principal, sourceIp, effect);
    if (effect === 'deny' && answer !== 'no') return false;
    if (effect === 'allow' && answer === 'yes' && isOwner(bind, pathParameters, principal)) isAllowed = true;
  }
  return isAllowed;
}

function names(path: string, route: string): boolean {
  if (path === '/**') return true;
  if (!path.endsWith('/**')) return path === route;
  const top = path.slice(0, -3);
  return route === top || route.startsWith(`${top}/`);
}

function isOwner(
  bind: HandRule['bind'],
  parameters: RouteMatch['pathParameters'],
  { claims }: Principal,
): boolean {
  return Object.entries(bind ?? {}).every(([name, { claim, each, max = 20 }]) => {
    const value = claims[claim];
    const list: readonly unknown[] = each === true ? (Array.isArray(value) ? value : []) : [value];
    if (list.length > max) return false;
    const good = list
      .filter((item) => typeof item === 'string')
      .filter((item) => /^[^*?$/\\%;]+$/.test(item) && item !== '.' && item !== '..');
    const asked = parameters?.[name] ?? '';
    return good.some((item) => asked === item || asked === encodeURIComponent(item));
  });
}

function ask(when: Condition, principal: Principal, sourceIp: string, effect: RuleText['effect']): Answer {
  const answers: Answer[] = [];
  const inner = (condition: Condition) => ask(condition, principal, sourceIp, effect);
  const { all, any, not, roles, scopes, claims, sourceIp: network, mfa } = when;
  if (all) answers.push(both(all.map(inner)));
  if (any) answers.push(flip(both(any.map((condition) => flip(inner(condition))))));
  if (not) answers.push(flip(inner(not)));
  if (roles) answers.push(said(roles.any?.some((role) => principal.roles.has(role)) === true));
  if (scopes?.all) answers.push(said(scopes.all.every((scope) => principal.scopes.has(scope))));
  if (scopes?.any) answers.push(said(scopes.any.some((scope) => principal.scopes.has(scope))));
  // The claim in a test is one name, such as `plan`, and not a path.
  for (const test of claims ?? []) answers.push(askClaim(test, principal.claims[String(test.claim)]));
  if (network) answers.push(said(isWithin(network.cidr, sourceIp)));
  if (mfa) answers.push(askClaim({ op: 'contains', value: 'mfa' }, principal.claims['amr']));
  return both(answers);
}

/** "Where a claim is missing or of another type than the rule's, an allow rule never applies and a deny rule denies." */
function askClaim({ op, value }: Pick<ClaimTest, 'op' | 'value'>, claim: unknown): Answer {
  if (op === 'exists') return said(claim !== undefined);
  if (claim === undefined) return 'unknown';
  const alike = (values: unknown, to: unknown): boolean =>
    [values].flat().some((one) => typeof one === typeof to);
  if (op === 'equals' || op === 'in') {
    if ([value].flat().some((one) => one === claim)) return 'yes';
    return alike(value, claim) ? 'no' : 'unknown';
  }
  if (op === 'contains') {
    if (!Array.isArray(claim)) return 'unknown';
    if (claim.includes(value)) return 'yes';
    return claim.some((item) => !alike(value, item)) ? 'unknown' : 'no';
  }
  if (typeof claim !== 'number') return 'unknown';
  return said(op === 'gte' ? claim >= Number(value) : claim <= Number(value));
}

function isWithin(cidr: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const block of cidr) {
    const [network = '', prefix = ''] = block.split('/');
    list.addSubnet(network, Number(prefix), isIPv4(network) ? 'ipv4' : 'ipv6');
  }
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function said(truth: boolean): Answer {
  return truth ? 'yes' : 'no';
}

function both(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

function flip(answer: Answer): Answer {
  if (answer === 'unknown') return 'unknown';
  return answer === 'yes' ? 'no' : 'yes';
}
