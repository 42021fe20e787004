/**
 * One row of the table of API Gateway's resource types. Properties and types are declared only in this table. It is
 * used to classify, resolve and group templates, to serve AWS's own APIs, and to merge documents.
 */
import { id } from '../../core/resource-types/namers.ts';
import type { NamesOfType } from '../../core/resource-types/namers.ts';
import type { TypeClass } from '../../core/resource-types/type-class.ts';
import type { Field } from './fields.ts';

/**
 * The parts of an API and how the control plane stores them: by id, as a list in template order, or converted (paths,
 * documentation, deployments, stages).
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
  /** The path segment of the collection: `routes`. */
  readonly path: string;
  /** The name of the id: `routeId`. */
  readonly idName: string;
  readonly idLength: number;
  readonly required?: readonly string[];
  /** The members that are required only for APIs of one protocol. */
  readonly requiredByProtocol?: Readonly<Record<string, readonly string[]>>;
  readonly quota?: 'authorizers' | 'integrations' | 'routes';
  /** The only protocol that has this part; absent means all protocols. */
  readonly only?: 'websocket';
  readonly unique?: string;
  /** The part that owns this part within the API, as in `/routes/{routeId}/routeresponses`. */
  readonly below?: { readonly part: PartName; readonly property: string };
};

export function notSupported({ noun }: PartCalls, protocol: 'http' | 'websocket' | 'rest'): string {
  return `${noun} is not supported for ${protocol.toUpperCase()} APIs`;
}

/** Returns the refusal of a second part with the same value of `unique`. */
export function describeNamesake({ noun, unique }: PartCalls, name: string): string {
  return `${noun} with ${unique === 'Name' ? 'name' : 'key'} ${name} already exists for this API`;
}

/**
 * A resource type, which is one row of the table. In `names`, `ref` is absent for types whose names are in
 * `service-names.ts`.
 */
export type ApiType = Omit<TypeClass, 'enforced'> & {
  readonly names?: NamesOfType;
  /** The property that refers to the API of the resource; absent means that the resource does not belong to an API. */
  readonly owner?: 'RestApiId' | 'ApiId';
  readonly part?: PartName;
  readonly fields?: readonly Field[];
  readonly enforced?: readonly string[];
  /** Fields of AWS that are not applied in this gateway. They are reported for templates, and refused in calls. */
  readonly notApplied?: readonly string[];
  readonly isWithoutEffect?: boolean;
  /**
   * The properties that identify equal resources. Two resources of one API with equal values of these properties are
   * treated as the same, so a resource in a document replaces its equivalent.
   */
  readonly alike?: readonly string[];
  readonly referredBy?: readonly string[];
  readonly calls?: PartCalls;
};

/**
 * Returns the names of a resource whose id has this length. If `attribute` is given, this attribute also returns the
 * id.
 */
export function idOf(count: number, attribute?: string): NamesOfType {
  return { ref: id(count), attributes: attribute === undefined ? {} : { [attribute]: id(count) } };
}

/**
 * Returns the class of the type's properties; undefined for a type that has no effect or whose properties are not read.
 */
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
