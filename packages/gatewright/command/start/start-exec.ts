/** `start --exec` runs the gateway as long as one command runs, and returns the exit code of this command. */
import { settleWhenIdle } from './release-memory.ts';
import { count, printNotes } from '../../../base/terminal/output.ts';
import { asTyped } from '../../../base/terminal/typed-commands.ts';
import { spawnCommand } from './spawn-command.ts';
import type { Command } from 'commander';
import type { GatewayOptions, Listening } from '../../../gateway/engine/index.ts';

/** The variable by which the command's processes are found, because all of them inherit it. */
const MARK = 'GATEWRIGHT_CONTROL_SECRET';
const PASSED = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs one command next to the gateway, and passes signals on to it. A second signal ends the command immediately.
 * @param isOver a promise that resolves when it is no longer necessary to wait for the command
 * @returns the exit code
 */
export async function runWithGateway(
  command: string,
  variables: Readonly<Record<string, string>>,
  isOver: Promise<unknown>,
): Promise<number> {
  const spawned = spawnCommand(command, variables, MARK);
  const { promise: isEnough, resolve: giveUp } = Promise.withResolvers<undefined>();
  let reported = 0;
  const listeners = PASSED.map((signal) => {
    const listener = (): void => {
      reported += 1;
      if (reported === 1) spawned.pass(signal);
      else giveUp(undefined);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  try {
    const code = await Promise.race([spawned.ended, isEnough, isOver.then(() => undefined)]);
    await spawned.stop();
    return code ?? (await spawned.ended);
  } finally {
    for (const forget of listeners) forget();
  }
}

type ExecFlags = {
  readonly exec?: string;
  readonly port: number;
  readonly controlPort: number;
  readonly dynamodb: string;
  readonly data?: string;
  readonly reload: boolean;
};

/**
 * Returns the options that depend on `--exec`. If it is set, every port that is not named is a free port, the gateway
 * does not reload sources, and it can be reset if it does not store tables.
 */
export function readExecOptions(
  { exec, dynamodb, data, reload, ...ports }: ExecFlags,
  command: Pick<Command, 'getOptionValueSource'>,
): Pick<GatewayOptions, 'controlPort' | 'port' | 'movablePorts' | 'reload' | 'resets'> {
  const isDefault = (name: 'port' | 'controlPort'): boolean =>
    command.getOptionValueSource(name) === 'default';
  if (exec === undefined) {
    const movablePorts = { api: isDefault('port'), control: isDefault('controlPort') };
    return { port: ports.port, controlPort: ports.controlPort, movablePorts, reload };
  }
  const portOf = (name: 'port' | 'controlPort'): number => (isDefault(name) ? 0 : ports[name]);
  const keepsNothing = dynamodb === 'embedded' && data === undefined;
  return { port: portOf('port'), controlPort: portOf('controlPort'), reload: false, resets: keepsNothing };
}

/**
 * Prints that the gateway is ready. With `--exec`, stdout belongs to the command, so only one line is printed to
 * stderr.
 */
export function printReady(
  { exec, json, verbose }: Pick<ExecFlags, 'exec'> & { readonly json: boolean; readonly verbose: boolean },
  { apis, unsupported }: Listening,
  text: string,
): void {
  settleWhenIdle();
  if (json) process.stdout.write(text);
  else if (exec === undefined) process.stdout.write(asTyped(text));
  else if (verbose) process.stderr.write(asTyped(text));
  else {
    const left = count(unsupported.length, 'part');
    if (unsupported.length > 0)
      printNotes(
        `${left} ${unsupported.length === 1 ? 'is' : 'are'} not served or enforced as on AWS (--verbose lists all)`,
      );
    printNotes(`running with ${count(apis.length, 'stage')} of APIs: ${exec}`);
  }
}
