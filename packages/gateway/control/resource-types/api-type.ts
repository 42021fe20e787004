/**
 * One row of the table of API Gateway's resource types. The table classifies, resolves and groups templates,
 * serves AWS's own APIs and merges documents: properties and types are declared only here.
 */
import { id } from '../../core/resource-types/namers.ts';
import type { NamesOfType } from '../../core/resource-types/namers.ts';
import type { TypeClass } from '../../core/resource-types/type-class.ts';
import type { Field } from './fields.ts';

/**
 * The parts of an API and their containers in the control plane: by id, as a list in template order, or
 * converted (paths, documentation, stages).
 */
export const PARTS = {
  resources: 'read',
  methods: 'list',
  routes: 'list',
  integrations: 'by-id',
  authorizers: 'by-id',
  routeResponses: 'list',
  integrationResponses: 'list',
  gatewayResponses: 'list',
  models: 'list',
  validators: 'by-id',
  documentationParts: 'read',
  documentationVersions: 'read',
  deployments: 'read',
  stages: 'read',
} as const satisfies Readonly<Record<string, 'by-id' | 'list' | 'read'>>;

export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as readonly PartName[];

export type PartCalls = {
  readonly noun: string;
  /** `routes` */
  readonly path: string;
  /** `routeId` */
  readonly idName: string;
  readonly idLength: number;
  readonly required?: readonly string[];
  readonly quota?: 'authorizers' | 'integrations' | 'routes';
  /** Absent means all protocols. */
  readonly only?: 'websocket';
  readonly unique?: string;
  /** The part that owns it within the API: `/routes/{routeId}/routeresponses`. */
  readonly below?: { readonly part: PartName; readonly property: string };
};

/** In `names`, `ref` is absent for types whose names are in `service-names.ts`. */
export type ApiType = Omit<TypeClass, 'enforced'> & {
  readonly names?: NamesOfType;
  /** The property that names its API; absent means that it belongs to none. */
  readonly owner?: 'RestApiId' | 'ApiId';
  readonly part?: PartName;
  readonly fields?: readonly Field[];
  readonly enforced?: readonly string[];
  /** Fields of AWS that are not applied here: reported for templates, refused in calls. */
  readonly notApplied?: readonly string[];
  readonly isWithoutEffect?: boolean;
  /** Two resources of one API with equal values of these are the same: a document replaces its equivalent. */
  readonly alike?: readonly string[];
  readonly referredBy?: readonly string[];
  readonly calls?: PartCalls;
};

/** Names of a resource with an id of this length, which is returned under one attribute. */
export function idOf(count: number, attribute?: string): NamesOfType {
  return { ref: id(count), attributes: attribute === undefined ? {} : { [attribute]: id(count) } };
}

/** The class of its properties; undefined for a type that is reported as not read. */
export function classOf(type: ApiType): TypeClass | undefined {
  const { owner, fields = [], enforced = [], notApplied = [] } = type;
  const { whereKnown, noEffect, unsupported, enforcedItems, values, except } = type;
  if (type.isWithoutEffect === true || (owner ?? type.enforced ?? noEffect) === undefined) return undefined;
  const others = [...enforced, ...notApplied, ...(noEffect ?? []), ...(whereKnown ?? [])].concat(
    Object.keys({ ...unsupported, ...values }),
  );
  const isGiven = (property: string): boolean =>
    others.some((other) => other === property || other.startsWith(`${property}.`));
  const read = fields.map(({ property }) => property).filter((property) => !isGiven(property));
  return {
    enforced: [...(owner === undefined ? [] : [owner]), ...read, ...enforced],
    ...(whereKnown && { whereKnown }),
    ...(noEffect && { noEffect }),
    ...(unsupported && { unsupported }),
    ...(enforcedItems && { enforcedItems }),
    ...(values && { values }),
    ...(except && { except }),
  };
}

export function prefixFields(parent: string, fields: readonly Field[]): readonly string[] {
  return fields.map(({ property }) => `${parent}.${property}`);
}
