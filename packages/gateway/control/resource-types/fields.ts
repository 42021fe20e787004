/**
 * One property in two spellings: CloudFormation's, which the control plane uses internally, and the spelling
 * of AWS's own APIs.
 */

type PlainKind = 'text' | 'flag' | 'number' | 'list' | 'texts' | 'flags';
/** A `block` has a fixed set of fields. `blocks` is a map of blocks, and `changes` is a map of maps of strings. */
export type FieldKind = PlainKind | 'block' | 'blocks' | 'changes';

/** A field of a resource. The keys of maps are never changed to another spelling. */
export type Field = {
  readonly wire: string;
  readonly property: string;
  readonly kind: FieldKind;
  readonly fields?: readonly Field[];
};

export const field = (wire: string, kind: PlainKind = 'text', property = capitalise(wire)): Field => ({
  wire,
  property,
  kind,
});

export const fieldsOf = (names: string, kind: PlainKind = 'text'): readonly Field[] =>
  names.split(/\s+/).map((name) => field(name, kind));

/** Describes a block such as `corsConfiguration: {allowOrigins}`. */
export const block = (wire: string, fields: readonly Field[], property = capitalise(wire)): Field => ({
  wire,
  property,
  fields,
  kind: 'block',
});

/** Describes a map of blocks such as `routeSettings: {'GET /pets': {loggingLevel}}`. */
export const blocks = (wire: string, fields: readonly Field[]): Field => ({
  wire,
  fields,
  property: capitalise(wire),
  kind: 'blocks',
});

/** Describes parameter changes by status. CloudFormation writes them as lists of source and destination. */
export const changes = (wire: string): Field => ({ wire, property: capitalise(wire), kind: 'changes' });

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
