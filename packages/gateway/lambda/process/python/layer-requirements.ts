/** Finds the requirements file of a layer, from which `sam build` installs the packages of the layer. */
import { join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import type { LayerDefinition } from '../../../core/stack/function.ts';
import { layerRoots } from '../../code/layer-folders.ts';
import { normalisePackageName, packageOf } from './package-names.ts';

/**
 * The paths in a layer at which its requirements file may be. SAM builds from the layer's own folder; a layer that is
 * made by hand has the file in `python`.
 */
const PLACES = ['requirements.txt', 'python/requirements.txt'];

/** Returns the path of the requirements file that lists the package of a module; undefined if no layer has one. */
export function findLayerRequirements(
  definition: { readonly layers: readonly LayerDefinition[] },
  module: string,
): string | undefined {
  const wanted = [module, packageOf(module) ?? module].map(normalisePackageName);
  return layerRoots(definition)
    .flatMap((root) => PLACES.map((place) => join(root, place)))
    .find((file) => {
      const names = (readIfReadable(file) ?? '').split('\n').map((line) => /^\s*([\w.-]+)/.exec(line)?.[1]);
      return names.some((name) => name !== undefined && wanted.includes(normalisePackageName(name)));
    });
}
