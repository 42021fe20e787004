import { mapOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';

/** What a service refuses in a resource, mostly because two properties or two resources do not fit together. */
export type BrokenRelation = {
  readonly resource: ResolvedResource;
  readonly property: string;
  /** What is refused, in AWS's words if they are known. */
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
