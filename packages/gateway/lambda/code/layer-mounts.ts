/**
 * Mounts layers whose content is an archive, or whose content belongs in a subfolder of `/opt`. Each of these layers is
 * replaced by a folder of this run. The folder contains the unpacked files or a link to the content.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { statOf } from '@gatewright/aws/file-marks';
import { propertyAt } from '../../core/errors.ts';
import type { DefinitionPlace, Tolerance } from '../../core/errors.ts';
import type { FunctionDefinition, LayerDefinition, PackedCode } from '../../core/stack/function.ts';
import { placeAddedFiles } from './added-files.ts';
import { notWritten, packedFolder, unpack } from './packed-code.ts';

/**
 * Mounts the layers of a function.
 * @throws DefinitionError if an archive cannot be used or a folder cannot be written
 */
export function mountLayers(definition: FunctionDefinition, runDirectory: string): FunctionDefinition {
  const { layers, place } = definition;
  if (!layers.some((layer) => layer.below !== undefined || archiveOf(layer) !== undefined)) return definition;
  return { ...definition, layers: layers.map((layer) => mount(layer, runDirectory, place)) };
}

/**
 * Mounts the layers and the files that plug-ins add. If a layer cannot be used, reports it with the reason in
 * `unsupported` and returns undefined.
 */
export function mountOrRefuse(
  definition: FunctionDefinition,
  runDirectory: string,
  { tolerance, unsupported }: { readonly tolerance: Tolerance; readonly unsupported: Map<string, string> },
): FunctionDefinition | undefined {
  return tolerance.attempt<FunctionDefinition | undefined>(
    `invocations of ${definition.name} fail`,
    () => placeAddedFiles(mountLayers(definition, runDirectory), runDirectory),
    (error) => void unsupported.set(definition.name, error.message),
  );
}

function archiveOf({ directory }: LayerDefinition): PackedCode | undefined {
  if (directory === undefined || !/\.zip$/i.test(directory)) return undefined;
  const found = statOf(directory);
  if (found?.isFile() !== true) return undefined;
  return { file: directory, version: `${found.size}-${found.mtimeMs}` };
}

function mount(layer: LayerDefinition, runDirectory: string, place: DefinitionPlace): LayerDefinition {
  const { arn, directory, below } = layer;
  const archive = archiveOf(layer);
  if (archive !== undefined) {
    const folder = packedFolder(archive, runDirectory);
    unpack(archive, folder, propertyAt(place, 'Layers'));
    return { arn, directory: folder };
  }
  if (directory === undefined || below === undefined) return { arn, directory };
  const key = createHash('sha256').update(`${below}\n${directory}`).digest('hex').slice(0, 12);
  const root = join(runDirectory, 'layers', key);
  try {
    linkOnce(directory, join(root, below));
  } catch (error) {
    throw notWritten(`the layer ${arn} cannot be mounted`, root, error, propertyAt(place, 'Layers'));
  }
  return { arn, directory: root };
}

function linkOnce(directory: string, link: string): void {
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return;
  mkdirSync(dirname(link), { recursive: true });
  // On Windows, a symbolic link needs a privilege, but a junction does not. Other systems ignore this argument.
  symlinkSync(directory, link, 'junction');
}
