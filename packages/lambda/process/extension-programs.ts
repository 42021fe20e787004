/** Extensions of Lambda: programs in the folder `extensions` of a layer, which run beside the runtime. */
import { join } from 'node:path';

import type { FunctionDefinition } from '../../core/stack/function.ts';
import { isExecutable, listNames } from './machine.ts';
import { layerRoots } from './process-environment.ts';

/** Absolute files, by name; of two of the same name that of the later layer. */
export function findExtensions(definition: Pick<FunctionDefinition, 'layers'>): readonly string[] {
  const found = new Map<string, string>();
  for (const layer of layerRoots(definition))
    for (const name of listNames(join(layer, 'extensions'))) {
      const file = join(layer, 'extensions', name);
      if (!found.has(name) && isExecutable(file)) found.set(name, file);
    }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}
