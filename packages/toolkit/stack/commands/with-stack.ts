/** Returns the sources to load. Adds the toolkit's stack if the sources import from it, but do not include it. */
import { relative } from 'node:path';
import { findStack } from '@gatewright/authoring/files/stack-files';

export function withStack(
  sources: readonly string[],
  say: (message: string) => void = () => undefined,
): readonly string[] {
  const search = findStack(sources);
  if (search.kind === 'missing')
    say(
      'the service imports values from the Gatewright stack, but no folder of that stack was found: to create one, run npx gatewright init',
    );
  if (search.kind !== 'found') return sources;
  const folder = relative(process.cwd(), search.folder) || '.';
  say(`also loading the Gatewright stack in ${folder}, because the service imports values from it`);
  return [...sources, folder];
}
