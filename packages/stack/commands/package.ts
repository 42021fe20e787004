/** `gatewright package`: what `serverless deploy` of the stack here would upload, without an account. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { STACK_FOLDER } from '@gatewright/authoring/stack-files';
import { packageService } from '../../../layers/package-service.ts';
import { idsToFind, saveMissingIds } from '@gatewright/authoring/account/deployed-ids';
import { isLocalApiId } from '@gatewright/aws/physical-ids';
import { collectText, readStageName } from '../../terminal/options.ts';
import { findCredentials } from '../../terminal/aws-session.ts';
import { complain, say, table, UsageError } from '../../terminal/output.ts';

type PackageFlags = { readonly stage: string; readonly output?: string; readonly param: readonly string[] };

export function packageCommand(): Command {
  return new Command('package')
    .description('Package the stack as `serverless deploy` would, without an account.')
    .argument('[dir]', 'folder of the stack (default: current, or gatewright/)')
    .requiredOption('--stage <name>', 'stage of the stack', readStageName)
    .option('--param <name=value>', 'parameter of serverless.yml for this run (repeatable)', collectText, [])
    .option('--output <dir>', 'output folder (default: .gatewright/package/<stage> of the stack)')
    .action(async (named: string | undefined, { stage, output, param: parameters }: PackageFlags) => {
      const serviceDirectory = serviceFolder(named);
      const outputDirectory = resolve(output ?? join(serviceDirectory, '.gatewright/package', stage));
      await lookUpIds(join(serviceDirectory, 'access'), stage);
      const packaged = await packageService({ serviceDirectory, stage, outputDirectory, parameters });
      if (packaged.kind === 'failed') throw new UsageError(packaged.message);
      const rows = packaged.artefacts.map(({ name, sizeBytes }) => [
        name,
        `${(sizeBytes / 1024).toFixed(1)} KB`,
      ]);
      say(table(rows));
      say(`packaged stage ${stage} in ${relative(process.cwd(), outputDirectory) || '.'}`);
    });
}

/** Ids that are not known yet; those that are, are looked up anew by `gatewright access ids` alone. */
async function lookUpIds(folder: string, stage: string): Promise<void> {
  if (!existsSync(folder)) return;
  const { unknown, local } = idsToFind(folder, stage, isLocalApiId);
  if (unknown.length + local.length === 0) return;
  const warn = (message: string): void => {
    complain('yellow', message);
  };
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  try {
    if (region === undefined) throw new UsageError('AWS_REGION is not set');
    const { accessKeyId, secretAccessKey, sessionToken } = await findCredentials({}, region);
    const { found, absent } = await saveMissingIds(folder, stage, isLocalApiId, {
      AWS_REGION: region,
      AWS_ENDPOINT_URL: process.env['AWS_ENDPOINT_URL'],
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
    for (const line of found) say(line);
    for (const line of absent) warn(line);
  } catch (error) {
    // The stack comes first, and the API that it protects after it.
    if (!(error instanceof UsageError)) throw error;
    if (unknown.length > 0)
      warn(
        `${unknown.join(', ')}: nobody knows the id of the API in stage ${stage} yet, so it is protected there only after it is deployed and this is packaged again with AWS_REGION and credentials (${error.message})`,
      );
    if (local.length > 0)
      warn(
        `${local.join(', ')}: only the local gateway's id of the API is known in stage ${stage}; before a deployment package with AWS_REGION and credentials, or the authorizers refuse everybody there (${error.message})`,
      );
  }
}

/** Absolute: the folder that was named, else here or gatewright/. @throws UsageError where it is no service */
export function serviceFolder(named: string | undefined): string {
  const folder = resolve(named ?? usualFolder());
  if (existsSync(join(folder, 'serverless.yml'))) return folder;
  throw new UsageError(`${folder} has no serverless.yml: run gatewright init first`);
}

function usualFolder(): string {
  return existsSync('serverless.yml') && !existsSync(join(STACK_FOLDER, 'serverless.yml'))
    ? '.'
    : STACK_FOLDER;
}
