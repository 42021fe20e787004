/** Layers whose content lies elsewhere than `/opt` would have it: a folder of this run stands in, with a link to it. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { FunctionDefinition, LayerDefinition } from '../core/stack/function.ts';

/** The function with every layer as `/opt` would have it. */
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
    // Windows lets everybody make a junction, and few a link; elsewhere the word is not heeded.
    symlinkSync(directory, link, 'junction');
  }
  return { arn, directory: root };
}
