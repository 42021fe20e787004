/** Describes the contents of the folder of `gatewright init`, and the changes that `init` plans for it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { STACK_FOLDER } from '@gatewright/authoring/files/stack-files';
import { membersOf } from '@gatewright/aws/json-object';
import { DEFAULT_STAGE } from '../../../toolkit/terminal/load-options.ts';
import { isBundled, isStateOmitted } from '../../plugin/check-packages.ts';

/** The user's choice. `parts` is undefined if the stack already exists, because it keeps its parts. */
export type Choice = { readonly webhooks: boolean; readonly parts: readonly string[] | undefined };

/** The files to write, by their paths relative to the folder, and the next steps for the user. */
export type Plan = { readonly files: ReadonlyMap<string, string>; readonly next: readonly string[] };

/** The folder of the guides in the installed package. In a checkout they are in docs. */
export const GUIDES = 'node_modules/gatewright/docs/guides';

/** Files that identify folders of osls, SAM and CDK projects. */
const DEFINITION = /^(?:serverless\.(?:ya?ml|json|[cm]?[jt]s)|template\.(?:ya?ml|json)|cdk\.(?:json|out))$/;

/** Path of the stack's file below the folder of a service. */
export const STACK_FILE = join(STACK_FOLDER, 'serverless.yml');

export function stackFolderOf(folder: string): string {
  return existsSync(join(folder, STACK_FILE)) ? join(folder, STACK_FOLDER) : folder;
}

export function isService(folder: string): boolean {
  return readdirSync(folder).some((name) => DEFINITION.test(name));
}

/** Whether the folder itself, or a folder below it, contains a stack. */
export function hasStack(folder: string): boolean {
  return existsSync(join(folder, STACK_FILE)) || isStack(readIfThere(join(folder, 'serverless.yml')));
}

/**
 * Whether a definition is of the stack: it has the plug-in `gatewright/stack`, or reads the file `stack.json`. A service
 * may read other files of that folder, such as the gateway response `over-quota.json`.
 */
export function isStack(definition: string): boolean {
  const lines = definition.split('\n').map((line) => line.replace(/(?:^|\s)#.*/, ''));
  return lines.some((line) => /(?<![.\w-])gatewright\/stack(?:\/stack\.json|(?![\w./-]))/.test(line));
}

/**
 * Whether a service names another stage than the local stage of the stack. Without `--stage`, it would be served for its
 * own stage, and import from a stack of that stage.
 */
export function namesOtherStage(definition: string): boolean {
  if (definition === '') return false;
  const { provider } = membersOf(parseDocument(definition, { logLevel: 'error' }).toJS());
  const { stage } = membersOf(provider);
  return typeof stage === 'string' && !new RegExp(`\\b${DEFAULT_STAGE}\\b`).test(stage);
}

/** Reads the documents of a service that was copied without its stack. */
export function readDocuments(folder: string): ReadonlyMap<string, string> {
  return documentsOf(join(folder, STACK_FOLDER, 'access'));
}

export function documentsOf(access: string): ReadonlyMap<string, string> {
  return new Map(documentsIn(access).map((name) => [name, readIfThere(join(access, name))]));
}

export function documentsIn(folder: string): readonly string[] {
  return filesIn(folder).filter((name) => /\.ya?ml$/.test(name));
}

export function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The maximum number of parent folders in which the installed package is searched. */
const ANCESTORS = 6;

/**
 * Returns the path from a folder to the folder whose node_modules contains the package, such as `../`; empty if this is
 * the folder itself, or if the package is not installed. npm installs the packages of a workspace in its root.
 */
export function upToPackages(folder: string): string {
  for (let levels = 0, here = resolve(folder); levels <= ANCESTORS; levels += 1, here = dirname(here))
    if (existsSync(join(here, 'node_modules', 'gatewright'))) return '../'.repeat(levels);
  return '';
}

/**
 * Returns the dependencies of the stack that are neither installed in the folder or a folder above, nor listed in its
 * package.json.
 */
export function missingOf(folder: string): readonly string[] {
  const manifest = readIfThere(join(folder, 'package.json'));
  return ['gatewright', 'osls'].filter(
    (name) => !isInstalled(folder, name) && !manifest.includes(`"${name}"`),
  );
}

function isInstalled(folder: string, name: string): boolean {
  const above = Array.from({ length: ANCESTORS + 1 }, (_, levels) => '../'.repeat(levels));
  return above.some((up) => existsSync(join(resolve(folder), up, 'node_modules', name)));
}

export function installLine(folder: string): string {
  const missing = missingOf(folder);
  return missing.length === 0 ? 'npm install' : `npm install --save-dev ${missing.join(' ')}`;
}

export const EXCLUDE = `exclude the stack from the package of your service: add gatewright to plugins in serverless.yml, or package: { patterns: ['!**/.gatewright/**', '!${STACK_FOLDER}/**'] }`;

/** Whether osls would put the folder of the stack into the package of the service. */
export function packagesStack(definition: string): boolean {
  if (definition === '') return false;
  const { build, plugins, custom, package: packaging } = membersOf(parseDocument(definition).toJS());
  return !isBundled({ build, plugins, custom: membersOf(custom) }) && !isStateOmitted(plugins, packaging);
}

export function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
