/**
 * Event patterns of EventBridge and filters of event source mappings (docs/aws §18.5). A pattern is a tree in the
 * event's shape, and its leaves list the rules of a value.
 */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { findJacksonFault } from '@gatewright/aws/text/jackson-fault';
import { findMatch, type Wanted } from './field-match.ts';
import {
  AT_END,
  readingMember,
  readingPart,
  refusalOf,
  refusePattern,
  refuseWithoutPlace,
  withWords,
} from './pattern-error.ts';
import { compileRules, type Dialect, type FieldRules } from './value-match.ts';
import { isTooComplex } from './wildcard.ts';

export type EventTest = {
  (event: unknown): boolean;
  /** Describes how the event differs from the pattern: `detail-type is "OrderPlaced", expected "Order placed"`. */
  readonly explain?: (event: unknown) => string;
};

/** Rules by path. The names of a path are joined by dots, so `{"a.b": …}` and `{"a": {"b": …}}` are one path. */
export type Alternative = ReadonlyMap<
  string,
  FieldRules & {
    readonly names: readonly string[];
    readonly wanted: readonly unknown[];
    readonly depth: number;
    readonly count: number;
  }
>;

/** The maximum nesting depth of a pattern. AWS limits only the length: 2,048 characters by default. */
const MAX_DEPTH = 500;
/** `$or` multiplies the alternatives. It is not known how many AWS accepts, so this limit is the gateway's own. */
const MAX_ALTERNATIVES = 1_000;

const TOO_COMPLEX =
  'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character';

/** Recorded by LocalStack in test_sqs_invalid_event_filter and test_dynamodb_invalid_event_filter. */
const INVALID_FILTER = 'Invalid filter pattern definition.';

/**
 * Names that must not appear inside `$or`, because they are operators or reserved for operators (aws/event-ruler,
 * Constants).
 */
const RESERVED = new Set(
  (
    'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex ' +
    'not-wildcard not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before ' +
    'in-date-range ip-address-in-range ip-address-not-in-range'
  ).split(' '),
);

/**
 * Reads a pattern as a list of alternatives. An event matches the pattern if it matches one of them.
 * @throws PatternError with the reason in the words of AWS's engine
 */
export function readAlternatives(pattern: unknown, dialect: Dialect): readonly Alternative[] {
  if (!isJsonObject(pattern)) return refusePattern('Filter is not an object');
  return readFields([], pattern, { path: [], from: [], dialect, isInOr: false });
}

type Place = {
  readonly path: readonly string[];
  /**
   * The path in the pattern as it is written. Unlike `path`, it includes each `$or` and the position of the alternative
   * in it.
   */
  readonly from: readonly string[];
  readonly dialect: Dialect;
  readonly isInOr: boolean;
};

/** Adds the fields of an object to each of the alternatives read so far. */
function readFields(
  before: readonly Alternative[],
  object: Readonly<Record<string, unknown>>,
  place: Place,
): readonly Alternative[] {
  if (place.path.length > MAX_DEPTH)
    refusePattern(`an event pattern must not have more than ${MAX_DEPTH} levels`);
  let alternatives = before;
  const entries = Object.entries(object);
  for (const [name, value] of entries) {
    const from = [...place.from, name];
    alternatives = readingPart(from, () =>
      readingMember(name, () => readField(alternatives, name, value, { ...place, from })),
    );
  }
  if (entries.length === 0) refusePattern('Empty objects are not allowed', AT_END);
  return alternatives;
}

