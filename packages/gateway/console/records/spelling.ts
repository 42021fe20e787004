/** The names that the author of a template has for properties that explanations name. */
import { writtenProperty } from '../../templates/written-property.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';

/** Returns the author's names of the properties that have another name in the author's template. */
export function spellingOf(
  resource: ResolvedResource | undefined,
  properties: readonly string[],
  stacks: readonly ResolvedStack[],
): Readonly<Record<string, string>> {
  const stack = stacks.find(({ resources }) => resources.get(resource?.logicalId ?? '') === resource);
  if (stack === undefined || resource === undefined) return {};
  const names = properties.map((name) => [name, writtenProperty(stack, resource.logicalId, name)] as const);
  return Object.fromEntries(names.filter(([name, written]) => name !== written));
}
