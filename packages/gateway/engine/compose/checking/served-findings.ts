/** Examines the served stacks. The findings are cached until the stacks are loaded again. */
import type { ServedApis } from '../../../control/served-apis.ts';
import type { ServedFindings } from './examine.ts';

type ServedStacks = Pick<ServedApis, 'stacks' | 'unsupported'>;

const FINDINGS = new WeakMap<ServedStacks['stacks'], Promise<ServedFindings>>();

export function findingsOf({ stacks, unsupported }: ServedStacks): Promise<ServedFindings> {
  const known = FINDINGS.get(stacks);
  if (known !== undefined) return known;
  // The rules are loaded on demand, because serving requests does not need them.
  const found = import('./examine.ts').then(({ examineServed }) => examineServed(stacks, unsupported));
  FINDINGS.set(stacks, found);
  // A failed examination, for example because the thread cannot start, is not cached. The next call examines the stacks
  // again.
  found.catch(() => FINDINGS.delete(stacks));
  return found;
}
