import { realpathSync } from 'node:fs';
import { logEndpoints } from '../../server/control-port/log-endpoints.ts';
import type { Parts } from './parts.ts';
import type { MoreEndpoints } from '../../server/control-port/local-endpoints.ts';
import type { FunctionListing } from '../../server/control-port/log-endpoints.ts';
import { LogHistory } from '../../server/control-port/log-history.ts';
import type { Clock } from '../../core/ports.ts';
import { announce, resolveGatewayName } from '../../kernel/files/running-gateways.ts';
import { describeReload } from '../gateway.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { StartCredentials } from '../../kernel/files/identity-file.ts';

/**
 * Opens the log of this run.
 * @returns the run's name, its log history, and options whose log functions also write into the history
 */
export async function openLoop(
  given: GatewayOptions,
  clock: Clock,
): Promise<Pick<Parts, 'options' | 'name' | 'history'>> {
  const { announced, directory } = given;
  const name = announced && (await resolveGatewayName(announced.folder, directory, announced.name));
  const history = new LogHistory(clock);
  return { options: remember(given, history), name, history };
}

/** Whatever the gateway prints while it runs must be in the history, because `gatewright logs` promises it. */
function remember(options: GatewayOptions, history: LogHistory): GatewayOptions {
  const kept = history.listenIn({ write: () => undefined });
  return {
    ...options,
    log: history.listenIn(options.log),
    onProgress: (message) => {
      kept.write(message);
      options.onProgress(message);
    },
    onWaiting: (message) => {
      kept.write(message);
      options.onWaiting?.(message);
    },
    onReload: (notice) => {
      kept.write(describeReload(notice));
      options.onReload(notice);
    },
    functionLog: (line) => {
      history.addFunctionLine(line);
      options.functionLog(line);
    },
  };
}

/** Announces the running gateway, so that commands in other folders can find it. */
export async function announceStart(
  { options: { announced, directory }, name, closing }: Parts,
  credentials: StartCredentials,
): Promise<void> {
  if (announced === undefined || name === undefined) return;
  const running = { ...credentials, name, directory: realpathSync(directory), pid: process.pid };
  const announcement = await announce(announced.folder, running);
  closing.add(() => announcement.remove());
}

export function openLoopApi({ history, clock, served }: Parts): MoreEndpoints {
  return logEndpoints(history, clock, () => served.stacks.flatMap(listFunctions));
}

function listFunctions({ functions }: Parts['served']['stacks'][number]): FunctionListing[] {
  return functions.map(({ name, logicalId, stackName, region }) => ({
    name,
    logicalId,
    region,
    stack: stackName,
  }));
}

/** Combines several handlers into one. The first handler that has an endpoint at the path handles the request. */
export function firstOf(...all: readonly MoreEndpoints[]): MoreEndpoints {
  return async (request, path) => {
    for (const endpoints of all) {
      const reply = await endpoints(request, path);
      if (reply !== undefined) return reply;
    }
    return undefined;
  };
}
