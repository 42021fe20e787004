/** Gives functions on this machine the environment variables that the same functions have in a deployed stack. */
import type { FunctionDefinition } from '../core/stack/function.ts';
import type { ResolvedStack } from '../core/stack/model.ts';

export type DeployedVariables = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Minimum length of an id. Shorter ids would match inside too many unrelated strings. */
const SHORTEST_ID = 6;

/**
 * Returns the deployed value of each variable, except variables that name a resource that the gateway serves. Variables
 * that are not deployed keep the template's value.
 */
export function withDeployedVariables(
  definition: FunctionDefinition,
  deployed: DeployedVariables,
  stacks: readonly Pick<ResolvedStack, 'resources'>[],
): FunctionDefinition {
  const given = deployed.get(definition.logicalId);
  if (given === undefined) return definition;
  const ids = stacks
    .flatMap(({ resources }) => [...resources.values()].map(({ physicalId }) => physicalId))
    .filter((id) => id.length >= SHORTEST_ID);
  const isOfHere = (value: string | undefined): boolean =>
    value !== undefined && ids.some((id) => value.includes(id));
  const taken = Object.entries(given).filter(([name]) => !isOfHere(definition.environment[name]));
  return { ...definition, environment: { ...definition.environment, ...Object.fromEntries(taken) } };
}
