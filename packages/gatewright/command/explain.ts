/** `gatewright explain`: the story of one request, ending in what would have to change for another outcome. */
import { Command } from 'commander';
import { usualAccessFolder } from '@gatewright/authoring/stack-files';
import { orExitCode } from '../../operate/attach.ts';
import { addAwsOptions } from '../../terminal/aws-session.ts';
import type { ExplainApiFlags } from '../../operate/explain/explain-api.ts';
import { collectText, readSpan } from '../../terminal/options.ts';
import { say, UsageError } from '../../terminal/output.ts';
import { tellStory } from './recorded.ts';
import { addGatewayOptions, askGateway } from '../../terminal/running-gateway.ts';
import type { RequestDetail } from '../../engine/index.ts';

type LocalFlags = { readonly phases: boolean; readonly showSecrets: boolean; readonly json: boolean };

type ExplainFlags = LocalFlags &
  Omit<ExplainApiFlags, 'api' | 'stage'> & { readonly api?: string; readonly stage?: string };

/** How far back a line is looked for. */
const DAY_MS = 86_400_000;

export function explainCommand(): Command {
  return addAwsOptions(addGatewayOptions(new Command('explain')))
    .description('Tell why a request went as it did, here or at a deployed API, and what would change that.')
    .argument('[request]', 'its id as the reply carried it; here also its first eight characters, or last')
    .option('--phases', 'with each phase of the gateway', false)
    .option('--show-secrets', 'with tokens, keys and cookies as they came', false)
    .option('--api <id>', 'of a deployed API: its id, or its name where it is the only one with the stage')
    .option('--stage <name>', 'its stage')
    .option('--line <text>', 'the line of its access log; else CloudWatch Logs is searched for the id')
    .option('--log-file <file>', 'a file of such lines; - is standard input')
    .option('--since <span>', 'how far back CloudWatch Logs is searched', readSpan, DAY_MS)
    .option('--folder <dir>', 'where the access documents are', usualAccessFolder(process.cwd()))
    .option('--token-file <file>', 'the token of the caller, for what the document says of it')
    .option('--claims <json>', 'claims of the caller instead')
    .option('--role <name>', 'a role of the caller (repeatable)', collectText, [])
    .option('--log-format', 'print the access-log format that tells most', false)
    .option('--set-log-format', 'let the stage write its access log in it', false)
    .option('--log-group <arn>', 'where to, for a stage that writes none')
    .option('--yes', 'do not ask', false)
    .option('--json', 'all that is known of it', false)
    .action(choose);
}

/** What is told of a deployed API is loaded where it is asked for. */
async function choose(id: string | undefined, flags: ExplainFlags): Promise<void> {
  const { api, stage } = flags;
  if (api === undefined) return explainLocal(id ?? 'last', flags);
  if (stage === undefined) throw new UsageError('which stage of the API? --stage prod');
  const { explainApi } = await import('../../operate/explain/explain-api.ts');
  return orExitCode(() => explainApi(id, { ...flags, api, stage }));
}

async function explainLocal(id: string, { phases, showSecrets, json }: LocalFlags): Promise<void> {
  const query = showSecrets ? '?secrets=show' : '';
  const detail = (await askGateway('GET', `requests/${encodeURIComponent(id)}${query}`)) as RequestDetail;
  const text = json ? JSON.stringify(detail, null, 2) : tellStory(detail, phases).join('\n');
  say(text);
}
