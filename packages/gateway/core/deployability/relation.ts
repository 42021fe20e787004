import { mapOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';

/**
 * A reason for which a service refuses a resource, mostly because two properties or two resources do not fit together.
 */
export type BrokenRelation = {
  readonly resource: ResolvedResource;
  readonly property: string;
  /** AWS's error message if it is known, otherwise the gateway's own message. */
  readonly message: string;
  /** The remedy, with the names and values that are known. */
  readonly remedy: string;
};

export type Judge = (
  resource: ResolvedResource,
  all: readonly ResolvedResource[],
  stack: ResolvedStack,
) => BrokenRelation | readonly BrokenRelation[] | undefined;

/** Returns a resource as it is written in the template; empty for resources that are not in the template. */
export function writtenOf({ logicalId }: ResolvedResource, { source }: ResolvedStack): JsonObject {
  return source === undefined ? {} : mapOf(mapOf(source.template, 'Resources'), logicalId);
}
