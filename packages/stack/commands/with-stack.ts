/** The sources of a start, with the toolkit's stack when they import from it and do not name it. */
import { relative } from 'node:path';
import { findStack } from '@gatewright/authoring/stack-files';

export function withStack(
  sources: readonly string[],
  say: (message: string) => void = () => undefined,
): readonly string[] {
  const search = findStack(sources);
  if (search.kind === 'missing')
    say('the stack of Gatewright, which is imported from, is not here: npx gatewright init makes one');
  if (search.kind !== 'found') return sources;
  const folder = relative(process.cwd(), search.folder) || '.';
  say(`with the stack of Gatewright in ${folder}, which is imported from`);
  return [folder, ...sources];
}
