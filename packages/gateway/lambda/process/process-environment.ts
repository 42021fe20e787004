/**
 * The environment of a function that is a process. It is Lambda's environment with the search paths of the function's
 * layers and toolchain.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { layerRoots } from '../code/layer-folders.ts';
import { type EnvironmentFacts, sealEnvironment } from '../environment.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { Launch } from './launch.ts';

type OwnFolders = { readonly home: string; readonly temporary: string };

const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];

export function processEnvironment(
  definition: FunctionDefinition,
  facts: EnvironmentFacts,
  launch: Launch,
  folders: OwnFolders,
): Record<string, string> {
  const { NODE_PATH: nodePath, ...sealed } = sealEnvironment(definition, facts);
  const layers = layerRoots(definition);
  const given = definition.environment;
  const { taskRoot } = facts;
  const libraries = [taskRoot, join(taskRoot, 'lib'), ...layers.map((layer) => join(layer, 'lib'))];
  const own: Record<string, string> = {
    PATH: [...launch.searchPath, ...layers.map((layer) => join(layer, 'bin')), ...SYSTEM_PATH].join(':'),
    LD_LIBRARY_PATH: libraries.join(':'),
    ...(definition.runtime.startsWith('nodejs') && nodePath !== undefined && { NODE_PATH: nodePath }),
    ...launch.environment,
  };
  for (const [name, value] of Object.entries(own)) {
    const before = given[name];
    if (before !== undefined && /PATH$|LIB$/.test(name)) own[name] = `${before}:${value}`;
    else if (before !== undefined) own[name] = before;
  }
  return {
    ...Object.fromEntries(
      Object.entries({ ...sealed, ...own }).map(([name, value]) => [
        name,
        toLocalPaths(value, layers, taskRoot),
      ]),
    ),
    HOME: folders.home,
    TMPDIR: folders.temporary,
    TEMP: folders.temporary,
    TMP: folders.temporary,
  };
}

/**
 * Replaces `/opt/…` and `/var/task/…` with folders of this machine. The value may be a single path or a search path.
 */
function toLocalPaths(value: string, layers: readonly string[], taskRoot: string): string {
  if (!/(?:^|:)\/(?:opt|var\/task)(?:\/|:|$)/.test(value)) return value;
  const parts = value.split(':').flatMap((part) => {
    const task = /^\/var\/task(\/.*)?$/.exec(part);
    if (task !== null) return [join(taskRoot, task[1] ?? '')];
    const opt = /^\/opt(\/.*)?$/.exec(part);
    if (opt === null) return [part];
    const found = layers.map((layer) => join(layer, opt[1] ?? '')).filter((path) => existsSync(path));
    return found.length === 0 ? [part] : found;
  });
  return parts.join(':');
}
