/** `gatewright attach` adds an authorizer to an existing API. Its steps can be resumed and undone. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { defaultAccessFolder } from '@gatewright/authoring/files/stack-files';
import { showControls } from '@gatewright/aws/text/visible-text';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { readCompiled } from '../stack/access/commands/access-check.ts';
import { confirm } from './attach/confirm.ts';
import { BreakingError, findBreaking, PERMISSION_ADVICE } from './attach/invoke-authorizer.ts';
import { nameOfFunction } from './attach/authorizer-function.ts';
import { applyPlan, ForeignEditError, UnfinishedError } from './attach/apply-plan.ts';
import type { Work } from './attach/apply-plan.ts';
import { assertClaimsChecked, ClaimsUncheckedError, UNDONE, undoIfWrong } from './attach/conclude.ts';
import { PlaneError } from './attach/control-plane.ts';
import { findApi } from './attach/find-api.ts';
import { findUnfinished } from './attach/find-unfinished.ts';
import { nextJournal, openAttached, openJournal } from './attach/journal.ts';
import type { Journal, Plan } from './attach/journal.ts';
import { withLock } from './attach/lock.ts';
import { asksForKey, verifyAdmission } from './attach/admission-key.ts';
import { findDocument, readAgain, makePlan, restore } from './attach/make-plan.ts';
import type { AttachOptions, Reading } from './attach/make-plan.ts';
import { openPlane } from './attach/open-plane.ts';
import type { OpenPlane } from './attach/open-plane.ts';
import { planAsJson, printPlan, printSteps } from './attach/print-plan.ts';
import { QUOTA_PLACEMENTS } from './attach/quota-placement.ts';
import { AttachmentFileError } from './attach/restore-steps.ts';
import { assertBegun, assertPlanned } from './attach/resume.ts';
import type { Begun } from './attach/resume.ts';
import type { QuotaPlacement } from './attach/quota-placement.ts';
import { snippetsFor } from './attach/snippets.ts';
import { verify } from './attach/verify.ts';
import type { Check } from './attach/verify.ts';
import { checkVerifyOptions, readVerifyOptions } from './attach/verify-options.ts';
import type { VerifyOptions } from './attach/verify-options.ts';
import { writeRoutes } from './attach/write-routes.ts';
import { addAwsOptions } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { collectText, readHeaderName } from '../terminal/options.ts';
import {
  colorize,
  printError,
  printNotes,
  printLines,
  printResult,
  table,
  UsageError,
} from '../../base/terminal/output.ts';

type AttachFlags = AwsFlags & {
  readonly api: string;
  readonly stage: string;
  readonly authorizer: 'token' | 'request';
  readonly routes: readonly string[];
  readonly replace: boolean;
  readonly claimsChecked: boolean;
  readonly name: string;
  readonly function?: string;
  readonly stack?: string;
  readonly folder: string;
  readonly document: boolean;
  readonly ttl?: number;
  readonly identitySource?: readonly string[];
  readonly quota?: QuotaPlacement;
  readonly canary?: number;
  readonly includeEdits: boolean;
  readonly writeRoutes: boolean;
  readonly state: string;
  readonly yes: boolean;
  readonly tokenFile?: string;
  readonly url?: string;
  readonly path?: string;
  readonly invoke?: string;
};

const STEPS = ['plan', 'apply', 'verify', 'snippets'] as const;
export const REFUSED = 2;
/** The exit code if an attachment was begun but is not finished, or is not effective. */
export const UNFINISHED = 3;

