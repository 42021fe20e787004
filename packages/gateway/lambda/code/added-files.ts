/**
 * Provides the files that a plug-in of osls adds to the packages of a service, such as the handler of serverless-wsgi.
 * They are in a folder of this run and not in the service's folder, which remains unchanged.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { DefinitionError } from '../../core/errors.ts';
import { explainUnreadable } from './missing-path.ts';
import { notWritten } from './packed-code.ts';
import type { AddedFiles, FunctionCode, FunctionDefinition, PluginFiles } from '../../core/stack/function.ts';

/** Returns the plug-ins' additions to the code; undefined if there are none. */
export function addedTo(code: FunctionCode): PluginFiles | undefined {
  return code.kind === 'directory' ? code.added : undefined;
}

/** Whether a plug-in adds the file to the package. */
export function isAdded(code: FunctionCode, file: string): boolean {
  return addedTo(code)?.files.some(({ copies }) => copies.some((copy) => basename(copy) === file)) === true;
}

/**
 * Writes the added files into a folder of this run, and returns the definition with this folder.
 * @throws DefinitionError if a file cannot be written
 */
export function placeAddedFiles(definition: FunctionDefinition, runDirectory: string): FunctionDefinition {
  const { code, name, place } = definition;
  if (code.kind !== 'directory' || code.added === undefined || code.added.files.length === 0)
    return definition;
  const { files } = code.added;
  const key = createHash('sha256')
    .update(JSON.stringify([code.directory, files]))
    .digest('hex')
    .slice(0, 12);
  const folder = join(runDirectory, 'added', key);
  try {
    for (const each of files) writeFiles(each, folder);
  } catch (error) {
    const [missing] = files
      .flatMap(({ copies }) => copies)
      .flatMap((copy) => explainUnreadable(copy, 'install the plug-in again') ?? []);
    const what = `the files that plug-ins add to ${name} cannot be copied`;
    throw missing === undefined
      ? notWritten(what, folder, error, place)
      : new DefinitionError(place, `${what}: ${missing}`);
  }
  return { ...definition, code: { ...code, added: { ...code.added, folder } } };
}

/** Files and links whose names would lead out of the folder are left out. */
function writeFiles({ copies, texts, links }: AddedFiles, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const copy of copies) copyFileSync(copy, join(folder, basename(copy)));
  for (const [name, text] of Object.entries(texts))
    if (isFileName(name)) writeFileSync(join(folder, name), text);
  for (const [name, target] of Object.entries(links)) {
    const link = join(folder, name);
    if (isFileName(name) && lstatSync(link, { throwIfNoEntry: false }) === undefined)
      symlinkSync(target, link, 'junction');
  }
}

function isFileName(name: string): boolean {
  return name === basename(name) && !['', '.', '..'].includes(name);
}

/**
 * Explains the absence of a handler's file that plug-ins may create when osls packages; undefined if no plug-in does
 * so.
 */
export function describePackagers(code: FunctionCode): string | undefined {
  const names = addedTo(code)?.packagers ?? [];
  if (names.length === 0) return undefined;
  return `${names.join(', ')} ${names.length === 1 ? 'runs' : 'run'} only during osls package and may create the file: run npx osls package; the function then runs from .serverless`;
}
