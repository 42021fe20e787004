/** Finds the toolkit's stack and the documents of a service, by the files that `gatewright init` writes. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { readIfReadable } from '@gatewright/aws/readable-files';

/**
 * The name of the folder that contains the toolkit's stack. The folder is inside a service that has its own definition.
 */
export const STACK_FOLDER = 'gatewright';
/** The logical id of the WebSocket API of the toolkit's stack, and the parameter that gives the stack this API. */
export const OWN_SOCKET_API = 'WebsocketsApi';
export const OWN_SOCKET_PARAMETER = 'websocketApi: true';

const PLUGIN = /^\s*(?:plugins:\s*\[.*|-\s*)['"]?(?:gatewright\/stack|\.\/layers\/osls-plugin\.ts)\b/m;
/** Matches the name of an export of the stack, or `${cf:…}` of one of its outputs, with any stage name. */
const ASKS = /\bgatewright-[^\s'"]*[-.][A-Z]\w*(?:Arn|Name|Url)\b/;
/**
 * Matches a reference to an output of the stack in the syntax that osls reads, such as
 * `${cf:gatewright-${sls:stage}.TokenAuthorizerArn}`.
 */
const ASKS_OUTPUT = /\$\{cf(?:\([^)]*\))?:\s*gatewright-[^\s'"]*\.([A-Z]\w*)\}/g;
/** Matches the stack in the packaged form that other deployment tools use (layers/package-form.ts). */
const PACKAGED = /Export"?:\s*\{?\s*"?Name"?:\s*['"]?gatewright-[\w-]+-AlarmTopicArn\b/;
/** Matches the names of exports and outputs of the stack, one by one. */
const ASKED_NAMES = /\bgatewright-[^\s'"]*?[-.]([A-Z]\w*(?:Arn|Name|Url))\b/g;
const READ_LIMIT_BYTES = 1_000_000;
const FILE_LIMIT = 200;
const ANCESTORS = 6;

type StackSearch =
  /**
   * The result if the stack is not needed, because no source refers to one of its outputs, or because it is one of the
   * sources.
   */
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'found'; readonly folder: string }
  | { readonly kind: 'missing' };

/**
 * Searches for the stack in the folders of the sources and in their parent folders up to the root of the repository
 * (six folders at most), and in the folder `gatewright` of each of them.
 */
export function findStack(sources: readonly string[]): StackSearch {
  const paths = sources.map((source) => resolve(source));
  const folders = [...new Set(paths.map(folderOf))];
  if (folders.some(isStackFolder) || !paths.some((path) => hasText(path, ASKS)))
    return { kind: 'not-needed' };
  if (paths.some((path) => hasText(path, PACKAGED))) return { kind: 'not-needed' };
  const folder = folders.flatMap(candidates).find(isStackFolder);
  return folder === undefined ? { kind: 'missing' } : { kind: 'found', folder };
}

/** Returns the names of the stack's outputs to which a source refers, such as `UsageTableName`. */
export function findUsedOutputs(source: string): readonly string[] {
  const names = textsOf(source).flatMap((text) =>
    [...text.matchAll(ASKED_NAMES)].map(([, name = '']) => name),
  );
  return [...new Set(names)];
}

/**
 * Returns `access`, or `gatewright/access` if only that folder exists, or the folder of the only stack in the folders
 * below, because a gateway can be started from their parent folder.
 */
export function defaultAccessFolder(directory: string): string {
  const own = ['access', join(STACK_FOLDER, 'access')].find((folder) => existsSync(join(directory, folder)));
  if (own !== undefined) return own;
  const below = foldersIn(directory)
    .slice(0, FILE_LIMIT)
    .flatMap((folder) => [folder, ...foldersIn(join(directory, folder)).map((inner) => join(folder, inner))]);
  const found = below
    .slice(0, FILE_LIMIT)
    .filter(
      (folder) => isStackFolder(join(directory, folder)) && existsSync(join(directory, folder, 'access')),
    );
  return found[0] !== undefined && found.length === 1 ? join(found[0], 'access') : 'access';
}

export function accessFoldersOf(sources: readonly string[]): readonly string[] {
  const places = sources.map((source) => folderOf(resolve(source)));
  return [
    ...new Set(places.flatMap((place) => [join(place, 'access'), join(place, STACK_FOLDER, 'access')])),
  ];
}

function folderOf(source: string): string {
  return isFile(source) ? dirname(source) : source;
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

function candidates(folder: string): readonly string[] {
  const found: string[] = [];
  for (let [here, left] = [folder, ANCESTORS]; left > 0; left -= 1) {
    found.push(here, join(here, STACK_FOLDER));
    if (existsSync(join(here, '.git')) || here === dirname(here)) break;
    here = dirname(here);
  }
  return found;
}

export function isStackFolder(folder: string): boolean {
  return PLUGIN.test(readText(join(folder, 'serverless.yml')));
}

/**
 * Returns the outputs of the stack to which a source refers by `${cf:…}`, for one stage. An example is
 * `cf:gatewright-dev.TokenAuthorizerArn`.
 */
export function findAskedOutputs(source: string, stage: string): readonly string[] {
  const asked = textsOf(source).flatMap((text) => [...text.matchAll(ASKS_OUTPUT)].map(([, name]) => name));
  return [...new Set(asked)].map((name) => `cf:gatewright-${stage}.${name ?? ''}`);
}

function hasText(source: string, wanted: RegExp): boolean {
  return textsOf(source).some((text) => wanted.test(text));
}

/**
 * Returns the texts of the definition and of the files around it, such as files with resources and templates that CDK
 * has generated.
 */
function textsOf(folder: string): readonly string[] {
  if (isFile(folder)) return [readText(folder)];
  const places = [folder, ...foldersIn(folder).map((name) => join(folder, name))];
  const files = places.flatMap((place) => filesIn(place).map((name) => join(place, name)));
  return files.slice(0, FILE_LIMIT).map(readText);
}

function foldersIn(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
    .map(({ name }) => name);
}

function filesIn(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isFile() && /^serverless\.\w+$|\.(?:ya?ml|json)$/.test(entry.name))
    .map(({ name }) => name);
}

function entriesOf(folder: string) {
  if (statOf(folder)?.isDirectory() !== true) return [];
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // The user may not read the folder.
    return [];
  }
}

function readText(file: string): string {
  const found = statOf(file);
  return found?.isFile() === true && found.size <= READ_LIMIT_BYTES ? (readIfReadable(file) ?? '') : '';
}
