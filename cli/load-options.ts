/** Options of the commands that load stacks: `start`, and `routes` without a running gateway. */
import { collectPair, readEnvFile, readStageName } from './options.ts';
import type { Command } from 'commander';

export type LoadFlags = {
  readonly stage: string;
  readonly param: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly strict: boolean;
};

export const REGION = 'us-east-1';
/** AWS's own example account; no real one is ever meant. */
export const ACCOUNT_ID = '123456789012';

export function addLoadOptions(command: Command): Command {
  return command
    .argument('[sources...]', 'directories with serverless.yml, template.yaml or cdk.out; template files', [
      '.',
    ])
    .option('--stage <name>', 'stage to serve', readStageName, 'dev')
    .option(
      '--param <name=value>',
      'parameter of a template or of serverless.yml (repeatable)',
      collectPair,
      {},
    )
    .option('--env-file <file>', 'variables for ${env:…} of serverless.yml; functions never see them')
    .option('--strict', 'refuse what cannot be enforced, instead of naming it', false);
}

/** The part of `GatewayOptions` that these flags decide. */
export function toLoadOptions(flags: LoadFlags) {
  return {
    stage: flags.stage,
    region: REGION,
    accountId: ACCOUNT_ID,
    parameters: flags.param,
    environment: readEnvFile(flags.envFile),
    strict: flags.strict,
    directory: process.cwd(),
  };
}
