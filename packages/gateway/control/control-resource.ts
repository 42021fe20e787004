import type { DefinitionError, DefinitionPlace } from '../core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../core/stack/model.ts';

/** One resource of an API, with its id on AWS and its properties in CloudFormation's spelling. */
export type ControlResource = {
  readonly id: string;
  readonly logicalId: string;
  readonly properties: JsonObject;
  /** Whether an OpenAPI document defined the API. */
  readonly isImported?: true;
  readonly fault?: DefinitionError | undefined;
  place(property?: string): DefinitionPlace;
};

export function toControlResource(resource: ResolvedResource): ControlResource {
  return {
    id: resource.physicalId,
    logicalId: resource.logicalId,
    properties: resource.properties,
    ...(resource.isImported === true && { isImported: true }),
    ...(resource.fault === undefined ? {} : { fault: resource.fault }),
    place: (property) => resource.place(property),
  };
}

export function resourcesOf(
  stacks: readonly ResolvedStack[],
  types: readonly string[],
): readonly ResolvedResource[] {
  return stacks.flatMap(({ resources }) =>
    [...resources.values()].filter(({ type }) => types.includes(type)),
  );
}

export type PathResource = ControlResource & { readonly path: string };
