import assert from 'node:assert/strict';
import type { readTableStatements } from './role-statements.ts';
import type { TableCall } from './table-calls.ts';

type Statements = NonNullable<ReturnType<ReturnType<typeof readTableStatements>['get']>>;

/** `Q#acme#daily#k` → `Q#*` */
const patternOf = ({ leadingKey }: TableCall) => leadingKey?.replace(/#.*/, '#*');

/** The partition of a tenant's own items: `Q#acme##` → `Q#*##` */
const recordOf = ({ leadingKey }: TableCall) => leadingKey?.replace(/^Q#[^#]*##$/, 'Q#*##');

/** Checks that every call is allowed, and that every right is used by a call. */
export function assertRights(allowed: Statements, calls: readonly TableCall[]): void {
  const missing = calls.filter((call) => !allowed.some(({ allows }) => allows(call)));
  assert.deepEqual(
    [...new Set(missing.map((call) => `${call.action} ${call.resource} ${patternOf(call) ?? ''}`))],
    [],
  );
  const unused = allowed.flatMap(({ actions, resource, leadingKeys, attributes, allows }) => {
    const used = calls.filter((call) => allows(call));
    const named = new Set(used.flatMap((call) => call.attributes));
    const keys = leadingKeys.length === 0 ? [undefined] : leadingKeys;
    return [
      ...actions.flatMap((action) =>
        keys
          .filter((key) => !used.some((call) => call.action === action && isOf(call, key)))
          .map((key) => `${action} on ${key ?? 'everything'} of ${resource}`),
      ),
      ...attributes
        .filter((attribute) => !named.has(attribute))
        .map((attribute) => `the attribute ${attribute} of ${resource}`),
    ];
  });
  assert.deepEqual(unused, [], 'rights that are not used');
}

function isOf(call: TableCall, key: string | undefined): boolean {
  return key === undefined || [patternOf(call), call.leadingKey, recordOf(call)].includes(key);
}
