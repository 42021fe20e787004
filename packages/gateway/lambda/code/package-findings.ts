/**
 * Finds files that are missing from functions' deployment packages, files that Lambda cannot load, and packages that
 * are too large. A limited number of files is read. No code runs, and no link is followed.
 */
import { basename, dirname, join, relative } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf } from '@gatewright/aws/readable-files';
import { DefinitionError, propertyAt } from '../../core/errors.ts';
import type { DefinitionPlace } from '../../core/errors.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import { runtimeFamily } from '../../core/stack/function.ts';
import type { FunctionCode, FunctionDefinition } from '../../core/stack/function.ts';
import { findOwnBuild, isBuiltForSam } from '../build/own-build.ts';
import type { OwnBuild } from '../build/own-build.ts';
import { describePackagers, isAdded } from './added-files.ts';
import { findInLayers } from './layer-folders.ts';
import { findHandlerFile, isBundled, isTypeScript } from './handler-file.ts';
import { findMissingExport, findMissingIn } from './known-exports.ts';
import { findLeftOut } from './left-out-packages.ts';
import { followImports } from './packaged-imports.ts';
import { explainMissingFolder } from './missing-path.ts';
import { MAX_UNZIPPED_BYTES, unpackedBytes } from './unpack-archive.ts';

export type PackageFinding = {
  readonly rule: RuleId;
  /** A place in the template, or a place in a file of the function. */
  readonly place: DefinitionPlace;
  readonly message: string;
  /** What happens to requests on this machine, and what happens to them on AWS. */
  readonly consequence: string;
  readonly remedy?: string;
};

/**
 * The maximum number of files and folders in a folder whose size is counted. If a folder has more, its size counts as
 * unknown.
 */
const MAX_FILES = 100_000;
const FAILS_ON_AWS =
  'every request that invokes the function fails (502 of a REST API with proxy integration, 500 of an HTTP API)';
const FAILS_EVERYWHERE = 'every invocation fails, in this gateway and on AWS';

export function findPackageFindings(definition: FunctionDefinition): readonly PackageFinding[] {
  return [...findHandlerFindings(definition), ...findExcess(definition)];
}

function findHandlerFindings(definition: FunctionDefinition): readonly PackageFinding[] {
  const { code, runtime } = definition;
  if (code.kind === 'inline') return findInlineFindings(definition, code.source);
  if (code.kind !== 'directory' || code.packed !== undefined) return [];
  const absent = statOf(code.directory) === undefined ? explainMissingFolder(code.directory) : undefined;
  if (absent !== undefined)
    return [
      {
        rule: 'missing-file',
        place: propertyAt(definition.place, 'Code'),
        message: absent,
        consequence: FAILS_EVERYWHERE,
      },
    ];
  // The build has its own finding.
  if (code.taken === 'output') return [];
  if (runtimeFamily(runtime) === 'python') return findPythonFindings(definition, code.directory);
  if (runtimeFamily(runtime) !== 'nodejs') return [];
  let file: string;
  let module: string;
  try {
    ({
      file,
      name: { module },
    } = findHandlerFile(definition, code.directory, false, code.entries));
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return [
      {
        rule: 'missing-handler',
        place: error.place,
        message: error.message,
        consequence: consequenceOfMissing(definition).consequence,
      },
    ];
  }
  return [
    ...describeLacking(findMissingExport(definition, file, code.directory)),
    ...findSourceFindings({ ...definition, code }, file, module),
  ];
}

function describeLacking(error: DefinitionError | undefined): readonly PackageFinding[] {
  if (error === undefined) return [];
  const { place, message, remedy } = error;
  const finding = { rule: 'missing-handler', place, message, consequence: FAILS_EVERYWHERE } as const;
  return [remedy === undefined ? finding : { ...finding, remedy }];
}

