/**
 * Finds whether the fields of an event match the rules of a pattern. Fields are the leaves of the event: strings,
 * numbers, true, false and null. An object, and a list without leaves, is not a field (docs/aws §18.5).
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { isScalar, type ValueTest } from './value-match.ts';

/** The rules for the field at a path, whose names are joined by dots. */
export type Wanted = {
  /** The part of the path that has not been followed yet; undefined at its end. */
  readonly path: string | undefined;
  readonly tests: readonly ValueTest[];
  readonly takesAbsence: boolean;
};

/**
 * The maximum number of levels of an event that are examined. Deeper values count as absent, so that no event can
 * exhaust the stack.
 */
const MAX_LEVELS = 1_000;
/**
 * The maximum number of readings of a path that are tried. A path such as `a.b` can be read in several ways only if
 * members differ in whether a dot is part of a name.
 */
const MAX_READINGS = 64;

/**
 * Whether the event matches all rules. If several rules are about fields of a list's elements, a single element must
 * match all of them. AWS's engine calls this array consistency.
 */
export function findMatch(event: unknown, wanted: readonly Wanted[]): boolean {
  const present = wanted.filter(({ path, takesAbsence }) => !takesAbsence || hasField(event, path));
  return present.every(({ tests }) => tests.length > 0) && isMet(event, present);
}

function isMet(value: unknown, wanted: readonly Wanted[], level = 0): boolean {
  if (wanted.length === 0) return true;
  if (level > MAX_LEVELS) return false;
  if (Array.isArray(value)) return isMetByElements(value, wanted, level + 1);
  if (isScalar(value))
    return wanted.every(({ path, tests }) => path === undefined && tests.some((test) => test(value)));
  return readingsOf(value, wanted).some((reading) =>
    [...reading].every(([name, inner]) => isJsonObject(value) && isMet(value[name], inner, level + 1)),
  );
}

/**
 * Whether a list matches. A rule for the values of the list itself may be matched by any of its values. One element
 * must match all other rules: a value in a list inside this list belongs to an element, as a field of an object does.
 */
function isMetByElements(list: readonly unknown[], wanted: readonly Wanted[], level: number): boolean {
  const values = list.filter(isScalar);
  const rest = wanted.filter(
    ({ path, tests }) => path !== undefined || !values.some((value) => tests.some((test) => test(value))),
  );
  return rest.length === 0 || list.some((element) => isMet(element, rest, level));
}

/**
 * Returns the ways in which the rules can be assigned to members of the object. Each way maps members to the rules that
 * continue in them.
 */
function readingsOf(
  value: unknown,
  wanted: readonly Wanted[],
): readonly ReadonlyMap<string, readonly Wanted[]>[] {
  let readings: readonly ReadonlyMap<string, readonly Wanted[]>[] = [new Map()];
  for (const each of wanted) {
    const members = membersFor(value, each.path);
    readings = readings
      .flatMap((reading) =>
        members.map(({ name, path }) =>
          new Map(reading).set(name, [...(reading.get(name) ?? []), { ...each, path }]),
        ),
      )
      .slice(0, MAX_READINGS);
  }
  return readings;
}

type Member = { readonly name: string; readonly path: string | undefined };

/**
 * Returns the members of an object with which a path can begin. For the path `a.b`, these are the members `a` and
 * `a.b`.
 */
function membersFor(value: unknown, path: string | undefined): readonly Member[] {
  if (path === undefined || !isJsonObject(value)) return [];
  const members: Member[] = [];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1))
    if (Object.hasOwn(value, path.slice(0, dot)))
      members.push({ name: path.slice(0, dot), path: path.slice(dot + 1) });
  if (Object.hasOwn(value, path)) members.push({ name: path, path: undefined });
  return members;
}

function hasField(value: unknown, path: string | undefined, level = 0): boolean {
  if (level > MAX_LEVELS) return false;
  if (Array.isArray(value)) return value.some((element) => hasField(element, path, level + 1));
  if (isScalar(value)) return path === undefined;
  return membersFor(value, path).some(
    ({ name, path: inner }) => isJsonObject(value) && hasField(value[name], inner, level + 1),
  );
}
