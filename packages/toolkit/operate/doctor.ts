/**
 * `gatewright doctor` finds what would make a deployment of a stage fail, and settings of an API that may surprise
 * its callers. It changes nothing.
 */
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { packageService } from '../../../layers/package-service.ts';
import { createAws } from '../terminal/aws-call.ts';
import type { Aws } from '../terminal/aws-call.ts';
import { addAwsOptions, findCredentials } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { examine } from './doctor/checks.ts';
import { examineDefined, examineDeployed } from './doctor/examine-api.ts';
import type { Finding } from './doctor/finding.ts';
import { exitCodeOf, printReport } from './doctor/print-findings.ts';
import type { Report } from './doctor/print-findings.ts';
import { readAccount } from './doctor/read-account.ts';
import { readCaller } from '../terminal/read-caller.ts';
import { readStack } from './doctor/read-stack.ts';
import type { StackView } from './doctor/views.ts';
import { collectText, readStageName } from '../terminal/options.ts';
import { printResult, UsageError } from '../../base/terminal/output.ts';
import { serviceFolder } from '../stack/commands/package.ts';

type DoctorFlags = AwsFlags & {
  readonly stage?: string;
  readonly api?: string;
  readonly param: readonly string[];
  readonly package?: string;
};

/**
 * The time in milliseconds after which the process ends when the command is done. A `credential_process` that does not
 * end must not keep it running.
 */
const END_WITHIN_MS = 1000;

export function doctorCommand(): Command {
  return addAwsOptions(
    new Command('doctor')
      .description(
        'Find what would make a deployment of your Gatewright stack fail, or find settings of an API that may surprise its callers. Changes nothing.',
      )
      .argument(
        '[source]',
        'with --stage: folder of your Gatewright stack (default: gatewright/ if it has a serverless.yml, otherwise the current folder); without --stage: a template or the folder of a service',
      )
      .option('--api <id>', 'id of a deployed API, or its name if only one API of that name has the stage')
      .option('--stage <name>', 'stage of the stack, or of the API', readStageOrDefault)
      .option(
        '--param <name=value>',
        'parameter of serverless.yml for this run (repeatable)',
        collectText,
        [],
      )
      .option(
        '--package <dir>',
        'folder with the output of `gatewright package` (default: package the stack now)',
      ),
  )
    .addHelpText(
      'after',
      '\ngatewright check, which does not need an account, lists the parts of the definition itself that AWS refuses; doctor adds what can be seen only in the account.' +
        '\nExit codes: 0 no obstacle (warnings do not count); 1 wrong usage; 2 an obstacle; 3 no obstacle was found, but not everything could be checked.',
    )
    .action(async (named: string | undefined, flags: DoctorFlags) => {
      const report = await choose(named, flags);
      printResult(report, () => printReport(report));
      process.exitCode = exitCodeOf(report);
      setTimeout(() => process.exit(), END_WITHIN_MS).unref();
    });
}

/** Examines a deployed API, the APIs of a source, or the stack. */
function choose(named: string | undefined, flags: DoctorFlags): Promise<Report> {
  const { api, stage } = flags;
  if (api !== undefined) {
    if (stage === undefined)
      throw new UsageError('--api also needs the stage of the API: pass --stage, such as --stage prod');
    return examineDeployed(api, stage, flags);
  }
  const isFile = named !== undefined && existsSync(named) && statSync(named).isFile();
  if (named !== undefined && (isFile || stage === undefined)) return examineDefined(named, stage ?? 'dev');
  if (stage === undefined)
    throw new UsageError(
      'nothing to check: pass --stage prod for the stack, --api ID --stage prod for an API, or a template',
    );
  return look(serviceFolder(named), { ...flags, stage });
}

/**
 * Reads the stage name of an API. `$default` is a valid name for the stage of an API, but not for the stage of a stack.
 */
function readStageOrDefault(text: string): string {
  return text === '$default' ? text : readStageName(text);
}

type StackFlags = DoctorFlags & { readonly stage: string };

async function look(folder: string, flags: StackFlags): Promise<Report> {
  const packaged = await readPackaged(folder, flags);
  if (packaged.kind === 'refused') {
    const { stage } = flags;
    return { stage, findings: [refusedPackaging(packaged.message, folder)], unread: [] };
  }
  const stack = { ...packaged.stack, region: flags.region ?? packaged.stack.region };
  return examineStack(stack, await openAws(stack.region, flags));
}

/** Returns all findings about a packaged stack and about the account to which the credentials belong. */
export async function examineStack(
  stack: StackView,
  aws: Aws | { readonly refused: string },
): Promise<Report> {
  const { stage, stackName, region } = stack;
  const report = { stage, stack: stackName, region };
  const caller = 'refused' in aws ? aws : await readCaller(aws);
  if ('refused' in caller || 'refused' in aws) {
    const why = 'refused' in caller ? caller.refused : '';
    return { ...report, findings: [noCredentials(why), ...examine(stack)], unread: [] };
  }
  const account = await readAccount(aws, caller, stack);
  const { accountId, unread } = account;
  return { ...report, account: accountId, findings: examine(stack, account), unread };
}

async function openAws(region: string, flags: AwsFlags): Promise<Aws | { readonly refused: string }> {
  try {
    return createAws(region, await findCredentials(flags, region), flags);
  } catch (error) {
    if (error instanceof UsageError) return { refused: error.message };
    throw error;
  }
}

type Packaged =
  | { readonly kind: 'packaged'; readonly stack: StackView }
  | { readonly kind: 'refused'; readonly message: string };

async function readPackaged(folder: string, flags: StackFlags): Promise<Packaged> {
  const { stage, param: parameters } = flags;
  if (flags.package !== undefined)
    return { kind: 'packaged', stack: await readStack(resolve(flags.package), folder, stage) };
  const outputDirectory = await mkdtemp(join(tmpdir(), 'gatewright-doctor-'));
  try {
    const made = await packageService({ serviceDirectory: folder, stage, outputDirectory, parameters });
    if (made.kind === 'failed') return { kind: 'refused', message: made.message };
    return { kind: 'packaged', stack: await readStack(outputDirectory, folder, stage) };
  } finally {
    await rm(outputDirectory, { recursive: true, force: true });
  }
}

function refusedPackaging(message: string, folder: string): Finding {
  return {
    id: 'packaging',
    level: 'obstacle',
    why: message,
    what: 'the stack cannot be packaged, so it cannot be deployed',
    where: join(folder, 'serverless.yml'),
    fix: 'fix the cause, then run gatewright package to check',
  };
}

function noCredentials(why: string): Finding {
  return {
    id: 'credentials',
    level: 'obstacle',
    why,
    what: 'there are no AWS credentials, or AWS rejects them, so the account was not checked',
    where: '--profile, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    fix: 'sign in (aws sso login --profile NAME), or pass --profile, until aws sts get-caller-identity succeeds with the same settings',
  };
}
