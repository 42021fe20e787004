import { Command } from 'commander';
import { listRoutes } from '../../../gateway/engine/index.ts';
import { withStack } from '../../../toolkit/stack/commands/with-stack.ts';
import { addLoadOptions, toLoadOptions } from '../../../toolkit/terminal/load-options.ts';
import { colorize, printNotes, printResult } from '../../../base/terminal/output.ts';
import { describeRoutes } from '../start/start-text.ts';
import type { LoadFlags } from '../../../gateway/engine/index.ts';

export function routesCommand(): Command {
  return addLoadOptions(
    new Command('routes').description('List the routes of stacks with their authorizers and functions.'),
  ).action(printRoutes);
}

async function printRoutes(named: readonly string[], flags: LoadFlags): Promise<void> {
  const sources = withStack(named, (message) => printNotes(message));
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