export function attachCommand(): Command {
  return addAwsOptions(addApiOptions(new Command('attach')))
    .description('Attach an authorizer to routes of a deployed API: plan, confirm, apply, verify.')
    .addArgument(
      new Argument('[step]', 'run only this step (default: plan, apply and verify)').choices(STEPS),
    )
    .addOption(
      new Option('--authorizer <type>', 'which authorizer function to attach')
        .choices(['token', 'request'])
        .default('request'),
    )
    .option(
      '--routes <pattern>',
      'routes to guard, such as "GET /orders/*" (repeatable; default: every route without an authorizer)',
      collectText,
      [],
    )
    .option('--replace', 'also guard routes that have another authorizer, and replace that authorizer', false)
    .option(
      '--claims-checked',
      'with --replace and --yes: confirms that no handler reads claims of a Cognito or JWT authorizer',
      false,
    )
    .option('--name <name>', 'name of the authorizer to create in the API', 'gatewright')
    .option('--stack <name>', 'CloudFormation stack with the authorizers (default: gatewright-STAGE)')
    .option('--function <name>', "name or ARN of the function to attach, instead of the stack's")
    .option('--folder <dir>', 'folder of the access documents', defaultAccessFolder(process.cwd()))
    .option('--no-document', 'use a function that does not need an access document')
    .option(
      '--ttl <seconds>',
      'how long decisions are cached, in seconds (default: from the document)',
      readTtl,
    )
    .option(
      '--identity-source <header>',
      'header with the credential (repeatable)',
      (text: string, all: readonly string[] | undefined) => [...(all ?? []), readHeaderName(text)],
    )
    .addOption(new Option('--quota <place>', 'where to enforce quotas').choices([...QUOTA_PLACEMENTS]))
    .option('--canary <percent>', 'REST APIs only: percentage of requests to guard first', readPercent)
    .option('--include-edits', 'also deploy other edits of the API that were never deployed', false)
    .option(
      '--write-routes',
      'write the routes, as they will be after the attachment, to the routes file of the access document',
      false,
    )
    .option('--token-file <file>', 'file with the token or API key of an allowed caller, for verify')
    .option('--url <url>', 'address of the stage, for verify')
    .option('--path <path>', 'path that verify calls below --url')
    .option('--invoke <route>', 'REST APIs only: route that the verify step invokes, such as "GET /orders"')
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 wrong usage; 2 refused, and nothing was changed; 3 not finished, or the verification failed (gatewright attach without a step then undoes every change).',
    )
    .action(async (step: (typeof STEPS)[number] | undefined, flags: AttachFlags) => {
      await orExitCode((start) => attach(step, flags, start), REFUSED);
    });
}

export function addApiOptions(command: Command): Command {
  return command
    .requiredOption('--api <id>', 'id of the API, or its name if only one API of that name has the stage')
    .requiredOption('--stage <name>', 'stage of the API')
    .option('--state <dir>', 'folder for plan, undo file and journal', '.gatewright/attach')
    .option('--yes', 'do not ask for confirmation', false);
}

/**
 * The `--open` option of commands that undo an attachment. It confirms steps that make a route open, which `--yes` does
 * not confirm.
 */
export const OPEN_OPTION = [
  '--open <route>',
  'confirm that this route becomes open to every caller (repeatable)',
  collectText,
  [] as string[],
] as const;

const REFUSALS = [
  ForeignEditError,
  BreakingError,
  ClaimsUncheckedError,
  UnfinishedError,
  AttachmentFileError,
];

/**
 * Runs the work of a command. Sets exit code 2 if the work is refused before any change, and 3 if it stops after a
 * change.
 * @param work calls its argument when it begins to change something
 * @param refused the exit code if AWS refuses before any change
 */
export async function orExitCode(
  work: (start: () => void) => Promise<void>,
  refused = UNFINISHED,
): Promise<void> {
  const progress = { hasStarted: false };
  try {
    await work(() => {
      progress.hasStarted = true;
    });
  } catch (error) {
    const isPlane = error instanceof PlaneError;
    if (!(error instanceof UsageError) || (!isPlane && !REFUSALS.some((kind) => error instanceof kind)))
      throw error;
    printError(error);
    const isInTheMiddle =
      error instanceof ForeignEditError
        ? error.hasStarted
        : progress.hasStarted || error instanceof UnfinishedError;
    process.exitCode = isInTheMiddle ? UNFINISHED : isPlane ? refused : REFUSED;
  }
}

async function attach(
  step: (typeof STEPS)[number] | undefined,
  said: AttachFlags,
  start: () => void,
): Promise<void> {
  const options = readVerifyOptions(said);
  const open = { ...(await openPlane(said)), start, options };
  const flags = { ...said, api: await findApi(open.plane, said.api, said.stage) };
  await withLock(resolve(flags.state), flags, () => attachLocked(step, flags, open));
}

