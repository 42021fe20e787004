/** Finds builds of `sam build` that are older than their sources. They run unchanged, so the user is warned. */
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { builtFolder, isBuildOutput } from '../../core/stack/sam-build.ts';
import type { Finding } from '../raw-stack.ts';

/** The maximum number of files and folders that are examined. A newer file beyond this limit is not noticed. */
const MAX_ENTRIES = 2_000;
const NOT_SOURCES = new Set(['node_modules', '.aws-sam', '.git', '.gatewright', '.venv', '__pycache__']);
/** Runtimes whose functions are compiled programs. */
export const COMPILED = /^(?:java|dotnet|provided|go)/;

/**
 * Returns the first file of the sources that is newer than the build; undefined if the build is up to date or does not
 * exist.
 */
export function newerThan(built: string, sources: readonly string[]): string | undefined {
  const builtAt = modifiedAt(built);
  if (builtAt === undefined) return undefined;
  let entries = 0;
  const look = (path: string): string | undefined => {
    entries += 1;
    const found = statOf(path);
    if (found === undefined || entries > MAX_ENTRIES) return undefined;
    if (found.isFile()) return found.mtimeMs > builtAt ? path : undefined;
    if (!found.isDirectory()) return undefined;
    for (const name of readdirSync(path)) {
      const newer = NOT_SOURCES.has(name) ? undefined : look(join(path, name));
      if (newer !== undefined) return newer;
    }
    return undefined;
  };
  for (const source of sources) {
    const newer = look(source);
    if (newer !== undefined) return newer;
  }
  return undefined;
}

function modifiedAt(path: string): number | undefined {
  return statOf(path)?.mtimeMs;
}

export function describeStale(folder: string, newer: string): string {
  return `the output of sam build is older than ${relative(folder, newer)}, and runs unchanged: run sam build again`;
}

/**
 * Checks the functions whose compiled program comes from `.aws-sam/build`. If the gateway was started in the folder
 * `.aws-sam/build`, this folder itself is checked.
 */
export function findStaleBuilds(
  template: JsonObject,
  file: string,
  functions: ReadonlyMap<string, string>,
): readonly Finding[] {
  const folder = dirname(file);
  if (isBuildOutput(folder)) return staleTemplate(file);
  const resources = mapOf(template, 'Resources');
  return [...functions].flatMap(([logicalId, code]): readonly Finding[] => {
    const resource = resources[logicalId];
    const properties = membersOf(resource)['Properties'];
    const runtime = membersOf(properties)['Runtime'];
    if (typeof runtime !== 'string' || !COMPILED.test(runtime)) return [];
    const newer = newerThan(builtFolder(folder, logicalId), [file, code]);
    if (newer === undefined) return [];
    const consequence = describeStale(folder, newer);
    return [{ logicalId, type: 'AWS::Lambda::Function', property: 'Code', consequence }];
  });
}

/**
 * Checks whether a built template is older than its source. The source template is next to `.aws-sam`, unless
 * configured otherwise.
 */
function staleTemplate(file: string): readonly Finding[] {
  const project = dirname(dirname(dirname(file)));
  const written = ['template.yaml', 'template.yml', 'template.json'].map((name) => join(project, name));
  const newer = newerThan(file, written);
  if (newer === undefined) return [];
  return [
    {
      logicalId: '',
      type: 'AWS::CloudFormation::Stack',
      place: { file },
      consequence: `the whole build is older than ${newer} and is served unchanged: run sam build again, or start ${project}`,
    },
  ];
}
