/** Writes a change of a customer, as the audit records of the administration contain it, in words. */
import type { ShownChange } from '../../endpoints/customer-model.ts';

/** The kinds of changes that name a customer. A kind that is not listed is shown as it is recorded. */
export const CHANGES: Readonly<Record<string, string>> = {
  'create-customer': 'Customer created',
  'set-plan': 'Plan set',
  'set-customer-state': 'State set',
  'assign-plan': 'Plan assigned to a key',
  'unassign-plan': 'Plan of a key removed',
  'top-up': 'Units added',
  'set-limit': 'Limit set',
  reset: 'Usage reset',
  suspend: 'Limit suspended',
  resume: 'Limit resumed',
  close: 'Period closed',
};

export function describeChange({
  kind,
  before,
  after,
}: Pick<ShownChange, 'kind' | 'before' | 'after'>): string {
  const what = CHANGES[kind] ?? kind;
  if (after === undefined) return what;
  return `${what}: ${before === undefined ? after : `${before} → ${after}`}`;
}

/** Shortens the ARN of an identity to its part after the account, such as `user/admin`. */
export function nameAuthor(by: string): string {
  return /^arn:[\w-]+:(?:iam|sts)::\d*:(.+)$/.exec(by)?.[1] ?? by;
}
