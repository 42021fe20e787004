/** Whether the ledger would refuse a caller whom the rules allow: by the usage of its tenant, behind the admin endpoint. */
import type { AccessResult } from '@gatewright/authoring/find-access';
import { routeNameOf } from '#shared/access/charge-quota.ts';
import { printPathName } from '#shared/http/path-name.ts';
import { membersOf } from '@gatewright/aws/json-object';
import { AdminError, callAdminJson } from '../../../terminal/admin-client.ts';
import type { AdminFlags, AdminRequest } from '../../../terminal/admin-client.ts';
import { listAt, textAt } from '../../../terminal/aws-call.ts';
import { printValue } from '../../commands/admin-commands.ts';
import { ownerPath } from '../../quota/commands/quota-calls.ts';
import type { Answer } from '../../commands/admin-commands.ts';
import { UsageError } from '../../../terminal/output.ts';

export type Ledger =
  /** Usage in the periods of now, as `gatewright quota show` prints it. */
  | { readonly kind: 'read'; readonly rows: readonly Answer[] }
  /** Why there is none: no gateway runs, or its answer. */
  | { readonly kind: 'unasked'; readonly reason: string };

type Allowed = Pick<AccessResult, 'verdict' | 'word' | 'reason' | 'charge'>;

/** Of what the allowed answers charge, one caller's; undefined where that is nothing. */
export async function readLedger(
  answers: readonly Allowed[],
  flags: AdminFlags,
): Promise<Ledger | undefined> {
  const charged = answers.filter(({ word, charge }) => word === 'ALLOW' && charge.quota !== undefined);
  const { plan, tenant, key } = charged[0]?.charge.quota ?? {};
  if (plan === undefined || tenant === undefined || key === undefined) return undefined;
  const routes = charged.map(({ verdict }) => routeNameOf(verdict.route));
  try {
    return { kind: 'read', rows: await readRows({ plan, tenant, key }, routes, flags) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { kind: 'unasked', reason: error.message };
  }
}

/** One row per limit of the caller's plan, and per route where the limit is per route. */
async function readRows(
  charged: { readonly plan: string; readonly tenant: string; readonly key: string },
  routes: readonly string[],
  flags: AdminFlags,
): Promise<readonly Answer[]> {
  const { tenant, key } = charged;
  const read = (path: string, query: AdminRequest['query'] = {}): Promise<Answer | undefined> =>
    callAdminJson({ method: 'GET', path, query }, flags).catch(passUnknown);
  // Usage is charged by the plan that is assigned to a key, whatever plan its token or record names.
  const assigned = await read(`${ownerPath(tenant, key)}/plan`);
  const plan = textAt(assigned ?? charged, 'plan') ?? charged.plan;
  const limits = listAt((await read(`/quota/plans/${printPathName(plan)}`)) ?? {}, 'limits').map(membersOf);
  const rows = limits
    .filter(({ quota }) => typeof quota === 'number')
    .flatMap(({ id, level }) => {
      const path = `${ownerPath(tenant, level === 'tenant' ? undefined : key)}/limits/${printPathName(String(id))}`;
      return level === 'route' ? routes.map((route) => read(path, { plan, route })) : [read(path, { plan })];
    });
  return (await Promise.all(rows)).filter((row) => row !== undefined);
}

const UNKNOWN: ReadonlySet<string | undefined> = new Set(['KEY_UNKNOWN', 'PLAN_UNKNOWN', 'LIMIT_UNKNOWN']);

/** Plans of a document are stored with the first charge: before it, nothing can be spent. */
function passUnknown(error: unknown): undefined {
  if (error instanceof AdminError && UNKNOWN.has(error.problem.code)) return undefined;
  throw error;
}

/** The answer, as a DENY where the ledger refuses; `spent` says by which limit. */
export function withLedger<A extends Allowed>(
  answer: A,
  ledger: Ledger | undefined,
): A & { readonly spent?: string } {
  if (ledger?.kind !== 'read' || answer.word !== 'ALLOW' || answer.charge.quota === undefined) return answer;
  const spent = findSpent(routeNameOf(answer.verdict.route), ledger.rows);
  if (spent === undefined) return answer;
  const reason = `${spent}: the rules allow it, and the answer is 403, or 429 where the API maps it`;
  return { ...answer, word: 'DENY', reason, spent };
}

function findSpent(asked: string, rows: readonly Answer[]): string | undefined {
  const refusing = rows
    .filter(({ route = asked }) => route === asked)
    .find(({ state, remaining }) => state === 'suspended' || Number(remaining) <= 0);
  if (refusing === undefined) return undefined;
  const { limit, plan, state, periodEnd } = refusing;
  const named = `${printValue(limit)} of plan ${printValue(plan)}`;
  return state === 'suspended'
    ? `suspended: ${named}`
    : `over quota: ${named}, until ${printValue(periodEnd)}`;
}
