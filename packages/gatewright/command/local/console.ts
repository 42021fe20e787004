import { Command } from 'commander';
import { printResult } from '../../../base/terminal/output.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';
import { openBrowser } from '../start/open-browser.ts';

type ConsoleOptions = { readonly newKey: boolean; readonly open: boolean; readonly json: boolean };

export function consoleCommand(): Command {
  return addGatewayOptions(
    new Command('console').description('Open the console of the running gateway, and print its link.'),
  )
    .option('--new-key', 'create a new key; earlier links and open tabs are then refused', false)
    .option('--no-open', 'only print the link, and do not open a browser (default without a terminal)')
    .action(openConsole);
}

async function openConsole({ newKey, open, json }: ConsoleOptions): Promise<void> {
  const link = String(readMember(await callGateway(newKey ? 'POST' : 'GET', 'console/key'), 'link'));
  printResult({ console: link }, () => link);
  if (open && !json && process.stdout.isTTY) openBrowser(link);
}
