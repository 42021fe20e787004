/** What guards the callers of routes whose authorizer is replaced: before the first call, and after verification. */
import { list } from './surprise.ts';
import { undoPlan } from './apply-plan.ts';
import type { Work } from './apply-plan.ts';
import type { Plan, Undo } from './journal.ts';
import type { Check } from './verify.ts';
import { UsageError } from '../../terminal/output.ts';

/** Nothing has been changed. */
export class ClaimsUncheckedError extends UsageError {}

/** Their claims are `authorizer.claims` and `authorizer.jwt.claims`, which ours does not write. */
const GIVES_CLAIMS: ReadonlySet<unknown> = new Set(['COGNITO_USER_POOLS', 'JWT']);

/**
 * A handler that reads them finds no caller, and answers 200: no verification sees that.
 * @throws ClaimsUncheckedError
 */
export function assertClaimsChecked({ steps }: Pick<Plan, 'steps'>, isChecked: boolean): void {
  const routes = steps.filter(({ before }) => GIVES_CLAIMS.has(before?.['authorizationType']));
  if (isChecked || routes.length === 0) return;
  throw new ClaimsUncheckedError(
    `${list(routes.map(({ name }) => name))} would lose an authorizer that gives handlers claims; nothing was changed. Make the handlers read ` +
      'claimsOf(event) (node_modules/gatewright/docs/guides/protect/coming-from.md), then pass --claims-checked beside --yes.',
  );
}

/** Puts every part back where a check is wrong. @returns whether it did */
export async function undoIfWrong(checks: readonly Check[], undo: Undo, work: Work): Promise<boolean> {
  if (!checks.some(({ isGood }) => isGood === false)) return false;
  await undoPlan(undo, work);
  work.journal.close();
  return true;
}
