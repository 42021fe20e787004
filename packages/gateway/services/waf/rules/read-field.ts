/** Reads which part of a request a statement inspects (docs/aws, AWS WAF: fields to match). */
import { TRANSFORMATIONS, UNDESCRIBED } from '../evaluate/transform.ts';
import type { Transformations } from '../evaluate/transform.ts';
import { PRE_PARSE } from '../evaluate/pre-parse.ts';
import { FALLBACKS, JSON_FALLBACKS, MATCH_SCOPES, OVERSIZE } from './statement.ts';
import type { Field, ForwardedIp, Inspection, KeyFilter, Oversize } from './statement.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';

const MAX_TRANSFORMATIONS = 10;
const MAX_NAMES = 199;

/** Reads `FieldToMatch` and `TextTransformations` of a statement. */
export function readInspection(statement: MemberReader): Inspection {
  const field = readField(statement.object('FieldToMatch'));
  return inspectionOf(withPreParse(field, statement), readTransformations(statement));
}

/**
 * Adds the transformations of the query before it is parsed: "Pre-parse text transformations normalize the raw query
 * string before WAF parses it into individual query arguments."
 */
function withPreParse(field: Field, statement: MemberReader): Field {
  const preParse = readOrdered(statement, 'PreParseTextTransformations', PRE_PARSE).filter(
    (type) => type !== 'NONE',
  );
  if (preParse.length === 0) return field;
  if (field.kind !== 'query-argument' && field.kind !== 'all-query-arguments')
    statement.refuse(
      'PreParseTextTransformations',
      'is only supported when FieldToMatch is SingleQueryArgument or AllQueryArguments',
    );
  return { ...field, preParse };
}

/** Equal inspections are one object, so that a request is inspected once for all of them. */
const INSPECTIONS = new Map<string, Inspection>();
const MAX_INSPECTIONS = 10_000;
let slots = 0;

export function inspectionOf(field: Field, transformations: Transformations): Inspection {
  const id = JSON.stringify([field, transformations], (_, value: unknown) =>
    value instanceof Set ? [...value] : value,
  );
  const known = INSPECTIONS.get(id);
  if (known !== undefined) return known;
  const made = { field, transformations, slot: slots };
  slots += 1;
  if (INSPECTIONS.size < MAX_INSPECTIONS) INSPECTIONS.set(id, made);
  return made;
}

export function readTransformations(statement: MemberReader): Transformations {
  const types = readOrdered(statement, 'TextTransformations', { ...TRANSFORMATIONS, ...UNDESCRIBED });
  if (types.length === 0)
    statement.refuse(
      'TextTransformations',
      'must have at least one item; use the type NONE for no transformation',
    );
  return types.filter((type) => type !== 'NONE');
}

/** Reads the types of transformations in the order of their priorities. */
function readOrdered<Name extends string>(
  statement: MemberReader,
  member: string,
  table: Readonly<Record<Name, unknown>>,
): readonly Name[] {
  const items = statement.objects(member, MAX_TRANSFORMATIONS).map((item) => ({
    priority: item.integer('Priority', 0, 2 ** 31 - 1),
    type: item.nameIn('Type', table),
  }));
  if (new Set(items.map(({ priority }) => priority)).size < items.length)
    statement.refuse(
      member,
      `has two items with the same Priority (${items.map(({ priority }) => priority).join(', ')}); give each item a different Priority`,
    );
  return items.toSorted((a, b) => a.priority - b.priority).map(({ type }) => type);
}

type ReadField = (at: MemberReader) => Field;

const FIELDS: Readonly<Record<string, ReadField>> = {
  Method: () => ({ kind: 'method' }),
  UriPath: () => ({ kind: 'uri-path' }),
  QueryString: () => ({ kind: 'query-string' }),
  AllQueryArguments: () => ({ kind: 'all-query-arguments' }),
  SingleHeader: (at) => ({ kind: 'header', name: at.text('Name').toLowerCase() }),
  SingleQueryArgument: (at) => ({ kind: 'query-argument', name: at.text('Name').toLowerCase() }),
  UriFragment: (at) => ({
    kind: 'uri-fragment',
    fallback: at.oneOf('FallbackBehavior', FALLBACKS, 'NO_MATCH'),
  }),
  Body: (at) => ({ kind: 'body', oversize: readOversize(at) }),
  JsonBody: readJsonBody,
  Headers: (at) => readPairs(at, 'headers', 'Headers'),
  Cookies: (at) => readPairs(at, 'cookies', 'Cookies'),
  HeaderOrder: (at) => ({ kind: 'header-order', oversize: readOversize(at) }),
  JA3Fingerprint: () => ({ kind: 'unseen', name: 'JA3Fingerprint' }),
  JA4Fingerprint: () => ({ kind: 'unseen', name: 'JA4Fingerprint' }),
};

export function readField(at: MemberReader): Field {
  const name = at.sole();
  const read = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (read === undefined)
    at.refuse('', `unknown field to match ${name}; expected one of ${Object.keys(FIELDS).join(', ')}`);
  return read(at.object(name));
}

export function readForwardedIp(at: MemberReader): ForwardedIp {
  return {
    header: at.text('HeaderName', 255).toLowerCase(),
    fallback: at.oneOf('FallbackBehavior', FALLBACKS),
  };
}

function readOversize(at: MemberReader): Oversize {
  return at.oneOf('OversizeHandling', OVERSIZE, 'CONTINUE');
}

function readJsonBody(at: MemberReader): Field {
  const pattern = at.object('MatchPattern');
  const isAll = pattern.sole() === 'All';
  const paths = isAll ? undefined : pattern.texts('IncludedPaths', 100);
  const wrong = paths?.find((path) => !path.startsWith('/'));
  if (wrong !== undefined)
    pattern.refuse('IncludedPaths', `must contain JSON pointers such as /a/b, not ${wrong}`);
  if (paths?.length === 0) pattern.refuse('', 'must have All or IncludedPaths');
  return {
    kind: 'json-body',
    paths,
    scope: at.oneOf('MatchScope', MATCH_SCOPES),
    oversize: readOversize(at),
    fallback: at.has('InvalidFallbackBehavior')
      ? at.oneOf('InvalidFallbackBehavior', JSON_FALLBACKS)
      : undefined,
  };
}

function readPairs(at: MemberReader, kind: 'headers' | 'cookies', suffix: 'Headers' | 'Cookies'): Field {
  return {
    kind,
    keys: readKeys(at.object('MatchPattern'), suffix),
    scope: at.oneOf('MatchScope', MATCH_SCOPES),
    oversize: at.oneOf('OversizeHandling', OVERSIZE),
  };
}

/** Reads the names of headers or cookies. Header names are case-insensitive, cookie names are case-sensitive. */
function readKeys(pattern: MemberReader, suffix: 'Headers' | 'Cookies'): KeyFilter {
  const member = pattern.sole();
  if (member === 'All') return { kind: 'all' };
  if (member !== `Included${suffix}` && member !== `Excluded${suffix}`)
    pattern.refuse('', `must have All, Included${suffix} or Excluded${suffix}, not ${member}`);
  const kind = member === `Included${suffix}` ? 'included' : 'excluded';
  const names = pattern.texts(member, MAX_NAMES);
  return {
    kind,
    names: new Set(suffix === 'Headers' ? names.map((name) => name.toLowerCase()) : names),
  };
}
