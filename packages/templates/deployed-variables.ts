/** What functions of a deployed stack are given, for the same functions on this machine. */
import type { FunctionDefinition } from '../core/stack/function.ts';
import type { ResolvedStack } from '../core/stack/model.ts';

/** Variables by the logical id of their function. */
export type DeployedVariables = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Shorter ids are parts of too many other texts. */
const SHORTEST_ID = 6;

/**
 * The deployed value of each variable, but for those that name a resource which is served here: a function must find the
 * tables and queues of this machine. Variables that are not deployed stay as the template says.
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
