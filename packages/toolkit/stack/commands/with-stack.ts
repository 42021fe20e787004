/** The sources to start, with the toolkit's stack if they import from it and do not name it. */
import { relative } from 'node:path';
import { findStack } from '@gatewright/authoring/files/stack-files';

export function withStack(
  sources: readonly string[],
  say: (message: string) => void = () => undefined,
): readonly string[] {
  const search = findStack(sources);
  if (search.kind === 'missing')
    say('the service imports from the Gatewright stack, which is not here: run npx gatewright init');
  if (search.kind !== 'found') return sources;
  const folder = relative(process.cwd(), search.folder) || '.';
  say(`starting the Gatewright stack in ${folder} too, because the service imports from it`);
  // The stack comes last: its APIs get the ports after the service's ports, which therefore do not change
  // when the stack has more or fewer parts.
  return [...sources, folder];
}
