/**
 * Represents a resource that an OpenAPI document defines. Its logical id is the id of its API, followed by its key; its
 * location is in the API's `Body`.
 */
import type { DefinitionError } from '../../core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';
import type { DocumentPath, OpenApiDocument } from './openapi-document.ts';
import { makeId } from '@gatewright/aws/physical-ids';

export type ImportedResource = {
  readonly key: string;
  readonly type: string;
  readonly physicalId: string;
  readonly properties: JsonObject;
  readonly fault?: DefinitionError | undefined;
  /** Returns the path of a property in the document. Without a property, it returns the path of the whole resource. */
  at(property?: string): DocumentPath;
};

/** Creates the physical id of an imported resource, which is the same in every run. */
export function importedId(
  document: OpenApiDocument,
  stackName: string,
  kind: string,
  key: string,
  length: number,
): string {
  return makeId(length, stackName, document.api.logicalId, kind, key);
}

export function toResolved(document: OpenApiDocument, resource: ImportedResource): ResolvedResource {
  const { key, type, physicalId, properties, fault } = resource;
  return {
    logicalId: `${document.api.logicalId} ${key}`,
    type,
    physicalId,
    properties,
    ...(fault === undefined ? {} : { fault }),
    dependsOn: [],
    place: (property) => document.place(resource.at(property)),
  };
}
