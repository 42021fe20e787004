import { Command } from 'commander';
import { printLines, printResult, UsageError } from '../../../base/terminal/output.ts';
import { addAwsOptions } from '../../../toolkit/terminal/aws-session.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';
import { openBrowser } from '../start/open-browser.ts';
import type { AwsFlags } from '../../../toolkit/terminal/aws-session.ts';

type ConsoleOptions = AwsFlags & {
  readonly stack?: string;
  readonly url?: string;
  readonly newKey: boolean;
  readonly open: boolean;
  readonly json: boolean;
};

const EXAMPLE = `
To show the customers of a deployed stack (read-only):
  gatewright console --stack gatewright-prod --profile ops --region eu-central-1
They are read from the admin API, whose address is the output AdminApiUrl of the stack. --endpoint-url does not change
this address; --url does.`;

export function consoleCommand(): Command {
  const command = new Command('console')
    .description(
      'Open the console of the running gateway, or of the customers of a deployed stack (--stack), and print its link.',
    )
    .option(
      '--stack <name>',
      'show the customers of this deployed Gatewright stack, such as gatewright-prod (read-only); runs until you press Ctrl-C',
    )
    .option(
      '--url <url>',
      'URL of the admin API of the deployed stack (its output AdminApiUrl), instead of --stack',
    )
    .option('--new-key', 'create a new key; earlier links and open tabs are then refused', false)
    .option('--no-open', 'only print the link, and do not open a browser (default without a terminal)')
    .addHelpText('after', EXAMPLE);
  return addAwsOptions(addGatewayOptions(command)).action(openConsole);
}

async function openConsole({ stack, url, ...options }: ConsoleOptions): Promise<void> {
  if (stack === undefined && url === undefined) {
    for (const name of ['profile', 'region', 'endpointUrl'] as const)
      if (options[name] !== undefined)
        throw new UsageError(
          'the AWS options are for a deployed stack: name it with --stack, such as --stack gatewright-prod',
        );
    const answer = await callGateway(options.newKey ? 'POST' : 'GET', 'console/key');
    show(String(readMember(answer, 'link')), options);
    return;
  }
  if (stack !== undefined && url !== undefined)
    throw new UsageError('--stack and --url both select the deployed stack: pass only one of them');
  const place = url === undefined ? { stack: stack ?? '' } : { url };
  const { serveDeployed } = await import('./console-deployed.ts');
  await serveDeployed(place, options, ({ link, of }) => {
    show(link, options);
    if (!options.json) printLines(`customers of ${of}, read only; press Ctrl-C to end`);
  });
}

function show(link: string, { open, json }: ConsoleOptions): void {
  printResult({ console: link }, () => link);
  if (open && !json && process.stdout.isTTY) openBrowser(link);
}
