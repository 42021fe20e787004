import { readFile, stat } from 'node:fs/promises';
import { Command } from 'commander';
import { openDefinition } from '../../engine/index.ts';
import { Faults } from '../../core/errors.ts';
import { StackReading } from '../../kernel/stack-reading.ts';
import { readCountries } from '../../services/waf/read-countries.ts';
import { checkTraffic } from '../../services/waf/traffic/check-traffic.ts';
import { MAX_TRAFFIC_BYTES, readTraffic, TrafficFileError } from '../../services/waf/traffic/read-traffic.ts';
import { addLoadOptions, toLoadOptions } from '../../terminal/load-options.ts';
import { count, printLines, printNotes, UsageError } from '../../terminal/output.ts';
import type { LoadFlags } from '../../engine/index.ts';
import type { RecordedRequest } from '../../services/waf/traffic/read-traffic.ts';
import type { CheckedAcl } from '../../services/waf/traffic/check-traffic.ts';

type CheckFlags = LoadFlags & { readonly wafNetworks?: string; readonly json: boolean };

export function wafCommand(): Command {
  const check = addLoadOptions(
    new Command('check')
      .description(
        'Replay recorded requests against the web ACLs of stacks: which would be blocked. Sends nothing.',
      )
      .argument(
        '<file>',
        'HTTP Archive of `gatewright export`, a browser or a proxy, or records of AWS WAF’s log',
      ),
  )
    .option('--waf-networks <file>', 'networks and their countries, one pair per line, for geo rules')
    .option('--json', 'print JSON', false)
    .action(checkFile);
  return new Command('waf').description('Web ACLs of AWS WAF.').addCommand(check);
}

async function checkFile(file: string, sources: readonly string[], flags: CheckFlags): Promise<void> {
  const traffic = await readTrafficFile(file);
  const { stacks } = await openDefinition(sources, {
    ...toLoadOptions(flags, sources),
    onProgress: (message) => printNotes(message),
  });
  const faults = new Faults(false);
  const reading = new StackReading(stacks, { isElsewhere: () => false, tolerance: faults });
  const countries = flags.wafNetworks === undefined ? undefined : readCountries(flags.wafNetworks);
  const settings = { allowUnguarded: flags.allowUnguarded, wafNetworks: flags.wafNetworks };
  const checked = checkTraffic(traffic, reading, { settings, countries });
  for (const { error } of faults.all) printNotes(error.describe());
  for (const { logicalId, consequence } of reading.unsupported) printNotes(`${logicalId}: ${consequence}`);
  if (checked.length === 0)
    throw new UsageError('No web ACL that can be evaluated guards a stage of these stacks.');
  printLines(flags.json ? JSON.stringify(checked) : checked.map(printAcl).join('\n\n'));
  if (checked.some(({ requests }) => requests.some(({ verdict }) => verdict === 'blocked')))
    process.exitCode = 1;
}

async function readTrafficFile(file: string): Promise<readonly RecordedRequest[]> {
  try {
    const { size } = await stat(file);
    if (size > MAX_TRAFFIC_BYTES)
      throw new UsageError(`${file} has ${size} bytes; at most ${MAX_TRAFFIC_BYTES} are read`);
    return readTraffic(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file}: ${error instanceof TrafficFileError ? why : `cannot be read: ${why}`}`);
  }
}

/** Equal lines once, with their number. */
function printAcl({ acl, requests }: CheckedAcl): string {
  const byVerdict = (wanted: string): readonly string[] => {
    const lines = requests
      .filter(({ verdict }) => verdict === wanted)
      .map(({ title, reason }) => `  ${title}: ${reason}`);
    return [...Map.groupBy(lines, (line) => line)].map(([line, equal]) =>
      equal.length === 1 ? line : `${line} (${equal.length} times)`,
    );
  };
  const of = (wanted: string): number => requests.filter(({ verdict }) => verdict === wanted).length;
  return [
    `${acl}: ${count(requests.length, 'request')}, ${of('blocked')} blocked, ${of('not judged')} not judged`,
    ...(of('blocked') > 0 ? ['blocked:', ...byVerdict('blocked')] : []),
    ...(of('not judged') > 0 ? ['not judged:', ...byVerdict('not judged')] : []),
  ].join('\n');
}
