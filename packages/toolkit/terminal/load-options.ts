import { readHome } from '../../gateway/core/stack/home.ts';
import { findNamedAccount } from '../../gateway/templates/named-account.ts';
import { serviceCacheFolder } from './service-cache-folder.ts';
import { optionNames } from '../../gateway/engine/start-settings.ts';
import { readEnvFile } from './options.ts';
import { UsageError } from '../../base/terminal/output.ts';
import { addStartOptions } from './add-start-options.ts';
import type { Command } from 'commander';
import type { Home } from '../../gateway/core/stack/home.ts';
import type { LoadFlags } from '../../gateway/engine/start-settings.ts';

export const DEFAULT_STAGE = 'dev';

export function addSources(command: Command): Command {
  const sources =
    'folders that contain serverless.yml, template.yaml, cdk.json, cdk.out or a Terraform plan, or template files';
  return command.argument('[sources...]', sources, ['.']);
}

export function addLoadOptions(command: Command): Command {
  return addStartOptions(
    addSources(command),
    optionNames(({ loads }) => loads === true),
  );
}

/**
 * Converts command-line flags to members of `GatewayOptions`.
 * @throws UsageError if the `--env-file` file cannot be read, or if a variable for account or region is invalid
 */
export function toLoadOptions(flags: LoadFlags, sources: readonly string[]) {
  const { stage, region, account } = flags;
  return {
    stage: stage ?? DEFAULT_STAGE,
    ...homeOf(sources),
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
    ...serviceCacheFolder(process.cwd()),
  };
}

/**
 * Returns account and region for a gateway with these sources. An account that the sources name takes precedence.
 * @throws UsageError if a variable for account or region is invalid
 */
function homeOf(sources: readonly string[]): Home {
  const home = homeOfEnvironment();
  return { ...home, accountId: findNamedAccount(sources) ?? home.accountId };
}

/**
 * Returns account and region for stacks that do not name them.
 * @throws UsageError if a variable for account or region is invalid
 */
export function homeOfEnvironment(): Home {
  const home = readHome(process.env);
  if (typeof home === 'string') throw new UsageError(home);
  return home;
}
