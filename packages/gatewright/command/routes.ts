import { Command } from 'commander';
import { listRoutes } from '../../engine/index.ts';
import { addLoadOptions, toLoadOptions } from '../../terminal/load-options.ts';
import { colorize, printNotes, printResult } from '../../terminal/output.ts';
import { describeRoutes } from './start-text.ts';
import type { LoadFlags } from '../../engine/index.ts';

export function routesCommand(): Command {
  return addLoadOptions(
    new Command('routes').description('List the routes of stacks with their authorizers and functions.'),
  ).action(printRoutes);
}

async function printRoutes(sources: readonly string[], flags: LoadFlags): Promise<void> {
  const apis = await listRoutes(sources, {
    ...toLoadOptions(flags, sources),
    onProgress: (message) => printNotes(message),
  });
  const describe = (api: (typeof apis)[number]): string =>
    [
      `${colorize('bold', api.name)}  ${api.kind}, stage ${api.stage} (${api.stack})`,
      ...describeRoutes(api),
    ].join('\n');
  printResult(apis, () => apis.map(describe).join('\n\n'));
}
