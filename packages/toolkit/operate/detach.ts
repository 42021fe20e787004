import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { addApiOptions, OPEN_OPTION, orExitCode, REFUSED, UNFINISHED } from './attach.ts';
import { describeDetached, describeGone } from './attach/conclude.ts';
import { confirm, confirmOpenings } from './attach/confirm.ts';
import { undoPlan } from './attach/apply-plan.ts';
import type { ControlPlane } from './attach/control-plane.ts';
import { findApi } from './attach/find-api.ts';
import { earlierJournal, openAttached } from './attach/journal.ts';
import { withLock } from './attach/lock.ts';
import { readAgain, restore } from './attach/make-plan.ts';
import { openPlane } from './attach/open-plane.ts';
import { openingsOfUndo } from './attach/openings.ts';
import { printUndo } from './attach/print-plan.ts';
import { hasTrace } from './attach/step.ts';
import { addAwsOptions } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { colorize, printNotes, printLines, printResult, UsageError } from '../../base/terminal/output.ts';

type DetachFlags = AwsFlags & {
  readonly api: string;
  readonly stage: string;
  readonly state: string;
  readonly yes: boolean;
  readonly force: boolean;
  readonly open: readonly string[];
};

export function detachCommand(): Command {
  return addAwsOptions(addApiOptions(new Command('detach')))
    .description('Undo the changes that attach made to an API, the last change first.')
    .option(...OPEN_OPTION)
    .option('--force', 'undo the attachment except for parts that were changed after it', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 wrong usage; 2 nothing was undone, because a part was changed after the attachment; 3 not finished: run gatewright detach again (with --force, changed parts stay).',
    )
    .action((flags: DetachFlags) => orExitCode((start) => detach(flags, start), REFUSED));
}

async function detach(flags: DetachFlags, start: () => void): Promise<void> {
  const { plane, region } = await openPlane(flags);
  const api = await findApi(plane, flags.api, flags.stage);
  await withLock(resolve(flags.state), { api, stage: flags.stage }, () =>
    takeBack(plane, { ...flags, api, region }, start),
  );
}

async function takeBack(plane: ControlPlane, flags: DetachFlags, start: () => void): Promise<void> {
  const { api } = flags;
  const journal = openAttached(resolve(flags.state), api, flags.stage);
  const undo = journal.undo();
  if (undo === undefined)
    throw new UsageError(
      `there is nothing to undo: ${dirname(journal.folder)} contains no attachment of this API; if attach used another folder, pass it with --state`,
    );
  if (undo.region !== flags.region)
    throw new UsageError(`the attachment is in region ${undo.region}: pass --region ${undo.region}`);
  const { attachment, now, live } = await restore(plane, undo);
  if (!hasTrace(attachment.steps, now)) {
    start();
    journal.close();
    const isEarlier = earlierJournal(journal) !== undefined;
    printResult({ detached: true, kept: [], more: isEarlier }, () => describeGone(isEarlier));
    return;
  }
  printLines(printUndo(attachment, now));
  await confirm(`Undo these steps at API ${undo.apiId}?`, flags.yes);
  await confirmOpenings(await openingsOfUndo(plane, live, attachment, now), flags.open);
  start();
  const { kept } = await undoPlan(
    attachment,
    {
      plane,
      journal,
      now: () => new Date(),
      look: () => readAgain(plane, undo),
      report: ({ name }, what, place, of) => {
        if (what === 'undone') printNotes(`${place}/${of} ${name}`);
      },
    },
    flags.force,
  );
  journal.close();
  for (const part of kept) printNotes(`${colorize('yellow', 'kept:', process.stderr)} ${part}`);
  const isEarlier = earlierJournal(journal) !== undefined;
  printResult({ detached: kept.length === 0, kept, more: isEarlier }, () =>
    describeDetached(kept, isEarlier),
  );
  if (kept.length > 0) process.exitCode = UNFINISHED;
}
