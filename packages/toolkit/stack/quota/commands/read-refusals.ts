/** Reads why a customer's requests are refused, in the sentences that the customer reads in the portal. */
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import type { CustomerState, Term } from '#shared/quota/plan/customer.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import { printPathName } from '#shared/http/path-name.ts';
import { keyIdOf } from '#shared/portal/charged-key.ts';
import { describeHalt, describePace, describeRefusal } from '#shared/portal/describe-refusal.ts';
import { membersOf } from '@gatewright/aws/json-object';
import { showControls } from '@gatewright/aws/text/visible-text';
import { printMessage } from '../../../../base/terminal/output.ts';
import { listAt, textAt } from '../../../terminal/aws-call.ts';
import { AdminError, callAdminJson } from '../../../terminal/admin-client.ts';
import type { Answer, ReadFlags } from '../../commands/admin-commands.ts';
import { findCustomer, planOf, readKeys, readUsage } from './read-customers.ts';

/** The known facts about a refused request. */
export type RefusedCall = {
  readonly tenant: string;
  /** Id of the limit that refused the request. */
  readonly limit?: string | undefined;
  /** Id of the caller's API key. */
  readonly key?: string | undefined;
  /** `GET /prices/{crop}` */
  readonly route?: string | undefined;
};

type Refusal = Partial<Pick<UsageRow, 'limit' | 'key' | 'route'>> & { readonly says: string };

/**
 * Returns a sentence for the terminal. Attack: the name of a key, which a customer or a token chooses, contains control
 * characters that would control the owner's terminal, or reverse the text after the name.
 */
export function printReads(says: string): string {
  return `What the customer reads: ${showControls(says)}`;
}

/**
 * Like `readRefusals`, for commands that print more than these sentences: if the portal's plans cannot be read, a
 * warning is printed and the result is empty.
 */
export async function readRefusalsOrWarn(tenant: string, flags: ReadFlags): Promise<readonly Refusal[]> {
  try {
    return (await readRefusals(tenant, flags)) ?? [];
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    printMessage(
      'yellow',
      `the texts that the customer sees in the portal could not be read: ${error.message}`,
    );
    return [];
  }
}

/**
 * Returns what the portal now tells the customer about its refused requests: one sentence for each limit that refuses
 * requests, or a single sentence without a limit if all requests of the customer are refused.
 * @returns undefined if the stack has no portal
 */
async function readRefusals(tenant: string, flags: ReadFlags): Promise<readonly Refusal[] | undefined> {
  const titles = await readTitles(flags);
  if (titles === undefined) return undefined;
  const customer = await findCustomer(tenant, flags);
  const says = describeHalt(stateOf(customer));
  return says === undefined ? listRefusals(tenant, { titles, customer }, flags) : [{ says }];
}

/**
 * Returns what the portal tells the customer about a request that was refused.
 * @returns undefined if the stack has no portal, or such a request is no longer refused
 */
export async function readRefusalOf(call: RefusedCall, flags: ReadFlags): Promise<string | undefined> {
  const { tenant, limit } = call;
  const titles = await readTitles(flags);
  if (titles === undefined) return undefined;
  const customer = await findCustomer(tenant, flags);
  const halted = describeHalt(stateOf(customer));
  if (halted !== undefined) return halted;
  const found = (await listRefusals(tenant, { titles, customer }, flags)).filter((refusal) =>
    isOf(refusal, call),
  );
  if (found.length > 0) return found.toSorted((a, b) => rank(a, call) - rank(b, call))[0]?.says;
  const plan = customer && planOf(customer);
  if (limit === undefined || plan === undefined) return undefined;
  const saved = await callAdminJson({ method: 'GET', path: `/quota/plans/${printPathName(plan)}` }, flags);
  const own = parsePlan(saved).limits.find(({ id }) => id === limit);
  if (own === undefined || own.kind === 'quota') return undefined;
  return describePace(own, { plan: titles.get(plan) ?? plan });
}

/**
 * Whether the limit can have refused the call. If it is known which limit refused the call, the routes are not
 * compared, because the limit may count the call under another route (`groupedAs`).
 */
function isOf({ limit, key, route }: Refusal, call: RefusedCall): boolean {
  const isOfKey = key === undefined || call.key === undefined || keyIdOf(key) === keyIdOf(call.key);
  const isOfRoute = route === undefined || call.limit !== undefined || route === call.route;
  return (call.limit ?? limit) === limit && isOfKey && isOfRoute;
}

/** A limit for the call's own key and route comes before a less specific limit. */
function rank({ key, route }: Refusal, call: RefusedCall): number {
  return (key !== undefined ? 0 : 1) + (route === call.route ? 0 : 2);
}

async function listRefusals(
  tenant: string,
  {
    titles,
    customer = {},
  }: { readonly titles: ReadonlyMap<string, string>; readonly customer: Answer | undefined },
  flags: ReadFlags,
): Promise<readonly Refusal[]> {
  const terms = listAt(customer, 'plans') as readonly Pick<Term, 'plan' | 'limits'>[];
  const rows = (await readUsage({ tenant }, flags)) as readonly UsageRow[];
  const refusing = rows.filter((row) => describeRefusal(row, { plan: '' }) !== undefined);
  const names = refusing.some(({ key }) => key !== undefined) ? await readKeyNames(tenant, flags) : undefined;
  return refusing.flatMap((row) => {
    const { limit, key, route, plan } = row;
    const says = describeRefusal(row, {
      plan: titles.get(plan) ?? plan,
      terms,
      key: key === undefined ? undefined : names?.get(keyIdOf(key)),
    });
    return says === undefined
      ? []
      : [{ limit, ...(key !== undefined && { key }), ...(route !== undefined && { route }), says }];
  });
}

async function readKeyNames(tenant: string, flags: ReadFlags): Promise<ReadonlyMap<string, string>> {
  const keys = await readKeys(tenant, flags);
  return new Map(
    keys.flatMap((key) => {
      const name = textAt(key, 'name');
      return name === undefined ? [] : [[String(key['keyId']), name] as const];
    }),
  );
}

/**
 * Reads the names of the plans in the portal; undefined if the stack has no portal, because the path does not exist
 * then.
 */
async function readTitles(flags: ReadFlags): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const answer = await callAdminJson({ method: 'GET', path: '/portal/plans' }, flags);
    return new Map(
      listAt(answer, 'plans')
        .map(membersOf)
        .map(({ plan, title }) => [String(plan), String(title)]),
    );
  } catch (error) {
    if (error instanceof AdminError && error.problem.status === 404) return undefined;
    throw error;
  }
}

/** Returns the state of a customer, which is always one of `CustomerState` in responses of the admin API. */
function stateOf(customer: Answer | undefined): CustomerState {
  return (customer === undefined ? 'active' : (textAt(customer, 'state') ?? 'active')) as CustomerState;
}
