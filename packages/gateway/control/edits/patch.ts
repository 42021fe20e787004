/**
 * Patch operations of AWS's control plane. Each resource supports only certain paths, which are JSON Pointers. Values
 * are always text. This is not RFC 6902: `add` never inserts at an index, and `test` and `move` are never supported.
 * @see API Gateway API reference, "PatchOperation"
 */
import { unescapePointer } from '@gatewright/aws/json-pointer';
import { isJsonObject } from '@gatewright/aws/json-object';
import { validationError, verbViolations } from './check-members.ts';
import { badRequest } from '../control-error.ts';
import type { ControlError } from '../control-error.ts';

type PatchVerb = 'add' | 'replace' | 'remove' | 'copy';

export type PatchOperation = {
  readonly op: string;
  readonly path: string;
  readonly value: string | undefined;
  readonly from: string | undefined;
};

export type PatchInput = {
  readonly value: string;
  readonly from: string;
  /** The unescaped values by placeholder, such as `name` for `/variables/{name}`. */
  readonly names: Readonly<Record<string, string>>;
};

/** A path that can be patched, such as `/variables/{name}`, with its operations. */
export type PatchRule<T> = {
  readonly path: string;
  readonly on: Readonly<Partial<Record<PatchVerb, (target: T, input: PatchInput) => T>>>;
};

export type PatchRefusal = (operation: PatchOperation, supported: readonly PatchVerb[]) => ControlError;

/** The maximum number of operations in one call. More operations are a mistake or an attack. */
const MAX_OPERATIONS = 200;

/**
 * Reads a patch from a request body. The patch applies all operations in order, or throws without a partial change.
 * `input` is AWS's name for the call's input in its error messages.
 * @throws ControlError BadRequestException, ValidationException if the patch cannot be read. The patch throws the same
 * errors if the resource refuses it
 */
export function readPatch<T>(
  body: unknown,
  input: string,
  rules: readonly PatchRule<T>[],
  refuse = plainRefusal,
): (target: T) => T {
  const operations = readOperations(body, input);
  return (target) =>
    operations.reduce((patched, operation) => {
      const found = findRule(operation.path, rules);
      const apply = isVerb(operation.op) ? found?.rule.on[operation.op] : undefined;
      if (found === undefined || apply === undefined)
        throw refuse(operation, found === undefined ? [] : verbsOf(found.rule));
      const { value = '', from = '' } = operation;
      return apply(patched, { value, from, names: found.names });
    }, target);
}

function readOperations(body: unknown, input: string): readonly PatchOperation[] {
  const list = isJsonObject(body) ? body['patchOperations'] : undefined;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list) || list.length > MAX_OPERATIONS) throw badRequest('Invalid request input');
  const operations = list.map((item: unknown) => {
    if (!isJsonObject(item)) throw badRequest('Invalid request input');
    return {
      op: readField(item, 'op') ?? '',
      // AWS prints an absent path as null [obs].
      path: readField(item, 'path') ?? 'null',
      value: readField(item, 'value'),
      from: readField(item, 'from'),
    };
  });
  const violations = verbViolations(
    operations.map(({ op }) => op),
    input,
  );
  if (violations.length > 0) throw validationError(violations);
  return operations;
}

function verbsOf<T>(rule: PatchRule<T>): readonly PatchVerb[] {
  return Object.keys(rule.on).filter(isVerb);
}

function isVerb(op: string): op is PatchVerb {
  return op === 'add' || op === 'replace' || op === 'remove' || op === 'copy';
}

function findRule<T>(
  path: string,
  rules: readonly PatchRule<T>[],
): { readonly rule: PatchRule<T>; readonly names: Readonly<Record<string, string>> } | undefined {
  for (const rule of rules) {
    const pattern = rule.path.split('/');
    const names = matchSegments(pattern, segmentsOf(path, pattern));
    if (names !== undefined) return { rule, names };
  }
  return undefined;
}

/** Returns the segments of a path. Everything that a placeholder such as `{resource+}` matches becomes one segment. */
function segmentsOf(path: string, pattern: readonly string[]): readonly string[] {
  const segments = path.split('/');
  const at = pattern.findIndex((one) => one.endsWith('+}'));
  const more = segments.length - pattern.length;
  if (at === -1 || more <= 0) return segments;
  const end = at + more + 1;
  return [...segments.slice(0, at), segments.slice(at, end).join('/'), ...segments.slice(end)];
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected.startsWith('{')) names[expected.replace(/[{}+]/g, '')] = unescapePointer(segment);
    else if (expected !== segment) return undefined;
  }
  return names;
}

/**
 * Returns `Invalid patch path /x` for an unsupported path, and `Must be one of: [replace]` for an unsupported operation
 * [obs].
 */
export const plainRefusal: PatchRefusal = ({ path }, supported) =>
  badRequest(
    supported.length === 0
      ? `Invalid patch path ${path}`
      : `Invalid patch operation specified. Must be one of: [${supported.join(', ')}]`,
  );

/**
 * Refuses with `Invalid patch path  '/x' specified for op 'replace'. Must be one of: […]` [obs, with both spaces]. For
 * another operation, `otherwise` replaces the list.
 */
export function listingRefusal(
  replaceable: readonly string[],
  otherwise = 'Please choose supported operations',
): PatchRefusal {
  return ({ path, op }) =>
    badRequest(
      `Invalid patch path  '${path}' specified for op '${op}'. ` +
        (op === 'replace' ? `Must be one of: [${replaceable.join(', ')}]` : otherwise),
    );
}

function readField(item: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = item[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw badRequest('Invalid request input');
}
