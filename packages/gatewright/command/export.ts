/** `gatewright export`: recorded requests in a format that other tools open. */
import { Command } from 'commander';
import { count, say } from '../../terminal/output.ts';
import { writePrivately } from '../../terminal/private-file.ts';
import { addGatewayOptions, askGateway, readMember } from '../../terminal/running-gateway.ts';

type ExportFlags = { readonly har: string; readonly showSecrets: boolean };

export function exportCommand(): Command {
  return addGatewayOptions(new Command('export'))
    .description('Write the recorded requests to a file.')
    .requiredOption('--har <file>', 'as HTTP Archive 1.2, which browsers and proxies open')
    .option('--show-secrets', 'with tokens, keys and cookies as they came', false)
    .action(exportRequests);
}

async function exportRequests({ har, showSecrets }: ExportFlags): Promise<void> {
  const archive = await askGateway('GET', `requests.har${showSecrets ? '?secrets=show' : ''}`);
  const entries = readMember(readMember(archive, 'log'), 'entries') as readonly unknown[];
  // Bodies of a start may hold what is nobody else's business.
  await writePrivately(har, `${JSON.stringify(archive, null, 2)}\n`);
  say(`${count(entries.length, 'request')} in ${har}`);
}
