/** Refuses calls about secrets that are marked for deletion (API reference, DeleteSecret). */
import { asNumber } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { ServiceRefusal } from '../../core/errors.ts';
import type { Secret } from './local-values.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;

export const MARKED = "You can't perform this operation on the secret because it was marked for deletion.";

/**
 * The operations that are allowed on a secret that is marked for deletion. DeleteSecret is also allowed if it forces
 * the deletion.
 */
const ON_MARKED: ReadonlySet<string> = new Set(['DescribeSecret', 'ListSecretVersionIds', 'RestoreSecret']);

/** @throws ServiceRefusal if the secret is marked for deletion and the operation needs a secret that is not */
export function refuseMarked(operation: string, fields: UnknownMembers, { deletedMs }: Secret): void {
  if (deletedMs === undefined || ON_MARKED.has(operation)) return;
  if (operation === 'DeleteSecret' && isForced(fields)) return;
  throw new ServiceRefusal('InvalidRequestException', MARKED);
}

export function isForced(fields: UnknownMembers): boolean {
  return fields['ForceDeleteWithoutRecovery'] === true;
}

/**
 * Returns for how many milliseconds a deleted secret can be restored.
 * @throws ServiceRefusal if the window is out of range, or if the call also forces the deletion
 */
export function readRecoveryMs(fields: UnknownMembers): number {
  const days = asNumber(fields['RecoveryWindowInDays']);
  if (isForced(fields)) {
    if (days !== undefined)
      throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
    return 0;
  }
  if (days !== undefined && (days < 7 || days > 30))
    throw invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  return (days ?? USUAL_DAYS) * DAY_MS;
}

function invalid(message: string): ServiceRefusal {
  return new ServiceRefusal('InvalidParameterException', message);
}
