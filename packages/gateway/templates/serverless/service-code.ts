/**
 * Finds the code of a service's functions. It is the source, an artifact that the service names, or the packaged
 * output.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf } from '@gatewright/aws/readable-files';
import { isJsonObject, memberOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { DefinitionPlace } from '../../core/errors.ts';
import { isArchive } from '../packed-code.ts';
import type { Finding, LocalCode } from '../raw-stack.ts';
import { memberAt } from '../template-place.ts';
import type { WholeService } from './included-files.ts';
import type { PackagedService } from './packaged-service.ts';

type ServiceCode = Pick<
  LocalCode,
  'functions' | 'isBundled' | 'bundler' | 'webpack' | 'packed' | 'taken' | 'added'
> & {
  readonly archives: readonly string[];
  readonly findings: readonly Finding[];
  readonly informed: readonly string[];
};

const PACKAGE_FOLDER = '.serverless';
const STATE_FILE = 'serverless-state.json';
const STATE_LIMIT_BYTES = 50_000_000;

/**
 * Finds the code of a service's functions. If the service names an artifact, that artifact runs, as on AWS. The output
 * of build plug-ins runs only if the gateway cannot build a bundle.
 */
export function findServiceCode(
  { functions, builders, webpack, taken, added, template }: PackagedService,
  folder: string,
  placeOf: PlaceOfArtifact,
): ServiceCode {
  const code = new Map<string, string>();
  const packed = new Map<string, string>();
  const findings: Finding[] = [];
  const informed: string[] = [];
  const readsPackage = builders.length > 0 || (added?.packagers.length ?? 0) > 0;
  const archiveOf = readsPackage ? readPackaging(folder) : () => undefined;
  const stateFile = join(folder, PACKAGE_FOLDER, STATE_FILE);
  for (const [logicalId, { name, artifact }] of functions) {
    const path = artifact === undefined ? undefined : resolve(folder, artifact);
    if (path !== undefined && isArchive(path)) {
      code.set(logicalId, path);
      informed.push(`${name} runs from its artifact ${artifact ?? ''}`);
      continue;
    }
    code.set(logicalId, folder);
    if (artifact !== undefined)
      findings.push(withoutArtifact(logicalId, artifact, folder, placeOf(['functions', name])));
    const archive = archiveOf(name);
    if (archive === undefined) continue;
    if (builders.length > 0) packed.set(logicalId, archive);
    else if (!hasHandler(template, logicalId, folder)) {
      code.set(logicalId, archive);
      informed.push(
        `${name} runs from ${relative(folder, archive)}, because its handler is only in the package`,
      );
    }
  }
  const artifacts = [...code.values()].filter((path) => path !== folder);
  return {
    functions: code,
    ...(builders.length > 0 && { isBundled: true as const }),
    ...(builders.includes('serverless-esbuild') && { bundler: 'serverless-esbuild' as const }),
    ...(webpack !== undefined && { webpack: { ...webpack, folder } }),
    ...(added !== undefined && { added }),
    packed,
    ...(taken !== undefined &&
      builders.length === 0 && { taken: new Map([...functions.keys()].map((id) => [id, taken])) }),
    // These archives are watched even if they do not exist, so that the first packaging is noticed.
    archives: [...new Set([...artifacts, ...(readsPackage ? [stateFile] : [])])],
    findings,
    informed,
  };
}

/** Whether the folder has a file with the name of the handler. The ending depends on the runtime. */
function hasHandler({ Resources: resources }: JsonObject, logicalId: string, folder: string): boolean {
  const handler = memberAt(membersOf(resources), [logicalId, 'Properties', 'Handler']);
  if (typeof handler !== 'string') return true;
  const path = handler.replace(/\.[^.]*$/, '');
  const module = join(folder, dirname(path));
  const names = entriesOf(module).map(({ name }) => name.replace(/\.[^.]*$/, ''));
  return (
    names.includes(basename(path)) || statOf(join(folder, path.replaceAll('.', '/') + '.py')) !== undefined
  );
}

/** Returns the place of `package.artifact` of a function or layer, which may be the artifact of the whole service. */
export type PlaceOfArtifact = (owner: readonly string[]) => DefinitionPlace | undefined;

/** Returns undefined for a service that is a module or does not parse, because its lines are not known. */
export function placeOfArtifact(
  owner: readonly string[],
  whole: WholeService | undefined,
): DefinitionPlace | undefined {
  const path = [...owner, 'package', 'artifact'].map(String);
  const written = whole === undefined || memberAt(whole.value, path) === undefined ? undefined : path;
  return whole?.placeOf(written ?? ['package', 'artifact']);
}

function withoutArtifact(
  logicalId: string,
  artifact: string,
  folder: string,
  place: DefinitionPlace | undefined,
): Finding {
  const at = { logicalId, type: 'AWS::Lambda::Function', property: 'Code' };
  if (/^(?:https?|s3):/.test(artifact))
    return { ...at, consequence: `${artifact} is not on this machine: the function runs from its source` };
  const consequence = 'the function runs from its source';
  return { ...at, ...describeMissingArchive(artifact, folder), consequence, place };
}

/** Describes an archive without which osls cannot deploy. */
export function describeMissingArchive(
  artifact: string,
  folder: string,
): Required<Pick<Finding, 'rule' | 'message' | 'remedy'>> {
  const fault = statOf(resolve(folder, artifact)) === undefined ? 'does not exist' : 'is not a zip archive';
  return {
    rule: 'missing-file',
    message: `package.artifact names ${artifact}, which ${fault}, so osls cannot deploy the service`,
    remedy: `create ${artifact} before you deploy, for example with the build script of the project, or remove package.artifact`,
  };
}

/**
 * Reads the state file, which packaging writes after all archives. Returns a lookup from the name of a Lambda function
 * to its archive.
 */
function readPackaging(folder: string): (functionName: string) => string | undefined {
  const state = readState(join(folder, PACKAGE_FOLDER, STATE_FILE));
  const functions = memberOf(memberOf(state, 'service'), 'functions');
  const whole = memberOf(memberOf(state, 'package'), 'artifact');
  return (functionName) => {
    const own = memberOf(memberOf(memberOf(functions, functionName), 'package'), 'artifact');
    const name = [own, whole].find((each) => typeof each === 'string' && each !== '');
    if (typeof name !== 'string' || memberOf(functions, functionName) === undefined) return undefined;
    // The state may come from another machine, so only the file name is used.
    const archive = join(folder, PACKAGE_FOLDER, basename(name.replaceAll('\\', '/')));
    return isArchive(archive) ? archive : undefined;
  };
}

function readState(file: string): JsonObject | undefined {
  const size = statOf(file)?.size;
  if (size === undefined || size > STATE_LIMIT_BYTES) return undefined;
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as Json;
    return isJsonObject(state) ? state : undefined;
  } catch {
    // The file is being written or is incomplete, so the service counts as not packaged.
    return undefined;
  }
}
