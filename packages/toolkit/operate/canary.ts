import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readDuration } from '@gatewright/aws/text/duration';
import { OPEN_OPTION, orExitCode, readPercent } from './attach.ts';
import { confirm, confirmOpenings } from './attach/confirm.ts';
import type { ControlPlane } from './attach/control-plane.ts';
import { findApi } from './attach/find-api.ts';
import { openPlane } from './attach/open-plane.ts';
import type { OpenPlane } from './attach/open-plane.ts';
import { describeMove, openedByMove } from './attach/openings.ts';
import { readLiveApi } from './attach/read-live-api.ts';
import type { LiveApi } from './attach/live-api.ts';
import { addAwsOptions } from '../terminal/aws-session.ts';
import { textAt } from '../terminal/aws-call.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { collectText } from '../terminal/options.ts';
import {
  colorize,
  printNotes,
  printLines,
  printResult,
  table,
  UsageError,
} from '../../base/terminal/output.ts';
import { canaryOf, endCanary, promoteCanary, stagePath, startCanary } from './release/stage-release.ts';
import type { Canary } from './release/stage-release.ts';
import { concludeWatch } from './release/conclude-watch.ts';
import { cloudWatchMeasurements, measureOnce, watchCanary } from './release/watch.ts';
import type { Measurements, WatchOptions } from './release/watch.ts';

type CanaryFlags = AwsFlags & {
  readonly api: string;
  readonly stage: string;
  readonly yes: boolean;
};
type MoveFlags = CanaryFlags & { readonly open: readonly string[] };
type StartFlags = MoveFlags & {
  readonly percent: number;
  readonly deployment?: string;
  readonly watchAlarm: readonly string[];
  readonly watchErrors?: number;
  readonly for: number;
  readonly every: number;
};

const ENDED = 4;

export function canaryCommand(): Command {
  const canary = new Command('canary')
    .description("Send part of a stage's requests to a new deployment of a REST API.")
    .addCommand(startCommand())
    .addCommand(
      ofStage('status', 'Show the deployments of the stage and its canary.').action((flags: CanaryFlags) =>
        orExitCode(() => showStatus(flags)),
      ),
    )
    .addCommand(
      ofStage('promote', "Make the canary's deployment the deployment of the stage, and end the canary.")
        .option(...OPEN_OPTION)
        .action((flags: MoveFlags) => orExitCode(() => promote(flags))),
    )
    .addCommand(
      ofStage('rollback', 'End the canary; the stage keeps its deployment.')
        .option(...OPEN_OPTION)
        .action((flags: MoveFlags) => orExitCode(() => rollBack(flags))),
    );
  return canary;
}

function ofStage(name: string, description: string): Command {
  return addAwsOptions(new Command(name).description(description))
    .requiredOption('--api <id>', 'id of the API, or its name if only one API of that name has the stage')
    .requiredOption('--stage <name>', 'stage of the API')
    .option('--yes', 'do not ask for confirmation', false);
}

function startCommand(): Command {
  return ofStage('start', 'Send part of the requests to another deployment.')
    .requiredOption(
      '--percent <number>',
      'share of the requests to send to the canary, in percent',
      readPercent,
    )
    .option(
      '--deployment <id>',
      'id of the deployment to use (default: create one from the current configuration)',
    )
    .option(
      '--watch-alarm <name>',
      'end the canary when this CloudWatch alarm fires (repeatable)',
      collectText,
      [],
    )
    .option(
      '--watch-errors <percent>',
      'end the canary if this percentage of the requests in a minute, or more, return 5xx',
      readPercent,
    )
    .option(...OPEN_OPTION)
    .addOption(
      new Option('--for <span>', 'with a --watch option: how long to watch the canary')
        .argParser(readSpanMs)
        .default(600_000, '10m'),
    )
    .addOption(
      new Option('--every <span>', 'with a --watch option: how often to check')
        .argParser(readSpanMs)
        .default(30_000, '30s'),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 wrong usage, or refused before the start; 3 refused by AWS; 4 the watch ended the canary.',
    )
    .action((flags: StartFlags) => orExitCode(() => start(flags)));
}