/** Finds what Lambda cannot load of a handler whose file is on this machine. */
function findSourceFindings(
  definition: FunctionDefinition & { readonly code: { readonly kind: 'directory' } },
  file: string,
  module: string,
): readonly PackageFinding[] {
  const { code } = definition;
  const place = propertyAt(definition.place, 'Handler');
  if (isBundled(code)) return [];
  const own = findOwnBuild(file);
  if (own?.isOfSam === true) {
    const isBuilt = isBuiltForSam(dirname(definition.place.file), definition.logicalId, module);
    return isBuilt ? [] : [unbuilt(relative(code.directory, file), own, place)];
  }
  if (!isTypeScript(file)) return findLackingImports(definition, file, code);
  if (own !== undefined) return [unbuilt(relative(code.directory, file), own, place)];
  return [
    {
      rule: 'typescript-handler',
      place,
      // The text does not name the file, so that handlers of one service are described together.
      message:
        'the package contains the TypeScript file of the handler uncompiled, but Lambda looks for .js, .mjs and .cjs files only, so every invocation fails with Runtime.ImportModuleError',
      consequence: `the handler runs on this machine; on AWS, ${FAILS_ON_AWS}`,
    },
  ];
}

/**
 * Inline code is one file with the name index.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html#cfn-lambda-function-code-zipfile
 */
