/** Folders of a function's layers, in the order in which they are searched. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { readIfReadable } from '@gatewright/aws/readable-files';
import type { LayerDefinition } from '../../core/stack/function.ts';
import { explainMissing } from './runtime-packages.ts';

/**
 * Returns the folders of layers that are on this machine. The last layer comes first, because Lambda extracts layers in
 * the order of the list, so that a file of a later layer replaces the same file of an earlier one.
 */
export function layerRoots({ layers }: { readonly layers: readonly LayerDefinition[] }): string[] {
  return layers.flatMap(({ directory }) => (directory === undefined ? [] : [directory])).toReversed();
}

/**
 * Returns the folders in which Node.js looks for packages of layers. In Lambda, all layers are in `/opt`, and NODE_PATH
 * contains `/opt/nodejs/node24/node_modules` before `/opt/nodejs/node_modules`. The folder of the version is therefore
 * searched in all layers first.
 * https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
 */
export function nodeLayerFolders(definition: {
  readonly layers: readonly LayerDefinition[];
  readonly runtime: string;
}): string[] {
  const [, major = '24'] = /^nodejs(\d+)/.exec(definition.runtime) ?? [];
  return [`nodejs/node${major}`, 'nodejs'].flatMap((folder) =>
    layerRoots(definition).map((root) => join(root, folder, 'node_modules')),
  );
}

/** Returns the file with this path below `/opt` in the layers that are on this machine; undefined if none has it. */
export function findInLayers(
  definition: { readonly layers: readonly LayerDefinition[] },
  path: string,
): string | undefined {
  return layerRoots(definition)
    .map((root) => join(root, path))
    .find((file) => existsSync(file));
}

/**
 * Whether a layer contains the package, or gets it when `sam build` installs the layer's package.json. A layer that is
 * not on this machine may contain any package, except the SDK, which services expect the runtime to include.
 */
export function isInLayers(
  name: string,
  definition: { readonly layers: readonly LayerDefinition[]; readonly runtime: string },
): boolean {
  if (nodeLayerFolders(definition).some((folder) => existsSync(join(folder, name)))) return true;
  if (layerRoots(definition).some((root) => MANIFESTS.some((file) => isListed(name, join(root, file)))))
    return true;
  return (
    explainMissing(name, definition.runtime) === undefined &&
    definition.layers.some(({ directory }) => directory === undefined)
  );
}

const MANIFESTS = ['package.json', 'nodejs/package.json'];

function isListed(name: string, manifest: string): boolean {
  const { dependencies } = membersOf(parseJson(readIfReadable(manifest) ?? ''));
  return Object.hasOwn(membersOf(dependencies), name);
}