function readSpanMs(text: string): number {
  const span = readDuration(text);
  if (span !== undefined && span > 0) return span;
  throw new InvalidArgumentError('It must be a duration, such as 30s or 10m.');
}

type OpenStage = OpenPlane & {
  readonly live: LiveApi;
  readonly path: string;
  readonly canary: Canary | undefined;
};

async function openStage(flags: CanaryFlags): Promise<OpenStage> {
  const open = await openPlane(flags);
  const live = await readLiveApi(open.plane, await findApi(open.plane, flags.api, flags.stage), flags.stage);
  if (live.kind !== 'rest')
    throw new UsageError(
      'only REST APIs have canaries; to move an HTTP or WebSocket API to another deployment, use gatewright rollback',
    );
  return { ...open, live, path: stagePath(live.address, live.stage), canary: canaryOf(live.stageShown) };
}

async function start(flags: StartFlags): Promise<void> {
  const stage = await openStage(flags);
  const { live, plane, path, canary } = stage;
  if (canary !== undefined)
    throw new UsageError(
      'the stage already has a canary: run gatewright canary promote or gatewright canary rollback first',
    );
  const watching = watchOf(stage, flags);
  if (watching !== undefined) await refuseBlindWatch(watching);
  printLines([
    `stage ${live.stage} of ${live.name} (${live.apiId}) serves ${deploymentOf(live)}`,
    ...(flags.deployment === undefined
      ? [
          'the canary will serve a new deployment of the current configuration, with these changes:',
          ...(live.drift ?? ['(the changes could not be read)']).map((edit) => `  ${edit}`),
          ...(live.drift?.length === 0 ? ['  (no route differs)'] : []),
        ]
      : [`the canary will serve deployment ${flags.deployment}`]),
  ]);
  await confirm(`Send ${flags.percent} % of the requests to the canary?`, flags.yes);
  if (flags.deployment !== undefined) {
    const does = `${flags.percent} % of the requests to stage ${live.stage} will go to deployment ${flags.deployment}`;
    await confirmMove(does, live, plane, [deploymentOf(live), flags.deployment], flags.open);
  }
  const deploymentId = flags.deployment ?? (await deploy(stage));
  await plane.write(startCanary(path, deploymentId, flags.percent));
  printResult(
    { deploymentId, percent: flags.percent },
    () => `canary: ${flags.percent} % of the requests go to ${deploymentId}`,
  );
  if (watching !== undefined) await watch(stage, watching, flags.percent);
}

async function deploy({ plane, live }: OpenStage): Promise<string> {
  const made = await plane.write({
    service: 'apigateway',
    method: 'POST',
    path: `${live.address}/deployments`,
    body: { description: `gatewright canary ${new Date().toISOString()}` },
  });
  return String(made['id']);
}

type Watch = { readonly options: WatchOptions; readonly looks: Measurements };

/** Returns how to watch the canary; undefined if the user has not requested it. */
function watchOf({ aws, live }: OpenStage, flags: StartFlags): Watch | undefined {
  if (flags.watchAlarm.length === 0 && flags.watchErrors === undefined) return undefined;
  const clock = { nowEpochMs: () => Date.now(), wait: (ms: number) => sleep(ms) };
  return {
    looks: cloudWatchMeasurements(aws, { apiName: live.name, stage: live.stage }, clock),
    options: {
      alarms: flags.watchAlarm,
      errorPercent: flags.watchErrors,
      forMs: flags.for,
      everyMs: flags.every,
    },
  };
}

/**
 * Checks that a watch can work. Otherwise, callers would notice a failure before the watch does.
 * @throws UsageError if the watch cannot read its metrics, or would end the canary at once
 */
async function refuseBlindWatch({ options, looks }: Watch): Promise<void> {
  const verdict = await measureOnce(options, looks);
  if (verdict.kind === 'ill')
    throw new UsageError(`the watch would end the canary at once: ${verdict.why}; nothing was changed`);
  if (verdict.kind === 'blind')
    throw new UsageError(`the watch could not observe the canary: ${verdict.why}; nothing was changed`);
}

