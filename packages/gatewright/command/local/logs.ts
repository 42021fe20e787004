import { Command, InvalidArgumentError } from 'commander';
import { readDuration } from '@gatewright/aws/text/duration';
import { showControls } from '@gatewright/aws/text/visible-text';
import { findFunction } from '../../../toolkit/terminal/find-function.ts';
import { addGatewayOptions, listenToGateway } from '../../../toolkit/terminal/running-gateway.ts';
import { printResult } from '../../../base/terminal/output.ts';
import { asTyped } from '../../../base/terminal/typed-commands.ts';

type LogsFlags = { readonly follow: boolean; readonly since?: number };

type Line = {
  readonly time: string;
  readonly function?: string;
  readonly requestId?: string;
  readonly level?: string;
  readonly message: string;
};

export function logsCommand(): Command {
  return addGatewayOptions(
    new Command('logs')
      .description('Print the logs of the running gateway and its functions.')
      .argument(
        '[function]',
        'name of the function, its logical id or CDK id, or the end of its name (default: all functions and the gateway)',
      ),
  )
    .option('--follow', 'keep printing new lines until Ctrl-C', false)
    .option('--since <duration>', 'print only lines of the last 5m, 1h … (default: all lines)', readSince)
    .action(printLogs);
}

async function printLogs(given: string | undefined, { follow, since }: LogsFlags): Promise<void> {
  const query = new URLSearchParams({
    ...(given === undefined ? {} : { function: (await findFunction(given)).name }),
    ...(since === undefined ? {} : { sinceMs: String(since) }),
    ...(follow ? { follow: 'true' } : {}),
  });
  for await (const text of listenToGateway(`logs?${query.toString()}`)) {
    const line = JSON.parse(text) as Line;
    printResult(line, () => printLine(line));
  }
}

/**
 * Prints a line as the terminal of `gatewright start` does. Control characters that a function prints are made visible.
 */
function printLine({ time, function: name, requestId, level, message }: Line): string {
  const text = message.replaceAll(/[^\n\t]+/g, showControls);
  if (name === undefined) return `${time} ${asTyped(text)}`;
  if (level === undefined) return `[${name}] ${text}`;
  return `[${name}] ${[time, ...(requestId === undefined ? [] : [requestId]), level, text].join('\t')}`;
}

function readSince(text: string): number {
  const ms = readDuration(text);
  if (ms === undefined || ms < 0) throw new InvalidArgumentError('Write it as 30s, 5m or 1h.');
  return ms;
}
