import { Command, Option } from 'commander';
import { defaultAccessFolder } from '@gatewright/authoring/files/stack-files';
import { orExitCode } from '../../../toolkit/operate/attach.ts';
import { addAwsOptions } from '../../../toolkit/terminal/aws-session.ts';
import type { ExplainApiFlags } from '../../../toolkit/operate/explain/explain-api.ts';
import { collectText, readSpan } from '../../../toolkit/terminal/options.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { explainLocal } from './explain-local.ts';
import type { LocalFlags } from './explain-local.ts';
import { addGatewayOptions } from '../../../toolkit/terminal/running-gateway.ts';

type ExplainFlags = LocalFlags &
  Omit<ExplainApiFlags, 'api' | 'stage'> & { readonly api?: string; readonly stage?: string };

/** How far back CloudWatch Logs is searched by default: a day, in milliseconds. */
const DAY_MS = 86_400_000;

export function explainCommand(): Command {
  return addAwsOptions(addGatewayOptions(new Command('explain')))
    .description('Explain the outcome of a request to the local gateway, or to a deployed API (--api).')
    .argument(
      '[request]',
      'request id; locally also the id of a message, event or invocation, the first eight characters of an id, or last (the default)',
    )
    .option('--phases', 'include every phase of the gateway', false)
    .option('--show-secrets', 'show tokens, keys and cookies in clear text', false)
    .option('--api <id>', 'id of the deployed API, or its name if only one API of that name has the stage')
    .option('--stage <name>', 'stage of the API')
    .option('--line <text>', 'access log line of the request (default: searched in CloudWatch Logs)')
    .option('--log-file <file>', 'file with access log lines; - for stdin')
    .addOption(
      new Option('--since <span>', 'how far back to search CloudWatch Logs')
        .argParser(readSpan)
        .default(DAY_MS, '1d'),
    )
    .option('--folder <dir>', 'folder of the access documents', defaultAccessFolder(process.cwd()))
    .option(
      '--token-file <file>',
      "file with the caller's token or API key, to evaluate the access document (--api)",
    )
    .option('--claims <json>', 'claims of the caller, instead of a token')
    .option('--role <name>', 'role of the caller (repeatable)', collectText, [])
    .option('--log-format', 'print the recommended access log format', false)
    .option('--set-log-format', 'set the recommended access log format on the stage', false)
    .option('--log-group <arn>', 'log group to set on a stage without access logs')
    .option('--yes', 'do not ask for confirmation', false)
    .action(choose);
}

/** Explains a request. The code for deployed APIs is loaded on demand. */
async function choose(id: string | undefined, flags: ExplainFlags): Promise<void> {
  const { api, stage } = flags;
  if (api === undefined) return explainLocal(id ?? 'last', flags);
  if (stage === undefined) throw new UsageError('name the stage of the API: --stage prod');
  const { explainApi } = await import('../../../toolkit/operate/explain/explain-api.ts');
  return orExitCode(() => explainApi(id, { ...flags, api, stage }));
}
