/** Reads the deployed templates of `--against` and checks what the update of each stack would do. */
import { judgeUpdate } from '../../../core/deployability/update/judge-update.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import { Faults } from '../../../core/errors.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { loadStacks, requireSources } from '../../../templates/load.ts';
import type { LoadOptions } from '../../../templates/load-options.ts';
import { RESOURCE_TYPES } from '../services/catalogue.ts';
import type { Schemas } from './open-schemas.ts';

/**
 * @param files the deployed templates; each is compared with the stack of the same name, or else with the stack that
 * has most of its resources
 * @throws DefinitionError if a file does not exist, or cannot be read
 */
export async function judgeUpdates(
  files: readonly string[],
  stacks: readonly ResolvedStack[],
  { table }: Schemas,
  options: LoadOptions,
): Promise<readonly DeployFinding[]> {
  const found: DeployFinding[] = [];
  for (const file of files) {
    requireSources([file]);
    for (const earlier of await load(file, options)) {
      const now = findUpdated(earlier, stacks);
      if (now === undefined) continue;
      // Names and ids contain the name of the stack, so both templates must be read as the same stack.
      const [before = earlier] =
        earlier.stackName === now.stackName
          ? [earlier]
          : (await load(file, { ...options, stackName: now.stackName })).filter(
              ({ stackName }) => stackName === now.stackName,
            );
      const others = stacks.filter((stack) => stack !== now);
      found.push(...judgeUpdate(before, now, others, table));
    }
  }
  return found;
}

function load(file: string, options: LoadOptions): Promise<readonly ResolvedStack[]> {
  // Faults of the deployed template no longer matter.
  return loadStacks([file], { ...options, types: RESOURCE_TYPES, tolerance: new Faults(false) });
}

/** Returns the stack with the same name, or else the stack that shares the most logical ids. */
function findUpdated(earlier: ResolvedStack, stacks: readonly ResolvedStack[]): ResolvedStack | undefined {
  const shared = ({ resources }: ResolvedStack): number =>
    [...earlier.resources.keys()].filter((id) => resources.has(id)).length;
  return (
    stacks.find(({ stackName }) => stackName === earlier.stackName) ??
    stacks.toSorted((a, b) => shared(b) - shared(a))[0]
  );
}
