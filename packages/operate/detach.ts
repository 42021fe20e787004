import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { addApiOptions, orExitCode, REFUSED } from './attach.ts';
import { askPerson } from './attach/ask-person.ts';
import { undoPlan } from './attach/carry-out.ts';
import type { ControlPlane } from './attach/control-plane.ts';
import { findApi } from './attach/find-api.ts';
import { earlierJournal, openAttached } from './attach/journal.ts';
import { whileLocked } from './attach/lock.ts';
import { lookAgain } from './attach/make-plan.ts';
import { openPlane } from './attach/open-plane.ts';
import { printUndo } from './attach/print-plan.ts';
import { addAwsOptions } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { paint, remark, say, UsageError } from '../terminal/output.ts';

type DetachFlags = AwsFlags & {
  readonly api: string;
  readonly stage: string;
  readonly state: string;
  readonly yes: boolean;
  readonly force: boolean;
};

export function detachCommand(): Command {
  return addAwsOptions(addApiOptions(new Command('detach')))
    .description('Undo what attach did to an API, latest first.')
    .option('--force', 'skip parts that have been changed since', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 invalid call, 2 a part was changed since and nothing was undone, 3 not finished: run it again.',
    )
    .action((flags: DetachFlags) => orExitCode((begin) => detach(flags, begin), REFUSED));
}

async function detach(flags: DetachFlags, begin: () => void): Promise<void> {
  const { plane, region } = await openPlane(flags);
  const api = await findApi(plane, flags.api, flags.stage);
  await whileLocked(resolve(flags.state), { api, stage: flags.stage }, () =>
    takeBack(plane, { ...flags, api, region }, begin),
  );
}

async function takeBack(plane: ControlPlane, flags: DetachFlags, begin: () => void): Promise<void> {
  const { api } = flags;
  const journal = openAttached(resolve(flags.state), api, flags.stage);
  const undo = journal.undo();
  if (undo === undefined)
    throw new UsageError(
      `nothing to undo: ${dirname(journal.folder)} has no attachment (--state names another folder)`,
    );
  if (undo.region !== flags.region)
    throw new UsageError(`the undo file is of ${undo.region}: pass --region ${undo.region}`);
  const now = await lookAgain(plane, undo);
  say(printUndo(undo, now));
  await askPerson(`Undo them at API ${undo.apiId}?`, flags.yes);
  begin();
  const { kept } = await undoPlan(
    undo,
    {
      plane,
      journal,
      now: () => new Date(),
      look: () => lookAgain(plane, undo),
      tell: ({ name }, what, place, of) => {
        if (what === 'undone') remark(`${place}/${of} ${name}`);
      },
    },
    flags.force,
  );
  journal.close();
  for (const part of kept) remark(`${paint('yellow', 'kept:', process.stderr)} ${part}`);
  const more =
    earlierJournal(journal) === undefined
      ? ''
      : '; there is an earlier attachment: run the command again to undo it';
  say(`detached${more}`);
}
