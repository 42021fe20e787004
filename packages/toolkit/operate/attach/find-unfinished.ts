import { printNotes } from '../../../base/terminal/output.ts';
import { remaining } from './apply-plan.ts';
import type { ControlPlane } from './control-plane.ts';
import { nextJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { restore } from './make-plan.ts';
import { isLost } from './resume.ts';

/**
 * Returns the steps of an earlier run that are not done. The API itself shows which steps these are. If nothing of the
 * earlier attachment is left in the API, a new plan gets a new journal.
 */
export async function findUnfinished(plane: ControlPlane, journal: Journal, step: string | undefined) {
  const undo = journal.undo();
  if (undo === undefined) return { journal, isThere: false, left: [] };
  const { attachment, now } = await restore(plane, undo);
  if (step === 'apply' || !isLost(journal, { attachment, now }))
    return { journal, isThere: true, left: remaining(attachment, now) };
  printNotes(
    `the API no longer has any part of the attachment that ${journal.folder} records, for example because the API was created again; gatewright attach makes a new plan`,
  );
  if (step !== 'snippets') journal.close();
  return { journal: nextJournal(journal), isThere: false, left: [] };
}
