/**
 * Finds the assets of CDK templates that were created with `--no-asset-metadata`. Such templates contain only the names
 * of S3 objects for code, documents and nested templates. The asset manifest next to the template maps these names to
 * files. In CDK 1, the assets are listed in the assembly's manifest, and the template refers to each asset by
 * parameters that contain the asset's hash.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { packagedProperty } from '../../core/resource-types/packaged-properties.ts';
import { readSource } from '../cloudformation/template-source.ts';
import type { SourceTree } from '../cloudformation/template-source.ts';

/**
 * Matches the hash of an asset's content, which is the asset's name. The location may be built by `Fn::Sub` or
 * `Fn::Join`.
 */
const OBJECT_NAME = /[0-9a-f]{64}(?:\.[a-z0-9]+)*/g;
const MAX_MANIFESTS = 100;

export async function noteAssets(tree: SourceTree): Promise<SourceTree> {
  const { file, value } = tree;
  const folder = dirname(file);
  if (!basename(file).endsWith('.template.json') || !existsSync(join(folder, 'manifest.json'))) return tree;
  const resources = mapOf(value, 'Resources');
  if (!Object.values(resources).some((resource) => locationOf(resource) !== undefined)) return tree;
  const files = await readAssets(folder);
  const entries = Object.entries(resources).map(([logicalId, resource]) => {
    const location = locationOf(resource);
    const names = location === undefined ? [] : (JSON.stringify(location.value).match(OBJECT_NAME) ?? []);
    const path = names.map((name) => files.get(name)).find((found) => found !== undefined);
    if (location === undefined || path === undefined || !isJsonObject(resource))
      return [logicalId, resource] as const;
    const written = mapOf(resource, 'Metadata');
    const noted = { 'aws:asset:path': path, 'aws:asset:property': location.property };
    return [logicalId, { ...resource, Metadata: { ...written, ...noted } }] as const;
  });
  return { ...tree, value: { ...value, Resources: Object.fromEntries(entries) } };
}

function locationOf(
  resource: Json | undefined,
): { readonly property: string; readonly value: Json } | undefined {
  if (!isJsonObject(resource) || !isJsonObject(resource['Properties'])) return undefined;
  const { Type: type, Properties: properties, Metadata: metadata } = resource;
  if (isJsonObject(metadata) && metadata['aws:asset:path'] !== undefined) return undefined;
  const property = typeof type === 'string' ? packagedProperty(type) : undefined;
  const value = property === undefined ? undefined : properties[property];
  return property === undefined || value === undefined ? undefined : { property, value };
}

/**
 * Returns the paths of asset files, by the last part of their S3 object key, or, for CDK 1 and the
 * LegacyStackSynthesizer, by their source hash. Nested templates are listed in the manifest of their parent
 * stack.
 */
async function readAssets(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.assets.json'));
  const found = new Map(assetsOfAssembly((await readSource(join(folder, 'manifest.json'))).value));
  for (const name of names.slice(0, MAX_MANIFESTS)) {
    const { value } = await readSource(join(folder, name));
    const files = Object.values(mapOf(value, 'files'));
    for (const file of files.filter(isJsonObject)) addFile(found, file);
  }
  return found;
}

/** Returns the assets of CDK 1, and of CDK 2 stacks with the `LegacyStackSynthesizer`. */
function assetsOfAssembly({ artifacts }: JsonObject): readonly (readonly [hash: string, path: string])[] {
  const stacks = isJsonObject(artifacts) ? Object.values(artifacts).filter(isJsonObject) : [];
  const entries = stacks.flatMap(({ metadata }) =>
    isJsonObject(metadata) ? Object.values(metadata).flat() : [],
  );
  return entries.flatMap((entry) => {
    const data = isJsonObject(entry) && entry['type'] === 'aws:cdk:asset' ? entry['data'] : undefined;
    const { sourceHash, path } = membersOf(data);
    return typeof sourceHash === 'string' && typeof path === 'string' ? [[sourceHash, path] as const] : [];
  });
}

function addFile(found: Map<string, string>, { source, destinations }: JsonObject): void {
  const path = membersOf(source)['path'];
  if (typeof path !== 'string' || !isJsonObject(destinations)) return;
  for (const destination of Object.values(destinations)) {
    const key = membersOf(destination)['objectKey'];
    if (typeof key === 'string') found.set(basename(key), path);
  }
}
