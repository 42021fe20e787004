/**
 * Checks the members of a call with the table of constraints. The first check is AWS's validator, which reports all
 * violations at once. The second is the service itself, which reports only the first violation.
 */
import { violationsOf } from '@gatewright/aws/call-input';
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { isJsonObject, listOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { badRequest, ControlError } from '../control-error.ts';
import {
  PATCH_INPUTS,
  PATCH_VERBS,
  PATH_CONSTRAINTS,
  QUERY_CONSTRAINTS,
  REST_CONSTRAINTS,
} from '../resource-types/constraints.ts';
import { V2_CONSTRAINTS } from '../resource-types/v2-constraints.ts';
import type { Constraint, OwnConstraint, ResourceConstraints } from '../resource-types/constraints.ts';

const BY_CALL: ReadonlyMap<string, ResourceConstraints> = new Map(
  [...REST_CONSTRAINTS, ...V2_CONSTRAINTS].flatMap((resource) =>
    [resource.made, resource.changed ?? resource.made].map((call) => [call, resource] as const),
  ),
);

const NO_QUERY = new URLSearchParams();

/**
 * Refuses a call with members that violate the table of constraints.
 * @param call `POST /restapis`; empty for a document, which has no members
 * @param path the values of the placeholders in the call's path
 * @param query the members in the call's query; a list counts as present if one of its items is present
 * @throws ControlError ValidationException for violations that AWS's validator finds, BadRequestException for a
 *   violation that the service finds
 */
export function checkMembers(
  call: string,
  path: ReadonlyMap<string, string>,
  body: UnknownMembers,
  query: Pick<URLSearchParams, 'get'> = NO_QUERY,
): void {
  const { input = '', properties = {} } = BY_CALL.get(call) ?? {};
  const inPath = [...path].flatMap(([name, value]) =>
    violationsOf(value, name, PATH_CONSTRAINTS[name] ?? {}),
  );
  const inQuery = Object.entries(QUERY_CONSTRAINTS[call] ?? {}).flatMap(([name, constraint]) =>
    violationsOf(query.get(name) ?? undefined, name, constraint),
  );
  const rows = Object.entries(properties).map(([name, constraint]) => {
    return { name, constraint, value: memberAt(body, name) };
  });
  const inBody = rows.flatMap(({ name, constraint, value }) => {
    // If the block of a member is absent, the member is not reported as missing.
    const owner = name.includes('.') ? memberAt(body, name.slice(0, name.lastIndexOf('.'))) : body;
    return owner === undefined ? [] : violationsOf(value, `${input}.${name}`, constraint);
  });
  const violations = [...brokenVerbs(call, body, inPath), ...inPath, ...inQuery, ...inBody];
  if (violations.length > 0) throw validationError(violations);
  for (const { constraint, value } of rows) {
    const refusal = refusalByService(value, constraint);
    if (refusal !== undefined) throw badRequest(refusal);
  }
}

/**
 * Returns the violations of patch operations. The reader of the patch also reports them, but only this function can
 * report them together with violations of the path.
 */
function brokenVerbs(call: string, body: UnknownMembers, inPath: readonly string[]): readonly string[] {
  const input = PATCH_INPUTS[call];
  if (input === undefined || inPath.length === 0) return [];
  const operations = listOf(body, 'patchOperations').map((item) => textOf(membersOf(item), 'op'));
  return verbViolations(operations, input);
}

export function verbViolations(operations: readonly string[], input: string): readonly string[] {
  return operations.flatMap((op, index) =>
    PATCH_VERBS.includes(op)
      ? []
      : [violation(op, `${input}.patchOperations.${index + 1}.member.op`, MUST.beOneOf(PATCH_VERBS))],
  );
}

export function validationError(violations: readonly string[]): ControlError {
  return new ControlError('ValidationException', validationMessage(...violations));
}

/** Returns why the service refuses this value; undefined means that it is accepted. */
export function refusalByService(value: unknown, { own = [] }: Constraint): string | undefined {
  for (const one of own) {
    if (value === undefined && one.present !== true) continue;
    const broken = brokenPart(value, one);
    if (broken !== undefined) return typeof one.says === 'string' ? one.says : one.says(broken);
  }
  return undefined;
}

/**
 * Returns the part that violates the constraint: the value itself, or a key of a map. Undefined means that nothing
 * violates it.
 */
function brokenPart(value: unknown, constraint: OwnConstraint): string | undefined {
  const { keys } = constraint;
  if (keys !== undefined && isJsonObject(value)) return Object.keys(value).find((key) => !keys.test(key));
  return satisfies(value, constraint) ? undefined : String(value);
}

function satisfies(value: unknown, constraint: OwnConstraint): boolean {
  const { present = false, minLength = 0, maxLength = Infinity, maxItems = Infinity, range } = constraint;
  if (present && (value === undefined || value === '')) return false;
  if (constraint.inEach !== undefined) return allSatisfy(value, constraint.inEach, constraint.values ?? []);
  if (typeof value === 'string') {
    const { pattern, values } = constraint;
    const isLegal = (pattern?.test(value) ?? true) && (value === '' || (values?.includes(value) ?? true));
    return isLegal && value.length >= minLength && value.length <= maxLength;
  }
  if (typeof value === 'number') return range === undefined || (value >= range[0] && value <= range[1]);
  return !Array.isArray(value) || value.length <= maxItems;
}

function allSatisfy(value: unknown, member: string, values: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((item: unknown) => {
    const found = isJsonObject(item) ? item[member] : undefined;
    return typeof found !== 'string' || found === '' || values.includes(found);
  });
}

/**
 * Returns the member at a path such as `endpointConfiguration.types`; undefined if the member, or a block above it, is
 * absent or null.
 */
function memberAt(body: UnknownMembers, path: string): unknown {
  let found: unknown = body;
  for (const name of path.split('.')) {
    if (!isJsonObject(found)) return undefined;
    found = found[name];
  }
  return found ?? undefined;
}
