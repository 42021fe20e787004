/** `gatewright explain`: the story of one request, ending in what would have to change for another outcome. */
import { Command } from 'commander';
import { tellStory } from './recorded.ts';
import { addGatewayOptions, askGateway } from './running-gateway.ts';
import type { RequestDetail } from '@gatewright/gateway';

type ExplainFlags = { readonly phases: boolean; readonly showSecrets: boolean; readonly json: boolean };

export function explainCommand(): Command {
  return addGatewayOptions(new Command('explain'))
    .description('Tell why a request went as it did, and what would change that.')
    .argument('[request]', 'its id as the reply carried it, the first eight characters, or last', 'last')
    .option('--phases', 'with each phase of the gateway', false)
    .option('--show-secrets', 'with tokens, keys and cookies as they came', false)
    .option('--json', 'all that is known of it', false)
    .action(explain);
}

async function explain(id: string, { phases, showSecrets, json }: ExplainFlags): Promise<void> {
  const query = showSecrets ? '?secrets=show' : '';
  const detail = (await askGateway('GET', `requests/${encodeURIComponent(id)}${query}`)) as RequestDetail;
  const text = json ? JSON.stringify(detail, null, 2) : tellStory(detail, phases).join('\n');
  process.stdout.write(`${text}\n`);
}