/**
 * Watches the canary, and ends it if necessary. It does not ask the user first, and also ends the canary if the
 * canary's state is unknown.
 */
async function watch({ plane, path }: OpenStage, { options, looks }: Watch, percent: number): Promise<void> {
  const verdict = await watchCanary(options, looks);
  if (verdict.kind === 'well') {
    const { watched } = verdict;
    const { verdict: shown, text } = concludeWatch(watched, options, percent);
    const requests = watched.kind === 'counted' ? watched.requests : undefined;
    printResult({ watchedMs: options.forMs, verdict: shown, requests }, () => text);
    return;
  }
  await plane.write(endCanary(path));
  printNotes(`${colorize('red', 'rolled back:')} ${verdict.why}`);
  printResult({ verdict: 'rolled back', why: verdict.why }, () => []);
  process.exitCode = ENDED;
}

async function showStatus(flags: CanaryFlags): Promise<void> {
  const { live, canary, plane } = await openStage(flags);
  const deployments = await plane.list(`${live.address}/deployments?limit=500`);
  const messages = (id: string): string =>
    textAt(
      deployments.find((one) => one['id'] === id),
      'description',
    ) ?? '';
  const stable = deploymentOf(live);
  const shown = { apiId: live.apiId, stage: live.stage, deploymentId: stable, canary: canary ?? null };
  printResult(shown, () => [
    ...table([
      ['stage', `${100 - (canary?.percent ?? 0)} %`, stable, messages(stable)],
      ...(canary === undefined
        ? []
        : [['canary', `${canary.percent} %`, canary.deploymentId, messages(canary.deploymentId)]]),
    ]),
    ...(canary === undefined ? ['no canary'] : []),
  ]);
}

async function promote(flags: MoveFlags): Promise<void> {
  const { live, plane, path, canary } = await openStage(flags);
  if (canary === undefined)
    throw new UsageError('the stage has no canary; gatewright canary start begins one');
  printLines([
    `stage ${live.stage}: ${deploymentOf(live)} → ${canary.deploymentId}${Object.keys(canary.overrides).length === 0 ? '' : ', with the stage variables of the canary'}`,
  ]);
  await confirm('Promote the canary?', flags.yes);
  const calls = promoteCanary(path, canary);
  await confirmMove(
    describeMove(live.stage, canary.deploymentId),
    live,
    plane,
    [deploymentOf(live), canary.deploymentId],
    flags.open,
  );
  for (const call of calls) await plane.write(call);
  printResult(
    { deploymentId: canary.deploymentId, before: deploymentOf(live) },
    () =>
      `the canary was promoted; to go back, run gatewright rollback --api ${live.apiId} --stage ${live.stage} --to ${deploymentOf(live)}`,
  );
}

async function rollBack(flags: MoveFlags): Promise<void> {
  const { live, plane, path, canary } = await openStage(flags);
  if (canary === undefined)
    throw new UsageError('the stage has no canary; gatewright canary start begins one');
  printLines([
    `the canary of deployment ${canary.deploymentId} will end, and all requests will go to ${deploymentOf(live)}`,
  ]);
  await confirm('End the canary?', flags.yes);
  await confirmMove(
    describeMove(live.stage, deploymentOf(live)),
    live,
    plane,
    [canary.deploymentId, deploymentOf(live)],
    flags.open,
  );
  await plane.write(endCanary(path));
  printResult({ deploymentId: deploymentOf(live), ended: canary.deploymentId }, () => 'rolled back');
}

function deploymentOf({ stageShown }: LiveApi): string {
  return String(stageShown['deploymentId']);
}

/**
 * Asks the user to confirm that the stage gets another deployment.
 * @throws UsageError if a route becomes open and the user has not named it
 */
async function confirmMove(
  does: string,
  live: LiveApi,
  plane: ControlPlane,
  [from, to]: readonly [from: string, to: string],
  named: readonly string[],
): Promise<void> {
  const names = await openedByMove(plane, live, from, to);
  await confirmOpenings(names.length === 0 ? [] : [{ does, names }], named);
}
