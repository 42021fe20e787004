/**
 * One row of the table of API Gateway's resource types. Templates are classified, resolved and sorted by it, AWS's own
 * APIs read and show by it, and documents are merged by it: a property or a type is declared here and nowhere else.
 */
import { id } from '../../core/resource-types/namers.ts';
import type { NamesOfType } from '../../core/resource-types/namers.ts';
import type { TypeClass } from '../../core/resource-types/type-class.ts';
import type { Field } from './fields.ts';

/**
 * What an API consists of, and how the control plane holds it: by id, as a list in the order of the template, or read
 * into something of its own (paths, documentation, stages).
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

/** How calls of AWS's own APIs make and name one. */
export type PartCalls = {
  /** As AWS's messages name it. */
  readonly noun: string;
  /** `routes` */
  readonly path: string;
  /** `routeId` */
  readonly idName: string;
  readonly idLength: number;
  /** Wire names of what a call must give. */
  readonly required?: readonly string[];
  readonly quota?: 'authorizers' | 'integrations' | 'routes';
  /** Absent = of all protocols. */
  readonly only?: 'websocket';
  /** No two of an API, or of what they belong to, have the same. */
  readonly unique?: string;
  /** What it belongs to beside the API: `/routes/{routeId}/routeresponses`. */
  readonly below?: { readonly part: PartName; readonly property: string };
};

/** Of `names`, `ref` is absent where a type has the names of `service-names.ts`. */
export type ApiType = Omit<TypeClass, 'enforced'> & {
  readonly names?: NamesOfType;
  /** Names the API that it belongs to; absent = it belongs to none. */
  readonly owner?: 'RestApiId' | 'ApiId';
  readonly part?: PartName;
  /** What AWS's own APIs read and show of it. */
  readonly fields?: readonly Field[];
  /** Properties that are enforced beside the owner and the fields. */
  readonly enforced?: readonly string[];
  /** Properties of fields that AWS has and nothing here applies: templates are told, calls are refused. */
  readonly notApplied?: readonly string[];
  /** Nothing of it changes what a request gets. */
  readonly isWithoutEffect?: boolean;
  /** Two of one API that agree in these are one: what a document says replaces its like. */
  readonly alike?: readonly string[];
  /** Properties of others that hold its id. */
  readonly referredBy?: readonly string[];
  readonly calls?: PartCalls;
};

/** Names of a resource whose id has so many characters, and which gives it under one name. */
export function idOf(count: number, attribute?: string): NamesOfType {
  return { ref: id(count), attributes: attribute === undefined ? {} : { [attribute]: id(count) } };
}

/** What becomes of its properties; undefined for a type of which templates are told that nothing is read. */
export function classOf(type: ApiType): TypeClass | undefined {
  const { owner, fields = [], enforced = [], notApplied = [] } = type;
  const { whereKnown, noEffect, unsupported, enforcedItems, values, except } = type;
  if (type.isWithoutEffect === true || (owner ?? type.enforced ?? noEffect) === undefined) return undefined;
  const others = [...enforced, ...notApplied, ...(noEffect ?? []), ...(whereKnown ?? [])].concat(
    Object.keys({ ...unsupported, ...values }),
  );
  const isSaid = (property: string): boolean =>
    others.some((other) => other === property || other.startsWith(`${property}.`));
  const read = fields.map(({ property }) => property).filter((property) => !isSaid(property));
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

/** `Integration.Uri`: properties of a block, as templates are classified by them. */
export function under(parent: string, fields: readonly Field[]): readonly string[] {
  return fields.map(({ property }) => `${parent}.${property}`);
}
