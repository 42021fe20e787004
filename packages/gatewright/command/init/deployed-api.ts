/** `gatewright init --api`: a stack and a document for an API that is deployed, without its template. */
import { basename, join } from 'node:path';
import { readChosenParts } from '@gatewright/authoring/files/parts-files';
import { STACK_FOLDER } from '@gatewright/authoring/files/stack-files';
import { INCLUDED_PARTS, PART_NEEDS } from '../../../toolkit/stack/parts.ts';
import { homeOfEnvironment } from '../../../toolkit/terminal/load-options.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { assertAuthorizers, partsFile } from './choose-parts.ts';
import { deployedFile, IGNORE_FILE, keyPrefixOf, stackFile } from './init-files.ts';
import {
  documentsOf,
  EXCLUDE,
  GUIDES,
  installLine,
  isService,
  isStack,
  missingOf,
  packagesStack,
  readIfThere,
  upToPackages,
} from './init-folder.ts';
import { documentsFor } from './part-documents.ts';
import type { Choice, Plan } from './init-folder.ts';

/** The stage of the toolkit's stack. The stage of the API may have another name, such as `v1` or `$default`. */
const STACK_STAGE = 'prod';

type Deployed = { readonly apiId: string; readonly stage: string };

/** @throws UsageError if `--stage` is given alone, or if `--api` is not an id */
export function readDeployed({
  api,
  stage,
}: {
  readonly api?: string;
  readonly stage?: string;
}): Deployed | undefined {
  if (api === undefined && stage === undefined) return undefined;
  if (api === undefined) throw new UsageError('--stage names the stage of a deployed API: also pass --api');
  if (!/^[a-z0-9]{5,20}$/.test(api))
    throw new UsageError(`--api needs the id of the API, such as a1b2c3d4e5, not ${JSON.stringify(api)}`);
  if (stage !== undefined && !/^(?:\$default|[\w-]{1,128})$/.test(stage))
    throw new UsageError(
      `--stage needs the name of a stage, such as prod or $default, not ${JSON.stringify(stage)}`,
    );
  return { apiId: api, stage: stage ?? 'prod' };
}

/** The template of a deployed API is not needed, so the folder may be empty, or the folder of any service. */
export function planOfDeployed(
  folder: string,
  { webhooks, parts }: Choice,
  { apiId, stage }: Deployed,
): Plan {
  assertAuthorizers(parts);
  const own = readIfThere(join(folder, 'serverless.yml'));
  const stack = isStack(own) ? '' : STACK_FOLDER;
  const up = `${stack === '' ? '' : '../'}${upToPackages(folder)}`;
  const { region } = homeOfEnvironment();
  // An older stack, without gatewright.yml, has quotas.
  const chosen = parts ?? readChosenParts(join(folder, stack), PART_NEEDS, undefined, INCLUDED_PARTS);
  const documents = documentsOf(join(folder, stack, 'access'));
  const prefix = keyPrefixOf(basename(folder));
  const hasQuotas = chosen?.includes('quotas') !== false;
  const name = `${apiId}.yml`;
  const text = deployedFile({ apiId, stage, up: `../${up}`, prefix, hasQuotas });
  const hasChannels = parts?.includes('channels') === true;
  const files = new Map([
    ...(parts === undefined
      ? []
      : [
          [join(stack, 'serverless.yml'), stackFile({ up, region, hasChannels })] as const,
          [join(stack, 'gatewright.yml'), partsFile(parts)] as const,
        ]),
    ...(isService(folder) ? [] : [['.gitignore', IGNORE_FILE] as const]),
    [join(stack, 'access', name), text] as const,
    ...documentsFor(
      parts ?? (webhooks ? ['webhooks'] : []),
      new Map([...documents, [name, text]]),
      `../${up}`,
    ).map((other) => [join(stack, 'access', other.file), other.text] as const),
  ]);
  const inStack = (command: string): string => (stack === '' ? command : `(cd ${stack} && ${command})`);
  return {
    files,
    next: [
      ...(missingOf(folder).length === 0 ? [] : [installLine(folder)]),
      ...(stack !== '' && packagesStack(own) ? [EXCLUDE] : []),
      `check that "region" under params in ${join(stack, 'serverless.yml')} is the region of the API`,
      `npx gatewright access sync --stage ${STACK_STAGE}   # reads the routes of the API; needs AWS credentials and AWS_REGION`,
      inStack(`npx serverless deploy --stage ${STACK_STAGE}`),
      'create customers and their keys before you attach, so that callers with a key are not refused: npx gatewright keys create --help',
      // Without --stack, attach looks for the stack of the stage that has the same name as the API's stage.
      `npx gatewright attach --api ${apiId} --stage ${stage.startsWith('$') ? `'${stage}'` : stage}${stage === STACK_STAGE ? '' : ` --stack gatewright-${STACK_STAGE}`}`,
      `guides by task are in ${GUIDES}; start with protect/attach.md`,
    ],
  };
}
