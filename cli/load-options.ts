/** Options of the commands that load stacks: `start`, and `routes` without a running gateway. */
import { readHome } from '@gatewright/gateway/definition/home';
import { keptServices } from './kept-services.ts';
import { collectPair, readAccount, readEnvFile, readRegion, readStageName } from './options.ts';
import { Option } from 'commander';
import { UsageError } from './output.ts';
import type { Command } from 'commander';
import type { Home } from '@gatewright/gateway/definition/home';

export type LoadFlags = {
  readonly stage?: string;
  readonly region?: string;
  readonly account?: string;
  readonly param: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly strict: boolean;
  readonly allowUnguarded: boolean;
};

/** Where nobody says another. */
export const USUAL_STAGE = 'dev';

/** Of every command that loads stacks: a template may have parameters without a default. */
export function paramOption(): Option {
  return new Option('--param <name=value>', 'parameter of a template or of serverless.yml (repeatable)')
    .argParser(collectPair)
    .default({}, 'none');
}

export function addLoadOptions(command: Command): Command {
  return command
    .argument('[sources...]', 'directories with serverless.yml, template.yaml or cdk.out; template files', [
      '.',
    ])
    .option(
      '--stage <name>',
      'stage to serve; else what provider.stage of a service says, dev',
      readStageName,
    )
    .option(
      '--region <name>',
      'region of all stacks; else what each names, AWS_REGION or AWS_DEFAULT_REGION, us-east-1',
      readRegion,
    )
    .option(
      '--account <id>',
      'account of all stacks, 12 digits; else what each names, AWS_ACCOUNT_ID, 123456789012',
      readAccount,
    )
    .addOption(paramOption())
    .option('--env-file <file>', 'variables for ${env:…} of serverless.yml; functions never see them')
    .option('--strict', 'refuse what cannot be served or enforced, instead of naming it', false)
    .option(
      '--allow-unguarded',
      'let routes answer although an authorizer, policy or web ACL in front of them cannot be enforced',
      false,
    );
}

/** The part of `GatewayOptions` that these flags decide. @throws UsageError */
export function toLoadOptions(flags: LoadFlags) {
  const { stage, region, account } = flags;
  return {
    stage: stage ?? USUAL_STAGE,
    ...homeOfEnvironment(),
    chosen: {
      ...(stage !== undefined && { stage }),
      ...(region !== undefined && { region }),
      ...(account !== undefined && { accountId: account }),
    },
    parameters: flags.param,
    environment: readEnvFile(flags.envFile),
    strict: flags.strict,
    allowUnguarded: flags.allowUnguarded,
    directory: process.cwd(),
    ...keptServices(process.cwd()),
  };
}

/** Of stacks that name no region and no account. @throws UsageError for a variable that is none */
export function homeOfEnvironment(): Home {
  const home = readHome(process.env);
  if (typeof home === 'string') throw new UsageError(home);
  return home;
}
