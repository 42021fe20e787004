import { Command } from 'commander';
import { OPEN_OPTION, orExitCode } from './attach.ts';
import { confirm, confirmOpenings } from './attach/confirm.ts';
import { findApi } from './attach/find-api.ts';
import { openPlane } from './attach/open-plane.ts';
import { describeMove, openedByMove } from './attach/openings.ts';
import { addAwsOptions } from '../terminal/aws-session.ts';
import { textAt } from '../terminal/aws-call.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { printLines, printResult, table, UsageError } from '../../base/terminal/output.ts';
import { moveStage, stagePath } from './release/stage-release.ts';

type RollbackFlags = AwsFlags & {
  readonly api: string;
  readonly stage: string;
  readonly to?: string;
  readonly stopAutoDeploy: boolean;
  readonly yes: boolean;
  readonly open: readonly string[];
};

export function rollbackCommand(): Command {
  return addAwsOptions(
    new Command('rollback').description(
      'Point a stage at an earlier deployment; without --to, list the deployments.',
    ),
  )
    .requiredOption('--api <id>', 'id of the API, or its name if only one API of that name has the stage')
    .requiredOption('--stage <name>', 'stage of the API')
    .option('--to <deployment>', 'id of the deployment that the stage is to serve')
    .option(
      '--stop-auto-deploy',
      'for HTTP and WebSocket APIs: also turn off the automatic deployment of the stage',
      false,
    )
    .option(...OPEN_OPTION)
    .option('--yes', 'do not ask for confirmation', false)
    .action((flags: RollbackFlags) => orExitCode(() => rollBack(flags)));
}

async function rollBack(flags: RollbackFlags): Promise<void> {
  const { plane } = await openPlane(flags);
  const id = await findApi(plane, flags.api, flags.stage);
  const api = await plane.read('apigateway', `/restapis/${id}`);
  const isRest = api !== undefined;
  const address = isRest ? `/restapis/${id}` : `/v2/apis/${id}`;
  const path = stagePath(address, flags.stage);
  const stage = await plane.read('apigateway', path);
  if (stage === undefined) throw new UsageError(`the API has no stage ${flags.stage}`);
  const listed = await plane.list(`${address}/deployments?${isRest ? 'limit' : 'maxResults'}=500`);
  const rows = listed.map((one) => ({
    id: String(one['id'] ?? one['deploymentId']),
    madeAt: madeAt(one['createdDate']),
    description: typeof one['description'] === 'string' ? one['description'] : '',
  }));
  const now = textAt(stage, 'deploymentId') ?? 'none';
  if (flags.to === undefined) {
    const shown = rows
      .toSorted((a, b) => (a.madeAt < b.madeAt ? 1 : -1))
      .map((one) => ({ ...one, isServed: one.id === now }));
    printResult(shown, () =>
      table(shown.map((one) => [one.isServed ? '→' : ' ', one.id, one.madeAt, one.description])),
    );
    return;
  }
  if (!rows.some((one) => one.id === flags.to))
    throw new UsageError(
      `the API has no deployment ${flags.to}; without --to, the command lists the deployments`,
    );
  if (flags.to === now) throw new UsageError(`stage ${flags.stage} already serves ${now}`);
  const call = moveStage(path, stage, flags.to, flags.stopAutoDeploy);
  printLines(`stage ${flags.stage}: ${now} → ${flags.to}; the configuration of the API is not changed`);
  await confirm('Move the stage?', flags.yes);
  // The deployment itself need not be confirmed, because the user has named it with --to. Its routes are checked only
  // for REST APIs, because AWS does not show them for other APIs.
  const names = isRest ? await openedByMove(plane, { kind: 'rest', address, api }, now, flags.to) : [];
  await confirmOpenings(
    names.length === 0 ? [] : [{ does: describeMove(flags.stage, flags.to), names }],
    flags.open,
  );
  await plane.write(call);
  printResult(
    { stage: flags.stage, deploymentId: flags.to, before: now },
    () =>
      `stage ${flags.stage} now serves ${flags.to}; to go back, run gatewright rollback --api ${id} --stage ${flags.stage} --to ${now}`,
  );
}

/** Prints a creation time. The REST API returns it in seconds, and the v2 API in ISO 8601. */
function madeAt(value: unknown): string {
  if (typeof value === 'number') return new Date(value * 1000).toISOString();
  return typeof value === 'string' ? value : '';
}
