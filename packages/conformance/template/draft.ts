/** A template under construction, as each part of the builder sees it. */
import type { Json, JsonObject, ParityCase } from '../schema/parity-case.ts';

export type Resource = {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DependsOn?: readonly string[];
};

export type Draft = {
  readonly parityCase: ParityCase;
  /** Returns the logical id of a resource, which is built from the parts. */
  id(...parts: readonly (string | number)[]): string;
  add(logicalId: string, resource: Resource): void;
  /** Fills the placeholders of a case's property set. */
  fill(properties: Json): Json;
  fillAll(properties: JsonObject): JsonObject;
};

export const ROLE_NAME = 'parity';

/** Log group of a case's access log. */
export const ACCESS_LOG = 'parity';
