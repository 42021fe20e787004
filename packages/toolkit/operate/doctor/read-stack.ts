/** Reads a packaged service, which is osls's `--package` folder, for the checks. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import { readNamedDocuments } from '@gatewright/authoring/files/access-documents';
import { listAt, textAt } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import type { StackView } from './views.ts';

const TEMPLATE = 'cloudformation-template-update-stack.json';
const STATE = 'serverless-state.json';

/**
 * Reads a packaged stack.
 * @throws UsageError if the folder contains no packaged service, or was packaged for another stage
 */
export async function readStack(
  packageFolder: string,
  serviceFolder: string,
  stage: string,
): Promise<StackView> {
  const template = readJson(join(packageFolder, TEMPLATE));
  const state = readJson(join(packageFolder, STATE));
  if (!isJsonObject(template['Resources']))
    throw new UsageError(`${join(packageFolder, TEMPLATE)} has no Resources: run gatewright package again`);
  const provider = ['service', 'provider'];
  const stackName =
    textAt(state, ...provider, 'stackName') ?? `${textAt(state, 'service', 'service') ?? ''}-${stage}`;
  assertStage(template, stackName, stage, packageFolder);
  return {
    stage,
    stackName,
    region: textAt(state, ...provider, 'region') ?? 'us-east-1',
    localStages: listAt(state, 'service', 'custom', 'localStages').map(String),
    template: template as StackView['template'],
    // The template is measured in the form in which osls uploads it.
    templateBytes: Buffer.byteLength(JSON.stringify(template)),
    codeBytes: await sizeOfArchives(packageFolder),
    ...documentsOf(serviceFolder, stage),
  };
}

function readJson(file: string) {
  const found = existsSync(file) ? parseJsonObject(readFileSync(file, 'utf8')) : undefined;
  if (found !== undefined) return found;
  throw new UsageError(`${file} does not exist or is not JSON: run gatewright package first`);
}

/**
 * Checks that the service was packaged for the given stage. osls's state file contains only the default stage. The
 * packaged stage is recognized by the names of functions.
 */
function assertStage(template: object, stackName: string, stage: string, folder: string): void {
  const names = [...JSON.stringify(template).matchAll(/"FunctionName":"([^"]+)"/g)].map(([, name]) => name);
  if (names.length > 0 && !names.some((name) => name?.startsWith(`${stackName}-`)))
    throw new UsageError(
      `${folder} was packaged for a stage other than ${stage}: the name of function ${names[0]} does not begin with ${stackName}-. Run gatewright package --stage ${stage}`,
    );
}

async function sizeOfArchives(folder: string): Promise<number> {
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.zip'));
  const sizes = await Promise.all(archives.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Returns the documents that have an API in the stage, including documents whose routes have not been read yet. */
function documentsOf(serviceFolder: string, stage: string): Pick<StackView, 'documents' | 'issuers'> {
  const folder = join(serviceFolder, 'access');
  if (!existsSync(folder)) return { documents: [], issuers: [] };
  const found = readNamedDocuments(folder, []).filter(({ document }) => Object.hasOwn(document.api, stage));
  return {
    documents: found.map(({ name }) => name),
    issuers: found.flatMap(({ name, document }) =>
      document.issuers.flatMap((issuer) =>
        issuer.type === 'oidc' && (issuer.only?.includes(stage) ?? true)
          ? [{ document: name, url: issuer.issuer }]
          : [],
      ),
    ),
  };
}
