/**
 * `gatewright package` writes the files that `serverless deploy` or another deployment tool uploads. It does not need
 * an AWS account.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { STACK_FOLDER } from '@gatewright/authoring/files/stack-files';
import { PARTS_VARIABLE, readChosenParts } from '@gatewright/authoring/files/parts-files';
import { describeLeftParts, INCLUDED_PARTS, PART_NEEDS } from '../parts.ts';
import { FORMS, packageForm } from '../../../../layers/package-form.ts';
import type { Form } from '../../../../layers/package-form.ts';
import { listMissingIds, saveMissingIds } from '@gatewright/authoring/account/deployed-ids';
import { isLocalApiId } from '@gatewright/aws/physical-ids';
import { collectText, readStageName } from '../../terminal/options.ts';
import { findCredentials } from '../../terminal/aws-session.ts';
import { printMessage, printLines, printResult, table, UsageError } from '../../../base/terminal/output.ts';

type PackageFlags = {
  readonly stage: string;
  readonly form: Form;
  readonly parts?: string;
  readonly output?: string;
  readonly param: readonly string[];
};

export function packageCommand(): Command {
  return new Command('package')
    .description('Package the stack as `serverless deploy` would; does not need an AWS account.')
    .argument(
      '[dir]',
      'folder of the stack (default: gatewright/ if it has a serverless.yml, otherwise the current folder)',
    )
    .requiredOption('--stage <name>', 'stage of the stack', readStageName)
    .addOption(
      new Option('--form <tool>', 'deployment tool to package for').choices(FORMS).default('serverless'),
    )
    .option(
      '--parts <names>',
      'parts of the stack, separated by commas (default: the parts in gatewright.yml)',
    )
    .option('--param <name=value>', 'parameter of serverless.yml for this run (repeatable)', collectText, [])
    .option(
      '--output <dir>',
      'output folder (default: .gatewright/package/<stage> in the folder of the stack; for a tool other than serverless, <stage>-<tool>)',
    )
    .action(async (named: string | undefined, { stage, form, parts, output, param }: PackageFlags) => {
      const serviceDirectory = serviceFolder(named);
      const usual = form === 'serverless' ? stage : `${stage}-${form}`;
      const outputDirectory = resolve(output ?? join(serviceDirectory, '.gatewright/package', usual));
      await lookUpIds(join(serviceDirectory, 'access'), stage);
      const packaged = await packageForm(form, {
        serviceDirectory,
        stage,
        outputDirectory,
        parameters: param,
        ...(parts !== undefined && { environment: { [PARTS_VARIABLE]: parts } }),
      });
      if (packaged.kind === 'failed') throw new UsageError(packaged.message);
      const { artefacts, notes } = packaged;
      const chosen = readChosenParts(serviceDirectory, PART_NEEDS, parts, INCLUDED_PARTS);
      const left = describeLeftParts(chosen);
      printResult({ stage, form, folder: outputDirectory, artefacts, notes: [...left, ...notes] }, () => [
        ...table(artefacts.map(({ name, sizeBytes }) => [name, `${(sizeBytes / 1024).toFixed(1)} KB`])),
        ...left,
        ...notes,
        `packaged stage ${stage} for ${form} in ${relative(process.cwd(), outputDirectory) || '.'}`,
      ]);
    });
}

/** Looks up unknown API ids. Only `gatewright access ids` refreshes known ids. */
async function lookUpIds(folder: string, stage: string): Promise<void> {
  if (!existsSync(folder)) return;
  const { unknown, local, unnamed } = listMissingIds(folder, stage, isLocalApiId);
  const warn = (message: string): void => {
    printMessage('yellow', message);
  };
  if (unnamed.length > 0)
    warn(
      `${unnamed.join(', ')}: the document does not name an API for stage ${stage}, so an API that uses the authorizers in this stage returns 500. To protect an API, add ${stage} under api in the document`,
    );
  if (unknown.length + local.length === 0) return;
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
    for (const line of found) printLines(line);
    for (const line of absent) warn(line);
  } catch (error) {
    // A failed look-up is only a warning, because the stack may be deployed before the API that it protects.
    if (!(error instanceof UsageError)) throw error;
    if (unknown.length > 0)
      warn(
        `${unknown.join(', ')}: the id of the API in stage ${stage} is still unknown. Until the id is known, the API returns 500 on every route that uses the authorizers, and no key can be created that only this document accepts. Deploy the API, then package again with AWS_REGION and credentials (${error.message})`,
      );
    if (local.length > 0)
      warn(
        `${local.join(', ')}: in stage ${stage}, only the API id of the local gateway is known, so deployed authorizers would return 500 for every request. Before you deploy, package again with AWS_REGION and credentials (${error.message})`,
      );
  }
}

/**
 * Returns the absolute path of the named folder. Without a name, returns the current folder or gatewright/.
 * @throws UsageError if the folder is not a service
 */
export function serviceFolder(named: string | undefined): string {
  const folder = resolve(named ?? defaultFolder());
  if (existsSync(join(folder, 'serverless.yml'))) return folder;
  throw new UsageError(`${folder} has no serverless.yml: run gatewright init first`);
}

function defaultFolder(): string {
  return existsSync('serverless.yml') && !existsSync(join(STACK_FOLDER, 'serverless.yml'))
    ? '.'
    : STACK_FOLDER;
}
