import { mapOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';

/** A combination of two properties, or of two resources, that a service refuses. */
export type BrokenRelation = {
  readonly resource: ResolvedResource;
  readonly property: string;
  /** AWS's message. */
  readonly message: string;
  /** What to do, with the members and values that the judge knows. */
  readonly remedy: string;
};

export type Judge = (
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
) => BrokenRelation | readonly BrokenRelation[] | undefined;

/** Returns a resource as the template has it; empty for resources that are not in the template. */
export function writtenOf({ logicalId }: ResolvedResource, { source }: ResolvedStack): JsonObject {
  return source === undefined ? {} : mapOf(mapOf(source.template, 'Resources'), logicalId);
}
