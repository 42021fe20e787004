/**
 * One property in two spellings: CloudFormation's, which the control plane uses internally, and the spelling
 * of AWS's own APIs.
 */

type PlainKind = 'text' | 'flag' | 'number' | 'list' | 'texts' | 'flags';
/** `block` has its own fields; the others are maps: of blocks, and of maps of strings. */
export type FieldKind = PlainKind | 'block' | 'blocks' | 'changes';

/** Keys of maps are never respelled. */
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

/** `corsConfiguration: {allowOrigins}`. */
export const block = (wire: string, fields: readonly Field[], property = capitalise(wire)): Field => ({
  wire,
  property,
  fields,
  kind: 'block',
});

/** `routeSettings: {'GET /pets': {loggingLevel}}`. */
export const blocks = (wire: string, fields: readonly Field[]): Field => ({
  wire,
  fields,
  property: capitalise(wire),
  kind: 'blocks',
});

/** Parameter changes by status, which CloudFormation writes as lists of source and destination. */
export const changes = (wire: string): Field => ({ wire, property: capitalise(wire), kind: 'changes' });

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
