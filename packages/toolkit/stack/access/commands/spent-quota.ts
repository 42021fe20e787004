/**
 * Checks whether a caller whom the rules allow would nevertheless be refused because of a quota. Reads the tenant's
 * usage from the admin endpoint.
 */
import { nameRules } from '@gatewright/authoring/find/find-access';
import type { AccessResult } from '@gatewright/authoring/find/find-access';
import { routeNameOf } from '#shared/access/charge-quota.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { printPathName } from '#shared/http/path-name.ts';
import { membersOf } from '@gatewright/aws/json-object';
import { AdminError, callAdminJson } from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import type { AdminRequest } from '../../../terminal/admin-request.ts';
import { listAt, textAt } from '../../../terminal/aws-call.ts';
import { printValue, without } from '../../commands/admin-commands.ts';
import { ownerPath } from '../../quota/commands/quota-calls.ts';
import type { Answer } from '../../commands/admin-commands.ts';
import { UsageError } from '../../../../base/terminal/output.ts';

export type Ledger =
  /** Usage in the current periods, as `gatewright quota show` prints it. */
  | {
      readonly kind: 'read';
      readonly rows: readonly Answer[];
      /** The recorded plan. It is undefined if none is recorded, or the stack is too old to record plans. */
      readonly terms: Answer | undefined;
      /** The plan that is charged; undefined if none is known. */
      readonly plan?: Answer | undefined;
    }
  /** Usage could not be read. `reason` tells why: no gateway is running, or it returned an error. */
  | { readonly kind: 'unasked'; readonly reason: string };

type Allowed = Pick<AccessResult, 'verdict' | 'word' | 'reason' | 'charge'>;

/**
 * Reads the usage to which an allowed request of the caller would be charged. Returns undefined if such a request is
 * not charged.
 */
