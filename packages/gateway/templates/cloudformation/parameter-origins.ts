/**
 * Finds where the value of a parameter without a default comes from: a template of the same project that contains the
 * declaring template as a nested stack, or that has the value as an output.
 */
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { asText, mapOf, membersOf } from '@gatewright/aws/json-object';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf, readIfReadable } from '@gatewright/aws/readable-files';
import { TEMPLATE_PROPERTIES } from './nested-stacks.ts';
import { parseSource } from './template-source.ts';
import type { SourceTree } from './template-source.ts';

const TEMPLATE = /\.(?:ya?ml|json|template)$/;
const SKIPPED = /^(?:\..*|node_modules|cdk\.out|dist|build|coverage|venv|__pycache__)$/;
const MAX_FOLDERS = 200;
const MAX_TEMPLATES = 50;
const MAX_BYTES = 500_000;

/**
 * Returns sentences about the parameters whose origin is found; empty if there are none.
 * @param file the template that declares the parameters
 */
export function describeOrigins(names: readonly string[], file: string): readonly string[] {
  const templates = readTemplates(file);
  const parents = new Map<string, string[]>();
  const outputs: string[] = [];
  for (const name of names) {
    const parent = templates.flatMap((tree) => placeOfParent(tree, name, file) ?? [])[0];
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), name]);
    const output = templates.flatMap((tree) => placeOfOutput(tree, name) ?? [])[0];
    if (parent === undefined && output !== undefined)
      outputs.push(`${name} is an output of the template ${output}: pass the value of this output`);
  }
  return [
    ...[...parents].map(
      ([parent, passed]) =>
        `the template ${parent} contains this stack and passes ${passed.join(', ')}: name that template instead of this one`,
    ),
    ...outputs,
  ];
}

/** Returns the file of a template that passes the parameter to the nested stack of `file`. */
function placeOfParent({ file: own, value }: SourceTree, name: string, file: string): string | undefined {
  const isParent = Object.values(mapOf(value, 'Resources')).some((resource) => {
    const properties = mapOf(membersOf(resource), 'Properties');
    const path = asText(properties[TEMPLATE_PROPERTIES[asText(membersOf(resource)['Type']) ?? ''] ?? '']);
    const isOf = path !== undefined && resolve(dirname(own), path) === file;
    return isOf && Object.hasOwn(mapOf(properties, 'Parameters'), name);
  });
  return isParent ? shown(own) : undefined;
}

/** Returns the file and line of an output that has this name, or whose export has this name. */
function placeOfOutput(tree: SourceTree, name: string): string | undefined {
  const found = Object.entries(mapOf(tree.value, 'Outputs')).find(
    ([key, output]) => key === name || asText(membersOf(membersOf(output)['Export'])['Name']) === name,
  );
  return found === undefined ? undefined : `${shown(tree.file)}:${tree.lineOf(['Outputs', found[0]])}`;
}

/** Reads the other templates of the project. Templates that are too large or cannot be parsed are left out. */
function readTemplates(file: string): readonly SourceTree[] {
  const folders = [projectOf(dirname(file))];
  const found: SourceTree[] = [];
  for (const folder of folders) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !SKIPPED.test(entry.name) && folders.length < MAX_FOLDERS)
        folders.push(path);
      if (!entry.isFile() || path === file || !TEMPLATE.test(entry.name)) continue;
      const tree = readTemplate(path);
      if (tree !== undefined) found.push(tree);
      if (found.length >= MAX_TEMPLATES) return found;
    }
  }
  return found;
}

function readTemplate(path: string): SourceTree | undefined {
  if ((statOf(path)?.size ?? MAX_BYTES) >= MAX_BYTES) return undefined;
  const text = readIfReadable(path) ?? '';
  if (!/\bResources\b/.test(text) || !/\b(?:Outputs|Parameters)\b/.test(text)) return undefined;
  try {
    return parseSource(text, path);
  } catch {
    // Another template of the project, which is not loaded in this run, may be unreadable.
    return undefined;
  }
}

/**
 * Returns the root of the repository, or else the parent of the template's folder, unless unrelated projects share this
 * parent.
 */
function projectOf(folder: string): string {
  for (let above = folder; above !== dirname(above); above = dirname(above))
    if (existsSync(join(above, '.git'))) return above;
  const above = dirname(folder);
  return [homedir(), tmpdir(), dirname(above)].includes(above) ? folder : above;
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
