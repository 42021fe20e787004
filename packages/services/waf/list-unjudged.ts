/** Rules of web ACLs that cannot be judged here, for commands that start nothing. */
import { Faults } from '../../core/errors.ts';
import { StackReading } from '../../kernel/stack-reading.ts';
import { readDefinitions } from './read-stacks.ts';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';

/** Of web ACLs that guard a stage. */
export function listUnjudged(stacks: readonly ResolvedStack[]): readonly UnsupportedItem[] {
  const reading = new StackReading(stacks, { isElsewhere: () => false, tolerance: new Faults(true) });
  readDefinitions(reading, {}, false);
  return reading.unsupported.filter(({ type }) => type === 'AWS::WAFv2::WebACL');
}