async function attachLocked(
  step: (typeof STEPS)[number] | undefined,
  flags: AttachFlags,
  open: Opened,
): Promise<void> {
  const latest = openJournal(resolve(flags.state), flags.api, flags.stage);
  if (step === 'verify') {
    const attached = openAttached(resolve(flags.state), flags.api, flags.stage);
    report(await verifyNow(open, attached, flags));
    return;
  }
  const { journal, ...started } = await findUnfinished(open.plane, latest, step);
  if (started.left.length > 0 && (step === 'apply' || step === undefined)) {
    const saved = journal.plan();
    if (saved === undefined)
      throw new UsageError(
        `${journal.folder} no longer contains its plan; undo the steps done so far with gatewright detach`,
      );
    assertBegun(journal);
    const begun = await restore(open.plane, saved);
    const { steps } = begun.attachment;
    printLines([
      colorize('bold', `resuming: ${started.left.length} of ${steps.length} steps are left`),
      ...printSteps(started.left),
    ]);
    return finishSaved(open, journal, begun, flags, step);
  }
  if (started.left.length > 0)
    throw new UsageError(
      'an attachment is in progress: to resume it, run gatewright attach apply; to undo it, run gatewright detach',
    );
  if (step === 'apply') return applySaved(open, journal, started.isThere, flags);
  const target = started.isThere ? nextJournal(journal) : journal;
  const reading = await addBreaking(await planAndWrite(open, flags), open, step);
  if (step === 'snippets' && reading.plan.steps.length > 0) {
    printSnippets(reading.plan);
    return;
  }
  const isRefused = reading.findings.some(({ level }) => level === 'obstacle');
  // A missing option is reported before the plan is made, and before anything is saved.
  if (step === undefined && !isRefused && reading.plan.steps.length > 0)
    checkVerifyOptions(reading.plan, open.options);
  printResult(planAsJson(reading), () => printPlan(reading, open.options, readdirSync(process.cwd())));
  if (isRefused) {
    process.exitCode = REFUSED;
    return;
  }
  if (reading.plan.steps.length === 0) return;
  target.savePlan(reading.plan);
  if (step === undefined) await finish(open, target, reading.plan, flags, step);
}

/**
 * Adds a finding if the authorizer would refuse every caller. In the plan step it is only a warning, because plans are
 * often made before the authorizers with the document are deployed.
 */
async function addBreaking(
  reading: Reading,
  { plane }: OpenPlane,
  step: string | undefined,
): Promise<Reading> {
  const { findings } = reading;
  if (step === 'snippets' || findings.some(({ level }) => level === 'obstacle')) return reading;
  const what = await findBreaking(reading.plan, plane);
  if (what === undefined) return reading;
  const level = step === 'plan' ? ('warning' as const) : ('obstacle' as const);
  return { ...reading, findings: [...findings, { id: 'breaks-off', level, what, fix: PERMISSION_ADVICE }] };
}

/**
 * Makes the plan. If the routes are written to the document, the plan is made again, so that it is based on the new
 * document.
 */
async function planAndWrite(open: OpenPlane, flags: AttachFlags): Promise<Reading> {
  const reading = await plan(open, flags);
  if (!flags.writeRoutes || reading.plan.steps.length === 0) return reading;
  printNotes(writeRoutesOf(reading, flags));
  return plan(open, flags);
}

type Opened = OpenPlane & { readonly start: () => void; readonly options: VerifyOptions };

async function applySaved(
  open: Opened,
  journal: Journal,
  isThere: boolean,
  flags: AttachFlags,
): Promise<void> {
  if (isThere) {
    printResult({ attached: true }, () => 'all steps of the plan are already done');
    return;
  }
  const saved = journal.plan();
  if (saved === undefined)
    throw new UsageError('no plan is saved: run gatewright attach plan, which creates one');
  const begun = await restore(open.plane, saved);
  printLines(printSteps(begun.attachment.steps));
  return finishSaved(open, journal, begun, flags, 'apply');
}

/**
 * Finishes an attachment from a file. This is allowed only if the user has read and confirmed the content of the file,
 * or if the options of this call produce the same content.
 */
async function finishSaved(
  open: Opened,
  journal: Journal,
  begun: Begun,
  flags: AttachFlags,
  step: 'apply' | undefined,
): Promise<void> {
  const { attachment } = begun;
  if (step === undefined || flags.yes) {
    const planned = await plan(open, flags, begun);
    assertPlanned(attachment, planned.plan, journal.undo() !== undefined);
  }
  return finish(open, journal, attachment, flags, step);
}

