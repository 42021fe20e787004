import { Command } from 'commander';
import { count, printResult } from '../../../base/terminal/output.ts';
import { writePrivateFile } from '../../../base/terminal/private-file.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';

/**
 * Time limit in milliseconds. The gateway needs a few seconds to export 2,000 requests, and several times as long while
 * it is busy.
 */
const EXPORTED_WITHIN_MS = 60_000;

type ExportFlags = { readonly har: string; readonly showSecrets: boolean };

export function exportCommand(): Command {
  return addGatewayOptions(new Command('export'))
    .description('Write the recorded requests to a file.')
    .requiredOption('--har <file>', 'HTTP Archive 1.2 file, for browsers and proxies')
    .option('--show-secrets', 'include tokens, keys and cookies in clear text', false)
    .action(exportRequests);
}

async function exportRequests({ har, showSecrets }: ExportFlags): Promise<void> {
  const path = `requests.har${showSecrets ? '?secrets=show' : ''}`;
  const archive = await callGateway('GET', path, undefined, EXPORTED_WITHIN_MS);
  const entries = readMember(readMember(archive, 'log'), 'entries') as readonly unknown[];
  // Recorded bodies may be confidential.
  await writePrivateFile(har, `${JSON.stringify(archive, null, 2)}\n`);
  printResult({ requests: entries.length, file: har }, () => `${count(entries.length, 'request')} in ${har}`);
}
