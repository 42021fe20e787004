/**
 * Handles layers with `Metadata: BuildMethod`. `sam build` puts their content into a language's folder, so the file
 * `x.js` of `ContentUri` becomes `/opt/nodejs/x.js` in Lambda (SAM developer guide, "Building Lambda layers").
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { describeStale, newerThan } from './stale-build.ts';
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { builtFolder, isBuildOutput } from '../../core/stack/sam-build.ts';
import type { Finding } from '../raw-stack.ts';

type PlacedLayers = {
  readonly folders: ReadonlyMap<string, string>;
  /** Folder below `/opt` with the content of the layer. If absent, the content is in `/opt` itself. */
  readonly below: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
};

type Language = {
  readonly pattern: RegExp;
  readonly below: string;
  /** Returns a message about listed packages that are not installed yet; undefined if none is missing. */
  readonly lacks: (content: string) => string | undefined;
};

const LANGUAGES: readonly Language[] = [
  {
    pattern: /^nodejs\d/,
    below: 'nodejs',
    lacks: (content) =>
      hasDependencies(join(content, 'package.json')) && !existsSync(join(content, 'node_modules'))
        ? `the packages in the layer's package.json are missing: run npm install in ${content}, or sam build`
        : undefined,
  },
  {
    pattern: /^python\d/,
    below: 'python',
    lacks: (content) =>
      /^\s*[^\s#]/m.test(readText(join(content, 'requirements.txt')))
        ? 'the packages in the layer’s requirements.txt are missing until sam build runs; until then functions use the packages that Python finds'
        : undefined,
  },
  {
    pattern: /^ruby\d/,
    below: 'ruby/lib',
    lacks: (content) =>
      existsSync(join(content, 'Gemfile'))
        ? 'the gems in the layer’s Gemfile are missing until sam build runs'
        : undefined,
  },
];

function findingOf(logicalId: string, consequence: string): Finding {
  return {
    logicalId,
    type: 'AWS::Lambda::LayerVersion',
    property: 'Metadata.BuildMethod',
    consequence,
    remedy: 'run sam build',
  };
}

/**
 * Determines the folders of built layers.
 * @param file the file of the template. `declared` contains the folders in the template by logical id
 */
export function placeBuiltLayers(
  template: JsonObject,
  file: string,
  declared: ReadonlyMap<string, string>,
): PlacedLayers {
  const folder = dirname(file);
  const folders = new Map(declared);
  const below = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [logicalId, content] of declared) {
    const method = buildMethodOf(template, logicalId, folder);
    if (method === undefined) continue;
    const built = builtFolder(folder, logicalId);
    if (isFolder(built)) {
      folders.set(logicalId, built);
      const newer = newerThan(built, [file, content]);
      if (newer !== undefined) findings.push(findingOf(logicalId, describeStale(folder, newer)));
      continue;
    }
    const language = LANGUAGES.find(({ pattern }) => pattern.test(method));
    if (language !== undefined) below.set(logicalId, language.below);
    const consequence =
      language === undefined
        ? `the layer's content is built by sam build (${method}), which has not run, so functions get ${content} unchanged; run sam build`
        : language.lacks(content);
    if (consequence !== undefined) findings.push(findingOf(logicalId, consequence));
  }
  return { folders, below, findings };
}

/**
 * Returns the build method of a resource; undefined if there is nothing to build, or if `sam build` has written this
 * template.
 */
export function buildMethodOf(template: JsonObject, logicalId: string, folder: string): string | undefined {
  const resources = mapOf(template, 'Resources');
  const resource = resources[logicalId];
  const metadata = membersOf(resource)['Metadata'];
  if (!isJsonObject(metadata)) return undefined;
  const { BuildMethod: method } = metadata;
  return typeof method === 'string' && !isBuiltBySam(template, logicalId, folder) ? method : undefined;
}

/** Whether `sam build` has written this template, so that the code of the resource is its output. */
export function isBuiltBySam(template: JsonObject, logicalId: string, folder: string): boolean {
  const metadata = membersOf(membersOf(mapOf(template, 'Resources')[logicalId])['Metadata']);
  return metadata['SamResourceId'] !== undefined || isBuildOutput(folder);
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

function hasDependencies(file: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readText(file));
    const dependencies = membersOf(manifest)['dependencies'];
    return isJsonObject(dependencies) && Object.keys(dependencies).length > 0;
  } catch {
    // The error is ignored here, because npm reports it.
    return false;
  }
}

function readText(file: string): string {
  return readIfReadable(file) ?? '';
}
