import { Command } from 'commander';
import { listRoutes } from '../../engine/index.ts';
import { addLoadOptions, toLoadOptions } from '../../terminal/load-options.ts';
import { colorize, printNotes, printLines } from '../../terminal/output.ts';
import { describeRoutes } from './start-text.ts';
import type { LoadFlags } from '../../engine/index.ts';

type RoutesFlags = LoadFlags & { readonly json: boolean };

export function routesCommand(): Command {
  return addLoadOptions(
    new Command('routes').description('List the routes of stacks with their authorizers and functions.'),
  )
    .option('--json', 'print JSON', false)
    .action(printRoutes);
}

async function printRoutes(sources: readonly string[], flags: RoutesFlags): Promise<void> {
  const apis = await listRoutes(sources, {
    ...toLoadOptions(flags, sources),
    onProgress: (message) => printNotes(message),
  });
  if (flags.json) {
    printLines(JSON.stringify(apis));
    return;
  }
  const blocks = apis.map((api) =>
    [
      `${colorize('bold', api.name)}  ${api.kind}, stage ${api.stage} (${api.stack})`,
      ...describeRoutes(api),
    ].join('\n'),
  );
  printLines(blocks.join('\n\n'));
}
