/**
 * A second reading of what rules mean, written from the documentation and sharing no code with the first:
 * rules as a person writes them, the route that the gateway found, one request.
 */
import { isIPv4, BlockList } from 'node:net';
import type { Principal } from '#shared/access/principal.ts';
import type { RouteMatch } from '../../gateway/deployment/model.ts';

type Answer = 'yes' | 'no' | 'unknown';
type Any = Record<string, never>;

export function evaluateByHand(
  rules: readonly object[],
  { plan, pathParameters }: RouteMatch,
  method: string,
  principal: Principal,
  sourceIp: string,
): boolean {
  let isAllowed = false;
  for (const rule of rules as readonly Any[]) {
    const { effect, methods, paths, when, bind } = rule as Record<string, any>;
    if (!methods.includes('*') && !methods.includes(method)) continue;
    if (!paths.some((path: string) => names(path, plan.resourcePath))) continue;
    const answer = when === undefined ? 'yes' : ask(when, principal, sourceIp);
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

function isOwner(bind: any, parameters: RouteMatch['pathParameters'], { claims }: Principal): boolean {
  for (const [name, { claim, each, max }] of Object.entries<any>(bind ?? {})) {
    const value = claims[claim];
    const list = each === true ? (Array.isArray(value) ? value : []) : [value];
    if (list.length > (max ?? 20)) return false;
    const good = list.filter((item) => typeof item === 'string' && /^[^*?$/\\%]+$/.test(item));
    const asked = parameters?.[name] ?? '';
    if (!good.some((item: string) => asked === item || asked === encodeURIComponent(item))) return false;
  }
  return true;
}

function ask(when: any, principal: Principal, sourceIp: string): Answer {
  const parts = Object.entries<any>(when).map(([key, value]): Answer => {
    switch (key) {
      case 'all':
        return both(value.map((inner: unknown) => ask(inner, principal, sourceIp)));
      case 'any':
        return flip(both(value.map((inner: unknown) => flip(ask(inner, principal, sourceIp)))));
      case 'not':
        return flip(ask(value, principal, sourceIp));
      case 'roles':
        return said(value.any.some((role: string) => principal.roles.has(role)));
      case 'scopes':
        return said(
          (value.all ?? []).every((scope: string) => principal.scopes.has(scope)) &&
            (value.any === undefined || value.any.some((scope: string) => principal.scopes.has(scope))),
        );
      case 'claims':
        return both(value.map((test: any) => askClaim(test, principal.claims[test.claim])));
      case 'sourceIp':
        return said(isWithin(value.cidr, sourceIp));
      case 'mfa':
        return askClaim({ op: 'contains', value: 'mfa' }, principal.claims['amr']);
      default:
        throw new Error(`no reading of ${key}`);
    }
  });
  return both(parts);
}

function askClaim({ op, value }: any, claim: unknown): Answer {
  if (claim === undefined) return 'no';
  if (op === 'equals') return typeof claim === 'object' ? 'unknown' : said(claim === value);
  if (op === 'contains') return Array.isArray(claim) ? said(claim.includes(value)) : 'unknown';
  if (op === 'gte') return typeof claim === 'number' ? said(claim >= value) : 'unknown';
  throw new Error(`no reading of ${String(op)}`);
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
