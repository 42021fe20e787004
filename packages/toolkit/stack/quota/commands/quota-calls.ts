import { InvalidArgumentError } from 'commander';
import { printPathName } from '#shared/http/path-name.ts';
import { printAnswer, sendChange } from '../../commands/admin-commands.ts';
import type { ChangeFlags } from '../../commands/admin-commands.ts';
import { printNotes } from '../../../../base/terminal/output.ts';
import type { AdminRequest } from '../../../terminal/admin-request.ts';

/** @param inForce a sentence that says when the change is in force */
export async function change(
  request: Omit<AdminRequest, 'operationId'>,
  flags: ChangeFlags,
  inForce?: string,
): Promise<void> {
  printAnswer((await sendChange(request, flags)).answer);
  if (inForce !== undefined) printNotes(inForce);
}

/** Returns a path such as `/quota/tenants/acme/keys/key-1`. */
export function ownerPath(tenant: string, key?: string): string {
  const owner = `/quota/tenants/${printPathName(tenant)}`;
  return key === undefined ? owner : `${owner}/keys/${printPathName(key)}`;
}

export function readUnits(text: string): number {
  const units = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(units)) return units;
  throw new InvalidArgumentError('It must be a whole number of units.');
}

export function readInstant(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError(
    'It must be an instant such as 2026-11-20T00:00:00Z, or a day such as 2026-11-20.',
  );
}
