/**
 * Layers whose content is below a folder of `/opt`: a folder of this run replaces them, with a link to the
 * content.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { FunctionDefinition, LayerDefinition } from '../core/stack/function.ts';

export function mountLayers(definition: FunctionDefinition, runDirectory: string): FunctionDefinition {
  if (!definition.layers.some(({ below }) => below !== undefined)) return definition;
  return { ...definition, layers: definition.layers.map((layer) => mount(layer, runDirectory)) };
}

function mount({ arn, directory, below }: LayerDefinition, runDirectory: string): LayerDefinition {
  if (directory === undefined || below === undefined) return { arn, directory };
  const key = createHash('sha256').update(`${below}\n${directory}`).digest('hex').slice(0, 12);
  const root = join(runDirectory, 'layers', key);
  const link = join(root, below);
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(dirname(link), { recursive: true });
    // On Windows a junction needs no privilege, a link does; other systems ignore the type.
    symlinkSync(directory, link, 'junction');
  }
  return { arn, directory: root };
}