function findInlineFindings(definition: FunctionDefinition, source: string): readonly PackageFinding[] {
  const { handler, place, runtime } = definition;
  const dot = handler.lastIndexOf('.');
  const [module, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  if (module === 'index' && runtimeFamily(runtime) === 'nodejs')
    return describeLacking(findMissingIn(definition, 'index.js', source));
  if (dot < 1 || module === 'index' || !/^(?:nodejs|python)/.test(runtime)) return [];
  return [
    {
      rule: 'missing-handler',
      place: propertyAt(place, 'Handler'),
      message: `handler "${handler}": Lambda stores inline code in a file named index, so it does not find the file ${module}`,
      consequence: FAILS_EVERYWHERE,
      remedy: `set Handler to index.${name}`,
    },
  ];
}

/** The project compiles the handler itself, and has not done so yet. */
function unbuilt(file: string, { command, isOfSam }: OwnBuild, place: DefinitionPlace): PackageFinding {
  const output = isOfSam ? '.aws-sam/build' : dirname(file) === '.' ? 'the same folder' : dirname(file);
  return {
    rule: 'unbuilt-handler',
    place,
    message: `${file} is compiled into ${output} by ${command}, which has not run`,
    consequence: `the handler runs on this machine from its source; on AWS, if the command does not run before the deployment, ${FAILS_ON_AWS}`,
    remedy: `run ${command} before each deployment`,
  };
}

function findPythonFindings(definition: FunctionDefinition, directory: string): readonly PackageFinding[] {
  const module = definition.handler.replace(/\.[^.]*$/, '').replaceAll('.', '/');
  const candidates = [`${module}.py`, join(module, '__init__.py')].map((name) => join(directory, name));
  const isThere = candidates.some((file) => statOf(file)?.isFile() === true);
  if (isThere || isAdded(definition.code, `${module}.py`) || isPerhapsInLayer(definition, module)) return [];
  return [
    {
      rule: 'missing-handler',
      place: propertyAt(definition.place, 'Handler'),
      message: `handler "${definition.handler}": the package has no ${module}.py`,
      ...consequenceOfMissing(definition),
    },
  ];
}

/** Whether the module is in a layer, or the function has a layer whose content is not on this machine. */
function isPerhapsInLayer(definition: FunctionDefinition, module: string): boolean {
  const names = [`${module}.py`, `${module}/__init__.py`];
  const folders = ['python', join('python', 'lib', definition.runtime, 'site-packages')];
  return (
    definition.layers.some(({ directory }) => directory === undefined) ||
    folders.some((folder) => names.some((name) => findInLayers(definition, join(folder, name)) !== undefined))
  );
}

/**
 * Returns the consequence of a missing handler file, and the remedy if a plug-in that the gateway does not run may
 * create the file.
 */
function consequenceOfMissing({ code }: FunctionDefinition): Pick<PackageFinding, 'consequence' | 'remedy'> {
  const packagers = describePackagers(code);
  if (packagers === undefined) return { consequence: FAILS_EVERYWHERE };
  return {
    consequence: 'every invocation fails in this gateway, and also on AWS unless a plug-in creates the file',
    remedy: packagers,
  };
}

/** Reports imports that the package lacks. The handler may import them directly or through other files. */
function findLackingImports(
  definition: FunctionDefinition,
  handler: string,
  { directory, taken }: Extract<FunctionCode, { kind: 'directory' }>,
): readonly PackageFinding[] {
  const { outside, packages } = followImports(handler, directory);
  const place = propertyAt(definition.place, 'Handler');
  return [
    ...[...outside].map(([target, importer]): PackageFinding => ({
      rule: 'outside-import',
      place,
      message: `${relative(directory, importer)} imports ${relative(directory, target)}, which is not in the folder that is packaged`,
      consequence: `the file is found on this machine; on AWS, the import fails, and if the handler's module cannot load without this file, ${FAILS_ON_AWS}`,
    })),
    ...findLeftOut(definition, directory, taken, packages).map(
      ({ name, importer, line, reason, remedy }): PackageFinding => ({
        rule: 'package-left-out',
        place: { ...place, file: importer, line },
        message: `the function imports ${name}, but the deployed package does not contain it: ${reason}`,
        consequence: `the package is found on this machine; on AWS, the import fails with "Cannot find package" or "Cannot find module", and ${FAILS_ON_AWS}`,
        remedy,
      }),
    ),
  ];
}

/**
 * Matches service files of osls. osls leaves out dev dependencies and files that match excluded patterns. The gateway
 * does not know which files these are.
 */
const OF_OSLS = /^serverless\.(?:ya?ml|json|js|cjs|mjs|ts)$/;
/** Folders that `sam build` and CDK do not copy. */
const OMITTED: ReadonlySet<string> = new Set(['.git', '.aws-sam', 'cdk.out']);

/**
 * Reports code and layers that are over Lambda's quota. A folder is not counted if a tool still has to create the
 * package from the folder and leaves out some of its files.
 */
function findExcess(definition: FunctionDefinition): readonly PackageFinding[] {
  const { code, layers, place } = definition;
  const isOfOsls = OF_OSLS.test(basename(place.file));
  const ofCode =
    code.kind === 'archive'
      ? unpackedBytes(code.packed.file)
      : code.kind === 'directory' && isWhole(code) && !isOfOsls
        ? folderBytes(code.directory)
        : 0;
  const ofLayers = layers.map(({ directory, taken }) => {
    if (directory === undefined) return 0;
    if (statOf(directory)?.isFile() === true) return unpackedBytes(directory);
    return isOfOsls || taken !== undefined ? 0 : folderBytes(directory);
  });
  const total = [ofCode, ...ofLayers].reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  if (total <= MAX_UNZIPPED_BYTES) return [];
  return [
    {
      rule: 'package-size',
      place: propertyAt(place, 'Code'),
      message: `code and layers have ${total} bytes unzipped; Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`,
      consequence: 'the function runs on this machine; AWS refuses its code',
    },
  ];
}

/** Whether the deployed package has all files of the folder, so that it is at least as large. */
function isWhole(code: Extract<FunctionCode, { kind: 'directory' }>): boolean {
  return code.packed === undefined && code.taken === undefined && !isBundled(code);
}

/** Returns the size of all plain files below a folder; undefined if there are too many to count. */
function folderBytes(folder: string): number | undefined {
  let bytes = 0;
  let count = 0;
  const folders = [folder];
  for (const one of folders) {
    for (const entry of entriesOf(one)) {
      count += 1;
      if (count > MAX_FILES) return undefined;
      const path = join(one, entry.name);
      if (entry.isDirectory() && !OMITTED.has(entry.name)) folders.push(path);
      else if (entry.isFile()) bytes += statOf(path)?.size ?? 0;
    }
  }
  return bytes;
}
