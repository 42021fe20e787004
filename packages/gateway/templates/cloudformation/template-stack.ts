import { basename, dirname, resolve } from 'node:path';
import { expandForEach } from './for-each.ts';
import { resolveHome } from '../../core/stack/home.ts';
import type { Home } from '../../core/stack/home.ts';
import type { LoadOptions } from '../load-options.ts';
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { isArchive } from '../packed-code.ts';
import { existingPath, memberAt, placeOf } from '../template-place.ts';
import { findStaleBuilds } from '../sam/stale-build.ts';
import { documentAt, inlineDocuments, placeInDocument } from '../openapi/openapi-file.ts';
import type { InlinedDocuments } from '../openapi/openapi-file.ts';
import type { Finding, RawStack } from '../raw-stack.ts';
import { SAM_TRANSFORM, expandSam } from '../sam/sam.ts';
import { readBuiltFunctions } from '../sam/built-functions.ts';
import { placeBuiltLayers } from '../sam/built-layers.ts';
import { findTakenFiles } from '../sam/taken-files.ts';
import { readSamconfig, samconfigFiles } from '../samconfig.ts';
import { readFamily } from './nested-stacks.ts';
import type { TemplateFamily } from './nested-stacks.ts';
import { expandIncludes } from './includes.ts';
import type { Path, SourceTree } from './template-source.ts';

/**
 * Loads a template.
 * @param stackName defaults to the name in samconfig for this stage, or to the name of the file
 * @throws DefinitionError for a missing, broken or refused template.
 */
export async function loadTemplate(
  file: string,
  options: LoadOptions,
  stackName?: string,
  own: Partial<Home> = {},
): Promise<RawStack> {
  const family = options.families?.get(file) ?? (await readFamily(file));
  options.families?.set(file, family);
  const folder = dirname(file);
  const isChosen = options.chosen?.stage !== undefined;
  const {
    region,
    stackName: ofStage,
    parameters,
    passedOver = [],
    files = [],
  } = readSamconfig(folder, options.stage, isChosen, file);
  for (const note of passedOver) options.onProgress?.(`${basename(folder)}: ${note}`);
  const home = resolveHome(options, { ...(region !== undefined && { region }), ...own });
  const given = { ...parameters, ...options.parameters };
  const isRegionKnown = (options.chosen?.region ?? region ?? own.region) !== undefined;
  const stack = familyStack(family, stackName ?? ofStage ?? nameAfter(file), {
    ...options,
    ...home,
    ...(isRegionKnown && { chosen: { ...options.chosen, region: home.region } }),
    parameters: given,
  });
  return { ...stack, includes: [...(stack.includes ?? []), ...samconfigFiles(folder), ...files] };
}

/** Returns a stack whose nested stacks are opened later, when their parameters are known. */
function familyStack(
  { tree, nested, findings }: TemplateFamily,
  stackName: string,
  options: LoadOptions,
): RawStack {
  const raw = toRawStack(tree, stackName, options);
  return {
    ...raw,
    includes: [...(raw.includes ?? []), ...[...nested.values()].flatMap(filesOf)],
    nested: new Map(
      [...nested].map(([logicalId, family]) => [
        logicalId,
        {
          open: (name, { parameters, placeholderParameters }) => ({
            ...familyStack(family, name, { ...options, parameters }),
            placeholderParameters,
          }),
        },
      ]),
    ),
    findings: [...raw.findings, ...findings],
  };
}

function filesOf({ tree, nested }: TemplateFamily): readonly string[] {
  return [tree.file, ...[...nested.values()].flatMap(filesOf)];
}

export function toRawStack(written: SourceTree, stackName: string, options: LoadOptions): RawStack {
  const { tree, files, placeIn } = expandIncludes(written, stackName, options);
  const { file } = tree;
  const folder = dirname(file);
  const repeated = expandForEach(tree, { ...options, stackName });
  const { template: looped, documents, files: named } = inlineDocuments(repeated, tree, folder, options);
  const isOfSam = hasTransform(looped, SAM_TRANSFORM);
  const expanded = expandTransform(looped, tree, isOfSam, options);
  const built = readBuiltFunctions(
    expanded.template,
    file,
    findLocal(expanded.template, folder, 'AWS::Lambda::Function', 'Code'),
  );
  const functions = built.folders;
  const layers = placeBuiltLayers(
    expanded.template,
    file,
    findLocal(expanded.template, folder, 'AWS::Lambda::LayerVersion', 'Content'),
  );
  return {
    stackName,
    file,
    includes: [...new Set([...files, ...named, ...[...functions.values()].filter(isArchive)])],
    stage: options.stage,
    region: options.region,
    isRegionKnown: options.chosen?.region !== undefined,
    accountId: options.accountId,
    template: expanded.template,
    ...(expanded.template !== looped && {
      made: findMade(looped, expanded.template),
      isPassedOn: (path: Path) => expanded.isPassedOn(path),
      omitted: expanded.omitted,
      original: looped,
      pathOf: (path: Path) => existingPath(tree.value, expanded.originOf(path)),
    }),
    ...placing(tree, documents, {
      lineOf: (path) => tree.lineOf(expanded.originOf(path)),
      placeIn: (path) => placeIn(expanded.originOf(path)),
    }),
    parameters: options.parameters,
    ...(options.trialParameters !== undefined && { placeholderParameters: options.trialParameters }),
    ...(options.stored !== undefined && { stored: options.stored }),
    code: {
      functions,
      layers: layers.folders,
      layersBelow: layers.below,
      esbuild: undefined,
      builds: built.builds,
      taken: findTakenFiles(expanded.template, file, isOfSam, [...functions, ...layers.folders]),
    },
    findings: [
      ...keyFindings(tree),
      ...expanded.findings,
      ...built.findings,
      ...layers.findings,
      ...findStaleBuilds(expanded.template, file, functions),
    ],
  };
}

