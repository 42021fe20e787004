/** Resources of the control plane, under AWS's names. */
import type { DefinitionPlace } from '../errors.ts';
import type { JsonObject } from '../definition/model.ts';

/** One resource of an API: its id at AWS, its properties in CloudFormation's spelling. */
export type ControlResource = {
  readonly id: string;
  readonly logicalId: string;
  readonly properties: JsonObject;
  place(property?: string): DefinitionPlace;
};

/** A REST resource with the full path its chain of parents gives it. */
export type PathResource = ControlResource & { readonly path: string };