export async function readLedger(
  answers: readonly Allowed[],
  flags: AdminFlags,
): Promise<Ledger | undefined> {
  const charged = answers.filter(
    (answer) => (answer.word === 'ALLOW' || lacksPlan(answer)) && answer.charge.quota !== undefined,
  );
  const { plan, tenant, key } = charged[0]?.charge.quota ?? {};
  if (tenant === undefined || key === undefined) return undefined;
  const routes = charged.map(({ verdict }) => routeNameOf(verdict.route));
  try {
    return { kind: 'read', ...(await readRows({ plan, tenant, key }, routes, flags)) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { kind: 'unasked', reason: error.message };
  }
}

/** Reads one row per limit with a quota of the caller's plan, or one row per route if the limit is per route. */
async function readRows(
  charged: { readonly plan: string | undefined; readonly tenant: string; readonly key: string },
  routes: readonly string[],
  flags: AdminFlags,
): Promise<Pick<Extract<Ledger, { kind: 'read' }>, 'rows' | 'terms' | 'plan'>> {
  const { tenant, key } = charged;
  const read = (path: string, query: AdminRequest['query'] = {}): Promise<Answer | undefined> =>
    callAdminJson({ method: 'GET', path, query }, flags).catch(passUnknown);
  // Usage is charged according to the recorded plan, even if the token or API key names another plan.
  const terms = await read(`${ownerPath(tenant, key)}/terms`);
  const plan = textAt(terms ?? {}, 'plan') ?? charged.plan;
  if (plan === undefined) return { rows: [], terms };
  const saved = (await read(`/quota/plans/${printPathName(plan)}`)) ?? {};
  const limits = listAt(saved, 'limits').map(membersOf);
  const rows = limits
    .filter(({ quota }) => typeof quota === 'number')
    .flatMap(({ id, level }) => {
      const path = `${ownerPath(tenant, level === 'tenant' ? undefined : key)}/limits/${printPathName(String(id))}`;
      return level === 'route' ? routes.map((route) => read(path, { plan, route })) : [read(path, { plan })];
    });
  return { rows: (await Promise.all(rows)).filter((row) => row !== undefined), terms, plan: saved };
}

/** Whether the caller is denied only because the token or key does not name a plan. A plan may still be recorded. */
function lacksPlan({ charge: { quota, isDeniedUncharged } }: Allowed): boolean {
  const isNamed = quota?.tenant !== undefined && quota.key !== undefined;
  return isDeniedUncharged === true && isNamed && quota.plan === undefined;
}

const UNKNOWN: ReadonlySet<string | undefined> = new Set([
  'KEY_UNKNOWN',
  'PLAN_UNKNOWN',
  'LIMIT_UNKNOWN',
  'ROUTE_UNKNOWN',
]);

/**
 * Ignores errors about an unknown key, plan, limit or route. A document's plans are stored when the first request is
 * charged, so until then there is no usage to read.
 */
function passUnknown(error: unknown): undefined {
  if (error instanceof AdminError && UNKNOWN.has(error.problem.code)) return undefined;
  throw error;
}

/**
 * Adds the recorded plan and what is left of its limits. Changes the decision to ALLOW if only a plan was missing and
 * one is recorded. Then changes it to DENY if the caller's quota is used up or the customer is stopped. `spent` names
 * the limit or the reason.
 * @param document the document of the decision
 */
export function withLedger<A extends Allowed>(
  given: A,
  ledger: Ledger | undefined,
  { quota }: Pick<CompiledDocument, 'quota'>,
): A & { readonly spent?: string; readonly terms?: Answer; readonly left?: readonly string[] } {
  if (ledger?.kind !== 'read' || given.charge.quota === undefined) return given;
  const { terms } = ledger;
  const cost = costOf(ledger.plan, given);
  const answer = {
    ...(lacksPlan(given) && terms?.['plan'] !== undefined ? asCharged(given) : given),
    ...(terms !== undefined && { terms }),
    left: ledger.rows.map(describeLeft),
  };
  if (answer.word !== 'ALLOW') return answer;
  const halted = findHalted(terms, ledger.rows, answer);
  const spent = halted ?? findSpent(ledger, answer, cost);
  if (spent === undefined) return answer;
  // If the caller is over quota and the document has an admission key, API Gateway itself refuses the request (see
  // `authorize.ts`). In all other cases the authorizer refuses it.
  const status =
    halted === undefined && quota?.admissionKey !== undefined
      ? '429 if the API has the gateway response INVALID_API_KEY with that status, otherwise 403'
      : '403';
  return {
    ...answer,
    word: 'DENY',
    reason: `${spent}. The rules allow the request, but the response is ${status}`,
    spent,
  };
}

/** Changes the decision to ALLOW, because the request can be charged to the recorded plan. */
function asCharged<A extends Allowed>(answer: A): A {
  const verdict = without(answer.verdict, 'uncharged') as A['verdict'];
  return { ...answer, verdict, word: 'ALLOW', reason: `by ${nameRules(verdict.rules)}` };
}

/** Returns a string such as `pro, assigned to the customer acme since 2026-11-16T…`. */
export function describeTerms({ plan, by, tenant, key, from }: Answer): string {
  const whose = by === 'key' ? `the key ${printValue(key)}` : `the customer ${printValue(tenant)}`;
  const since = from === undefined ? '' : ` since ${printValue(from)}`;
  return `${printValue(plan)}, assigned to ${whose}${since}`;
}

/** Returns a string such as `monthly: 2990 of 3000 left until 2026-12-01T00:00:00.000Z`. */
function describeLeft({ limit, allowance, left, periodEnd }: Answer): string {
  return `${printValue(limit)}: ${printValue(left)} of ${printValue(allowance)} left until ${printValue(periodEnd)}`;
}

function findHalted(
  terms: Answer | undefined,
  rows: readonly Answer[],
  answer: Pick<Allowed, 'verdict'>,
): string | undefined {
  const { state = 'active', tenant } = terms ?? {};
  if (state !== 'active') return `the customer ${printValue(tenant)} is ${printValue(state)}`;
  const suspended = ofRoute(rows, answer).find((row) => row['state'] === 'suspended');
  return suspended && `suspended: ${nameLimit(suspended, terms)}`;
}

function findSpent(
  { terms, rows }: Pick<Extract<Ledger, { kind: 'read' }>, 'rows' | 'terms'>,
  answer: Pick<Allowed, 'verdict'>,
  cost: number,
): string | undefined {
  const spent = ofRoute(rows, answer).find(
    ({ remaining, state }) => state === 'closed' || Number(remaining) < cost,
  );
  if (spent === undefined) return undefined;
  const units =
    Number(spent['remaining']) > 0 ? ` has too few units left for a request that costs ${cost}` : '';
  return `${spent['state'] === 'closed' ? 'period closed' : 'over quota'}: ${nameLimit(spent, terms)}${units}, until ${printValue(spent['periodEnd'])}`;
}

/** Returns how many units a request to the route costs by the plan; 1 if the plan does not say. */
function costOf(plan: Answer | undefined, { verdict }: Pick<Allowed, 'verdict'>): number {
  const cost = plan?.['cost'];
  if (typeof cost === 'number') return cost;
  const costs = membersOf(cost);
  return Number(costs[routeNameOf(verdict.route)] ?? costs['*'] ?? 1);
}

function ofRoute(rows: readonly Answer[], { verdict }: Pick<Allowed, 'verdict'>): readonly Answer[] {
  const asked = routeNameOf(verdict.route);
  return rows.filter(({ route = asked }) => route === asked);
}

function nameLimit({ limit, plan }: Answer, terms: Answer = {}): string {
  const isOwn = Object.hasOwn(membersOf(terms['limits']), String(limit));
  return isOwn
    ? `limit ${printValue(limit)} (the customer’s own limit, not the limit of plan ${printValue(plan)})`
    : `limit ${printValue(limit)} of plan ${printValue(plan)}`;
}
