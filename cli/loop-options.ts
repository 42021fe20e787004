/** Options of `start` for a day's work: a debugger, and the name by which other commands call the gateway. */
import { InvalidArgumentError } from 'commander';
import { isGatewayName, runningFolder, SETTINGS } from '@gatewright/gateway';
import { readPort, settingParser } from './options.ts';
import type { Command } from 'commander';
import type { GatewayOptions, Isolation } from '@gatewright/gateway';

export type LoopFlags = {
  readonly inspect?: number;
  readonly inspectBrk?: number;
  readonly name?: string;
  readonly seed?: string;
  readonly values?: string;
  readonly isolation?: Isolation;
  readonly concurrency?: number;
  readonly cold: boolean;
  readonly exec?: string;
  readonly envFromStack?: string;
};

export function addLoopOptions(command: Command): Command {
  return command
    .option(
      '--inspect [port]',
      'let a debugger attach, on loopback (port 9229 unless --inspect=PORT)',
      readPort,
    )
    .option(
      '--inspect-brk [port]',
      'the same; wait for it, and stop each function at its first line',
      readPort,
    )
    .option(
      '--seed <folder>',
      'fill empty tables and users: a file for each, as orders.json, .yml or .ndjson; users.yml',
    )
    .option(
      '--values <file>',
      'what functions read of SSM, Secrets Manager, S3, AppConfig (default: gatewright.values.yml)',
    )
    .option(
      '--isolation <thread|process|names>',
      'run Node.js functions in processes of their own: all, or these (resize,orders)',
      settingParser<Isolation>(SETTINGS.isolation),
    )
    .option(
      '--concurrency <number>',
      'how many events all functions run at a time before Lambda throttles (default: 1000, as AWS has it)',
      settingParser<number>(SETTINGS.concurrency),
    )
    .option('--cold', 'give every event an instance of its own, so that each one meets a cold start', false)
    .option(
      '--exec <command>',
      'run a command with the addresses in its environment, on free ports, and end with its exit code',
    )
    .option(
      '--env-from-stack <name>',
      'take variables of functions and outputs from a deployed stack, by the SDK’s own credentials, reading only',
    )
    .option(
      '--name <name>',
      'how other commands call it by --gateway (default: the name of the folder)',
      readName,
    );
}

/** The part of `GatewayOptions` that these flags decide. */
export function readLoopOptions({
  inspect,
  inspectBrk,
  name,
  seed,
  values,
  isolation,
  concurrency,
  cold,
}: LoopFlags): Pick<
  GatewayOptions,
  'announced' | 'cold' | 'concurrency' | 'inspect' | 'isolation' | 'seed' | 'values'
> {
  const port = inspectBrk ?? inspect;
  return {
    announced: { folder: runningFolder(process.env), name },
    seed,
    values,
    ...{ isolation, concurrency, cold },
    ...(port !== undefined && { inspect: { port, breaks: inspectBrk !== undefined } }),
  };
}

function readName(text: string): string {
  if (isGatewayName(text)) return text;
  throw new InvalidArgumentError('A name has 1 to 64 letters, digits, _, - and dots.');
}