/**
 * Returns the readers of places. Only documents and snippets that are separate files have places outside of the
 * template.
 */
function placing(
  { file }: SourceTree,
  documents: InlinedDocuments['documents'],
  {
    lineOf,
    placeIn: inSnippet,
  }: { readonly lineOf: RawStack['lineOf']; readonly placeIn: ReturnType<typeof expandIncludes>['placeIn'] },
): Pick<RawStack, 'lineOf' | 'placeIn' | 'isInDocument'> {
  return {
    lineOf,
    ...(documents.size > 0 && { isInDocument: (path: Path) => documentAt(documents, path) !== undefined }),
    placeIn: (path) => placeInDocument(documents, path) ?? inSnippet(path) ?? { file, line: lineOf(path) },
  };
}

/** Returns the resources that SAM created, and the resources of SAM's own types, which it converted. */
function findMade(written: JsonObject, expanded: JsonObject): ReadonlySet<string> {
  const before = mapOf(written, 'Resources');
  const isMade = (logicalId: string): boolean => {
    const type = membersOf(before[logicalId])['Type'];
    return typeof type !== 'string' || type.startsWith('AWS::Serverless::');
  };
  return new Set(Object.keys(mapOf(expanded, 'Resources')).filter(isMade));
}

function expandTransform(
  template: JsonObject,
  tree: SourceTree,
  isOfSam: boolean,
  { parameters, tolerance }: LoadOptions,
): ReturnType<typeof expandSam> {
  return isOfSam
    ? expandSam(template, tree, parameters, tolerance)
    : {
        template,
        originOf: (path) => path,
        isPassedOn: () => true,
        omitted: new Map(),
        findings: [],
      };
}

function keyFindings(tree: SourceTree): readonly Finding[] {
  return [...repeatedKeys(tree), ...numericKeys(tree)];
}

/** Reports repeated keys. AWS's tools silently use the last one. */
function repeatedKeys(tree: SourceTree): readonly Finding[] {
  return tree.repeatedKeys.map(({ path, line }) => ({
    ...keyAt(tree, path, line),
    message: `the key ${path.at(-1) ?? ''} is repeated`,
    rule: 'repeated-key',
    consequence: `the last one, on line ${line}, is used`,
  }));
}

/**
 * Reports keys that are numbers (aws-cloudformation/cfn-lint#292, aws-cloudformation/cfn-lint#663,
 * awsdocs/aws-cloudformation-user-guide#404).
 */
function numericKeys(tree: SourceTree): readonly Finding[] {
  return tree.numericKeys.map(({ path, line }) => ({
    ...keyAt(tree, path, line),
    message: `Template format error: [/${path.slice(0, -1).join('/')}] map keys must be strings; received numeric [${path.at(-1) ?? ''}] instead (write it in quotes: '${path.at(-1) ?? ''}')`,
    rule: 'template',
    consequence: 'the number is read as a string',
  }));
}

function keyAt(
  tree: SourceTree,
  path: Path,
  line: number,
): Pick<Finding, 'logicalId' | 'type' | 'property' | 'place'> {
  const place = { ...placeOf(tree, path), line };
  const type = membersOf(memberAt(tree.value, path.slice(0, 2)))['Type'];
  const { logicalId = '', property } = place;
  return { logicalId, type: typeof type === 'string' ? type : 'template', property, place };
}

function hasTransform(template: JsonObject, name: string): boolean {
  const transform = template['Transform'];
  return transform === name || (isJsonList(transform) && transform.includes(name));
}

/**
 * Finds the local folders that a template refers to. A template may contain a path instead of a location in S3 (as for
 * `aws cloudformation package`), or CDK's metadata may name the asset.
 */
function findLocal(
  template: JsonObject,
  folder: string,
  type: string,
  property: string,
): ReadonlyMap<string, string> {
  const resources = mapOf(template, 'Resources');
  const found = new Map<string, string>();
  for (const [logicalId, resource] of Object.entries(resources)) {
    if (!isJsonObject(resource) || resource['Type'] !== type) continue;
    const { Properties: properties, Metadata: metadata } = resource;
    const path = membersOf(properties)[property];
    const asset = membersOf(metadata)['aws:asset:path'];
    const local = typeof asset === 'string' ? asset : path;
    if (typeof local === 'string' && !/^(?:s3|https?):/.test(local))
      found.set(logicalId, resolve(folder, local));
  }
  return found;
}

/**
 * Returns a stack name for a template file: `orders.template.yaml` → `orders`; `template.yaml` → the name of its
 * folder.
 */
function nameAfter(file: string): string {
  const [stem = ''] = basename(file).split('.');
  const name = stem === 'template' ? basename(dirname(file)) : stem;
  const cleaned = name.replace(/[^A-Za-z0-9-]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '');
  return cleaned === '' ? 'stack' : cleaned.slice(0, 128);
}
