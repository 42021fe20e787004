/** Whether the ledger would refuse a caller whom the rules allow: by the usage of its tenant, behind the admin endpoint. */
import { listAt, textAt } from '../../../terminal/aws-call.ts';
import { membersOf } from '@gatewright/aws/json-object';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import { printPathName } from '#shared/http/path-name.ts';

type ChargedCaller = {
  readonly plan: string | undefined;
  readonly tenant: string | undefined;
  readonly key: string | undefined;
};

/** In words; undefined: there are units left, or nothing was charged yet. @throws UsageError */
export async function readSpent(caller: ChargedCaller, flags: AdminFlags): Promise<string | undefined> {
  if (caller.tenant === undefined) return undefined;
  const path = `/quota/tenants/${printPathName(caller.tenant)}/usage`;
  return findSpent(caller, await callAdminJson({ method: 'GET', path }, flags));
}

/** @param answer rows of the periods of now */
export function findSpent(
  { key }: Pick<ChargedCaller, 'key'>,
  answer: Readonly<Record<string, unknown>>,
): string | undefined {
  const rows = listAt(answer, 'usage')
    .map(membersOf)
    .filter((row) => row['key'] === undefined || row['key'] === key);
  const refusing = rows.find(({ state, remaining }) => state === 'suspended' || Number(remaining) <= 0);
  if (refusing === undefined) return undefined;
  const limit = `${textAt(refusing, 'limit') ?? ''} of plan ${textAt(refusing, 'plan') ?? ''}`;
  return refusing['state'] === 'suspended'
    ? `suspended: ${limit}`
    : `over quota: ${limit}, until ${textAt(refusing, 'periodEnd') ?? ''}`;
}