function readField(
  before: readonly Alternative[],
  name: string,
  value: unknown,
  place: Place,
): readonly Alternative[] {
  if (name === '$or') return readOr(before, value, place);
  if (place.isInOr && RESERVED.has(name))
    refusePattern(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
  const path = [...place.path, name];
  if (Array.isArray(value)) return addRules(before, value, { ...place, path });
  if (isJsonObject(value)) return readFields(before, value, { ...place, path });
  return refusePattern(`"${name}" must be an object or an array`);
}

function readOr(before: readonly Alternative[], value: unknown, place: Place): readonly Alternative[] {
  if (!Array.isArray(value)) return refusePattern('It must be an Array followed with $or.');
  const choices = value as readonly unknown[];
  const alternatives = choices.flatMap((choice, index) =>
    readingMember(index, () =>
      isJsonObject(choice)
        ? readFields(before, choice, { ...place, from: [...place.from, String(index)], isInOr: true })
        : refusePattern('Only JSON object is allowed in array of $or relationship.'),
    ),
  );
  if (choices.length < 2) refusePattern('There must have at least 2 Objects in $or relationship.', AT_END);
  if (alternatives.length > MAX_ALTERNATIVES) refuseWithoutPlace(TOO_COMPLEX);
  return alternatives;
}

function addRules(
  before: readonly Alternative[],
  list: readonly unknown[],
  place: Place,
): readonly Alternative[] {
  const { path, dialect } = place;
  const rules = {
    ...compileRules(list, dialect),
    names: path,
    wanted: list,
    depth: path.length,
    count: list.length,
  };
  return (before.length === 0 ? [new Map()] : before).map((alternative) =>
    new Map(alternative).set(path.join('.'), rules),
  );
}

/** Returns a test that accepts an event if one of the alternatives matches it. */
export function testOf(alternatives: readonly Alternative[]): EventTest {
  const wanted = alternatives.map((alternative) =>
    [...alternative].map(([path, { tests, takesAbsence }]): Wanted => ({ path, tests, takesAbsence })),
  );
  return Object.assign((event: unknown) => wanted.some((each) => findMatch(event, each)), {
    explain: (event: unknown) => nearestOf(alternatives.map((one) => describeMisses(one, event))),
  });
}

/** Returns the description with the fewest differences. */
function nearestOf(descriptions: readonly (readonly string[])[]): string {
  const [nearest = []] = descriptions.toSorted((one, other) => one.length - other.length);
  return nearest.join(', and ');
}

function describeMisses(alternative: Alternative, event: unknown): readonly string[] {
  return [...alternative].flatMap(([path, { tests, takesAbsence, names, wanted }]) => {
    if (findMatch(event, [{ path, tests, takesAbsence }])) return [];
    const found = names.reduce<unknown>((value, name) => membersOf(value)[name], event);
    const asked = wanted.map((one) => JSON.stringify(one)).join(' or ');
    return [`${path} is ${printFound(found)}, expected ${asked}`];
  });
}

/** Formats a value of the event. An object or a list is only named, because it may be large. */
function printFound(found: unknown): string {
  if (found === undefined) return 'missing';
  return typeof found === 'object' && found !== null
    ? `${Array.isArray(found) ? 'a list' : 'an object'} without a value that matches`
    : JSON.stringify(found).slice(0, 100);
}

/**
 * Compiles a pattern, which is an object or JSON text.
 * @throws PatternError with EventBridge's message
 */
export function compileEventPattern(pattern: unknown): EventTest {
  return withWords(
    (reason) => `Event pattern is not valid. Reason: ${reason}`,
    () => compile(pattern),
  );
}

function compile(pattern: unknown): EventTest {
  const alternatives = readAlternatives(parsed(pattern), 'events');
  const fields = Map.groupBy(
    alternatives.flatMap((each) => [...each]),
    ([path]) => path,
  );
  for (const rules of fields.values()) {
    const wildcards = new Set(rules.flatMap(([, each]) => each.wildcards));
    if (isTooComplex([...wildcards])) refuseWithoutPlace(TOO_COMPLEX);
  }
  return testOf(alternatives);
}

/**
 * Returns the message with which EventBridge refuses a pattern; undefined if EventBridge accepts it. The pattern is an
 * object or JSON text.
 */
export function checkEventPattern(pattern: unknown): string | undefined {
  return refusalOf(() => compileEventPattern(pattern));
}

/**
 * Compiles the `FilterCriteria` of an event source mapping. An event passes if it matches one of the filters. Returns
 * undefined if there are no filters.
 * @throws PatternError with Lambda's message, followed by the engine's reason
 */
export function compileFilters(criteria: unknown): EventTest | undefined {
  const filters = isJsonObject(criteria) ? criteria['Filters'] : undefined;
  if (!Array.isArray(filters) || filters.length === 0) return undefined;
  const tests = filters.map((filter: unknown, index) => {
    const pattern = isJsonObject(filter) ? filter['Pattern'] : undefined;
    return withWords(
      (reason) => `${INVALID_FILTER} ${reason}`,
      () => readingPart(['Filters', String(index), 'Pattern'], () => compile(pattern)),
    );
  });
  return Object.assign((event: unknown) => tests.some((test) => test(event)), {
    explain: (event: unknown) => tests.map(({ explain }) => explain?.(event) ?? '').join('; or '),
  });
}

/** Returns Lambda's error message for `FilterCriteria`; undefined if Lambda accepts them. */
export function checkFilterCriteria(criteria: unknown): string | undefined {
  return refusalOf(() => compileFilters(criteria)) === undefined ? undefined : INVALID_FILTER;
}

function parsed(pattern: unknown): unknown {
  if (typeof pattern !== 'string') return pattern;
  try {
    return JSON.parse(pattern);
  } catch {
    return refuseWithoutPlace(findJacksonFault(Buffer.from(pattern))?.message ?? 'the pattern is not JSON');
  }
}
