import { readFile, stat } from 'node:fs/promises';
import { Command } from 'commander';
import { checkRecords, openDefinition } from '../../../gateway/engine/index.ts';
import { withStack } from '../../../toolkit/stack/commands/with-stack.ts';
import { addLoadOptions, toLoadOptions } from '../../../toolkit/terminal/load-options.ts';
import { count, printNotes, printResult, UsageError } from '../../../base/terminal/output.ts';
import { startOption } from '../../../toolkit/terminal/add-start-options.ts';
import type { CheckedScreen, LoadFlags } from '../../../gateway/engine/index.ts';

type CheckFlags = LoadFlags & { readonly wafNetworks?: string };

const MAX_FILE_BYTES = 256 * 1024 * 1024;

export function wafCommand(): Command {
  const check = new Command('check')
    .description('Check which recorded requests the web ACLs of stacks would block. Sends nothing.')
    .argument(
      '<file>',
      'HTTP Archive from `gatewright export`, a browser or a proxy, or records of AWS WAF’s log',
    );
  addLoadOptions(check).addOption(startOption('waf-networks')).action(checkFile);
  return new Command('waf').description('Web ACLs of AWS WAF.').addCommand(check);
}

async function checkFile(name: string, named: readonly string[], flags: CheckFlags): Promise<void> {
  const sources = withStack(named, (message) => printNotes(message));
  const text = await readRecords(name);
  const { stacks } = await openDefinition(sources, {
    ...toLoadOptions(flags, sources),
    onProgress: (message) => printNotes(message),
  });
  const { allowUnguarded, wafNetworks } = flags;
  const checked = await checkRecords({ name, text }, stacks, { allowUnguarded, wafNetworks });
  for (const { error } of checked.faults) printNotes(error.describe());
  for (const { logicalId, consequence } of checked.unjudged) printNotes(`${logicalId}: ${consequence}`);
  const { screens } = checked;
  if (screens.length === 0)
    throw new UsageError('No stage of these stacks has a web ACL that can be evaluated.');
  printResult(screens, () => screens.map(printScreen).join('\n\n'));
  if (screens.some(({ requests }) => requests.some(({ verdict }) => verdict === 'refused')))
    process.exitCode = 1;
}

async function readRecords(file: string): Promise<string> {
  let size: number;
  try {
    ({ size } = await stat(file));
    if (size <= MAX_FILE_BYTES) return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new UsageError(`${file} has ${size} bytes; at most ${MAX_FILE_BYTES} are read`);
}

/** Prints the verdicts of a web ACL. Equal lines are printed only once, with their count. */
function printScreen({ name, requests }: CheckedScreen): string {
  const linesOf = (wanted: string): readonly string[] => {
    const lines = requests.flatMap(({ verdict, title, reason }) =>
      verdict === wanted ? [`  ${title}: ${reason}`] : [],
    );
    return [...Map.groupBy(lines, (line) => line)].map(([line, equal]) =>
      equal.length === 1 ? line : `${line} (${equal.length} times)`,
    );
  };
  const of = (wanted: string): number => requests.filter(({ verdict }) => verdict === wanted).length;
  return [
    `${name}: ${count(requests.length, 'request')}, ${of('refused')} blocked, ${of('not judged')} not judged`,
    ...(of('refused') > 0 ? ['blocked:', ...linesOf('refused')] : []),
    ...(of('not judged') > 0 ? ['not judged:', ...linesOf('not judged')] : []),
  ].join('\n');
}
