/** `gatewright init --add` adds parts to an existing stack, by editing `parts` of its gatewright.yml. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { editParts, readChosenParts, SETTINGS_FILE } from '@gatewright/authoring/files/parts-files';
import { STACK_FOLDER } from '@gatewright/authoring/files/stack-files';
import { INCLUDED_PARTS, PART_NEEDS, PARTS } from '../../../toolkit/stack/parts.ts';
import { partsFile, withNeeds } from './choose-parts.ts';

type AddedParts = {
  readonly added: readonly string[];
  /** The changed files, relative to the current folder. */
  readonly files: readonly string[];
};

/**
 * Adds parts, and the parts that they need. No part is removed.
 * @param stackFolder the folder of the stack's serverless.yml
 * @throws UsageError for an unknown name, or if the present settings are invalid
 */
export function addParts(stackFolder: string, names: string): AddedParts {
  const usual = PARTS.filter(({ onlyNamed }) => onlyNamed !== true).map(({ chosenAs }) => chosenAs);
  const present = readChosenParts(stackFolder, PART_NEEDS, undefined, INCLUDED_PARTS) ?? usual;
  const wanted = withNeeds(names, '--add');
  const added = wanted.filter((name) => !present.includes(name));
  if (added.length === 0) return { added, files: [] };
  const chosen = Object.keys(PART_NEEDS).filter((name) => present.includes(name) || added.includes(name));
  const own = join(stackFolder, SETTINGS_FILE);
  const around = basename(stackFolder) === STACK_FOLDER ? [join(stackFolder, '..', SETTINGS_FILE)] : [];
  const listing = [own, ...around].filter(hasParts);
  for (const file of listing)
    writeFileSync(file, editParts(readFileSync(file, 'utf8'), chosen, INCLUDED_PARTS));
  if (listing.length === 0)
    writeFileSync(
      own,
      existsSync(own) ? editParts(readFileSync(own, 'utf8'), chosen, INCLUDED_PARTS) : partsFile(chosen),
    );
  const changed = listing.length === 0 ? [own] : listing;
  return { added, files: changed.map((file) => relative(process.cwd(), file)) };
}

function hasParts(file: string): boolean {
  return existsSync(file) && parseDocument(readFileSync(file, 'utf8')).has('parts');
}

/** Returns, for each added part, the guide to begin with. */
export function guidesOf(added: readonly string[], folder: string): readonly string[] {
  return PARTS.filter(({ chosenAs }) => added.includes(chosenAs)).map(
    ({ chosenAs, guides }) => `${chosenAs}: ${join(folder, (guides[0] ?? '').replace('docs/guides/', ''))}`,
  );
}
