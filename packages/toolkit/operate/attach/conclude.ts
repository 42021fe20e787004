/**
 * Protects callers while the authorizer of routes is replaced. It checks conditions before the first change, and undoes
 * the change if the verification fails.
 */
import { relative } from 'node:path';
import { describeClaimRead, findClaimReads } from '@gatewright/authoring/check/claim-reads';
import { readProjectSources } from '../../../gateway/lambda/code/package-sources.ts';
import { readClaimsChecked } from '../../terminal/settings-file.ts';
import { list } from './plan-finding.ts';
import { undoPlan } from './apply-plan.ts';
import type { Work } from './apply-plan.ts';
import type { Plan, Undo } from './journal.ts';
import type { Check } from './verify.ts';
import { count, UsageError } from '../../../base/terminal/output.ts';

/** Thrown if handlers may read claims that only the replaced authorizer provides. Nothing has been changed. */
export class ClaimsUncheckedError extends UsageError {}

/**
 * The authorizers that set `authorizer.claims` or `authorizer.jwt.claims`, which the toolkit's authorizers do not set.
 */
const GIVES_CLAIMS: ReadonlySet<unknown> = new Set(['COGNITO_USER_POOLS', 'JWT']);

const SHOWN = 3;

/**
 * Checks that no handler reads claims that only the replaced authorizer provides. Such a handler would not find a
 * caller, but would still respond with 200, which the verification cannot notice. The sources below the folder are
 * therefore searched even if the user has confirmed that they are checked.
 * @throws ClaimsUncheckedError if a handler reads such claims, or if this is unknown and the user has not confirmed it
 */
export function assertClaimsChecked(
  { steps }: Pick<Plan, 'steps'>,
  { isChecked, folder }: { readonly isChecked: boolean; readonly folder: string },
): void {
  const routes = steps.filter(({ before }) => GIVES_CLAIMS.has(before?.['authorizationType']));
  if (routes.length === 0) return;
  const names = list(routes.map(({ name }) => name));
  const isPassed = readClaimsChecked([folder]);
  const reads = readProjectSources(folder).flatMap(({ file, text }) =>
    isPassed(file)
      ? []
      : findClaimReads(text, file).map(
          ({ line, what }) => `${relative(folder, file)}:${line}: ${describeClaimRead(what, names, file)}`,
        ),
  );
  if (reads.length > 0)
    throw new ClaimsUncheckedError(
      [
        `${names} would lose an authorizer that gives handlers claims, and ${count(reads.length, 'line')} of code in this folder ${reads.length === 1 ? 'reads' : 'read'} these claims; nothing was changed`,
        ...reads.slice(0, SHOWN),
      ].join('\n'),
    );
  if (isChecked) return;
  throw new ClaimsUncheckedError(
    `${names} would lose an authorizer that gives handlers claims; nothing was changed. Change the handlers to call ` +
      'claimsOf(event) (in Python, claims_of(event); see node_modules/gatewright/docs/guides/protect/coming-from.md). Then pass --claims-checked together with --yes.',
  );
}

const EARLIER = '; there is an earlier attachment: run the command again to undo it';

/** Says how the files of the documents learn of an undo, because `access matrix` reads only these files. */
const READ_AGAIN =
  'gatewright access matrix shows the routes as they were last read: run gatewright access sync';

/** The error of an attachment whose verification failed. */
export const UNDONE = `the verification failed, so every change was undone; the checks above that FAILED show why. ${READ_AGAIN}`;

/** Describes the result of a detachment if the API shows nothing of the attachment. */
export function describeGone(hasEarlier: boolean): string {
  return `detached: nothing of the attachment is left in the API, so nothing was changed${hasEarlier ? EARLIER : ''}`;
}

/**
 * Describes the result of a detachment. It names the parts that a forced undo has left in place, because no file
 * records them any longer.
 */
export function describeDetached(kept: readonly string[], hasEarlier: boolean): string {
  const more = hasEarlier ? EARLIER : '';
  if (kept.length === 0) return `detached${more}; ${READ_AGAIN}`;
  return `not detached: ${count(kept.length, 'part')} above ${kept.length === 1 ? 'stays' : 'stay'} unchanged; remove the remaining parts manually in API Gateway${more}`;
}

/**
 * Restores every part if a check fails.
 * @returns whether the parts were restored
 */
export async function undoIfWrong(checks: readonly Check[], undo: Undo, work: Work): Promise<boolean> {
  if (!checks.some(({ isGood }) => isGood === false)) return false;
  await undoPlan(undo, work);
  work.journal.close();
  return true;
}