async function finish(
  open: Opened,
  journal: Journal,
  saved: Plan,
  flags: AttachFlags,
  step: string | undefined,
): Promise<void> {
  const breaking = journal.undo() === undefined ? await findBreaking(saved, open.plane) : undefined;
  if (breaking !== undefined)
    throw new BreakingError(`${breaking}; nothing was changed\n${PERMISSION_ADVICE}`);
  // Without `--yes`, the user sees the warning in the plan and confirms it on the terminal.
  const isChecked = flags.claimsChecked || !flags.yes;
  assertClaimsChecked(saved, { isChecked, folder: process.cwd() });
  if (step === undefined) checkVerifyOptions(saved, open.options);
  const { functionArn } = saved;
  printLines(
    showControls(
      `The API gets the authorizer function ${functionArn}. Check that ${functionArn.split(':')[4] ?? ''} is the account of your authorizer.`,
    ),
  );
  await confirm(
    `Apply ${saved.steps.length} ${saved.steps.length === 1 ? 'step' : 'steps'} to API ${saved.apiId}?`,
    flags.yes,
  );
  open.start();
  const work: Work = {
    plane: open.plane,
    journal,
    now: () => new Date(),
    look: () => readAgain(open.plane, saved),
    report: ({ name }, what, place, of) => {
      if (what === 'done' || what === 'there' || what === 'undone')
        printNotes(`${place}/${of} ${name}${what === 'there' ? ' (already done)' : ''}`);
    },
  };
  await applyPlan(saved, work);
  printResult(
    { attached: true, undoFolder: journal.folder },
    () => `attached; the undo file is in ${journal.folder}`,
  );
  if (step !== undefined) return;
  const checks = await verifyNow(open, journal, flags).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UnfinishedError(
      `attached, but not verified: ${error.message}; run gatewright attach verify to verify it again`,
    );
  });
  report(checks);
  if (await undoIfWrong(checks, saved, work)) printError(new UsageError(UNDONE));
}

async function plan({ plane, region }: OpenPlane, flags: AttachFlags, begun?: Begun): Promise<Reading> {
  const { authorizer: type, ttl, identitySource, canary } = flags;
  const options: AttachOptions = {
    apiId: flags.api,
    stage: flags.stage,
    type,
    name: flags.name,
    patterns: flags.routes,
    functionName: nameOfFunction(flags),
    isReplacing: flags.replace,
    isIncludingEdits: flags.includeEdits,
    quota: flags.quota,
    isWithoutDocument: !flags.document,
    ttlSeconds: ttl,
    headers: identitySource,
    canaryPercent: canary,
  };
  return makePlan(plane, options, flags.document ? documentsOf(flags.folder) : [], region, begun);
}

function documentsOf(folder: string): readonly CompiledDocument[] {
  return existsSync(folder) ? readCompiled(resolve(folder)).documents : [];
}

function writeRoutesOf({ live, plan: { steps } }: Reading, { folder }: AttachFlags): string {
  const keys = steps.flatMap(({ part }) => (part.startsWith('route ') ? [part.slice('route '.length)] : []));
  return writeRoutes(resolve(folder), live, new Set(keys));
}

function printSnippets(saved: Plan): void {
  const snippets = snippetsFor(saved);
  printResult(snippets, () => snippets.flatMap(({ tool, text }) => [colorize('bold', tool), text, '']));
}

async function verifyNow(
  { plane, options }: Opened,
  journal: Journal,
  { folder }: AttachFlags,
): Promise<readonly Check[]> {
  const undo = journal.undo();
  if (undo === undefined)
    throw new UsageError('nothing is attached: there is no undo file for this API and stage');
  const { attachment, now, live } = await restore(plane, undo);
  const admission = asksForKey(attachment)
    ? [await verifyAdmission(plane, live, findDocument(documentsOf(folder), attachment))]
    : [];
  return [...(await verify(attachment, plane, now, options)), ...admission];
}

function report(checks: readonly Check[]): void {
  const words = (isGood: boolean | undefined): string =>
    isGood === undefined ? 'unchecked' : isGood ? 'passed' : 'FAILED';
  printResult(checks, () => table(checks.map(({ what, isGood, saw }) => [words(isGood), what, saw])));
  if (checks.some(({ isGood }) => isGood === false)) process.exitCode = UNFINISHED;
}

const TTL_LIMIT_SECONDS = 3600;

function readTtl(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,4}$/.test(text) && seconds <= TTL_LIMIT_SECONDS) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds from 0 to 3600.');
}

export function readPercent(text: string): number {
  const percent = Number(text);
  if (/^\d{1,3}(\.\d{1,2})?$/.test(text) && percent <= 100) return percent;
  throw new InvalidArgumentError('It must be a percentage from 0 to 100.');
}
