/** Compares the resources of a deployed template with the resources of the new template. */
import { isDeepStrictEqual } from 'node:util';
import { listOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../../stack/model.ts';
import { KnownValues } from '../known-values.ts';
import { namesIn } from '../names-in.ts';
import type { SchemaTable } from '../schema-check.ts';

export type Change = {
  readonly before: ResolvedResource;
  readonly now: ResolvedResource;
  /** The names of the top-level properties whose values differ. */
  readonly changed: readonly string[];
  /** The property whose change makes CloudFormation replace the resource; absent for a change in place. */
  readonly replacedBy?: string;
};

export type StackChanges = {
  readonly before: ResolvedStack;
  readonly now: ResolvedStack;
  /** The resources that both templates have with the same type, including unchanged ones. */
  readonly kept: readonly Change[];
  readonly removed: readonly ResolvedResource[];
  readonly added: readonly ResolvedResource[];
  /** The resources whose type differs between the templates, as they are in the new template. */
  readonly retyped: readonly ResolvedResource[];
};

/**
 * Resource types for which only some changes cause a replacement. The functions return the property whose change
 * replaces the resource, or undefined if the resource is not replaced.
 */
const REPLACED_SOMETIMES: Readonly<Record<string, (change: Change) => string | undefined>> = {
  // Source: conditionalCreateOnlyProperties of the schema; for the type of an attribute, ministackorg/ministack#1433.
  'AWS::DynamoDB::Table': ({ before, now, changed }) =>
    changed.includes('KeySchema')
      ? 'KeySchema'
      : isDeepStrictEqual(keyTypes(before.properties), keyTypes(now.properties))
        ? undefined
        : 'AttributeDefinitions',
  'AWS::Events::Rule': ({ changed }) => (changed.includes('EventBusName') ? 'EventBusName' : undefined),
};

export function compareStacks(before: ResolvedStack, now: ResolvedStack, table: SchemaTable): StackChanges {
  const inBoth = [...now.resources.values()].flatMap((resource) => {
    const old = before.resources.get(resource.logicalId);
    return old === undefined ? [] : [{ before: old, now: resource }];
  });
  const compared = inBoth
    .filter((pair) => pair.before.type === pair.now.type)
    .map((pair) =>
      withReplacement({ ...pair, changed: findChanged(pair.before, pair.now, before, now) }, table),
    );
  const retyped = inBoth.filter((pair) => pair.before.type !== pair.now.type).map((pair) => pair.now);
  return {
    before,
    now,
    kept: followReferences(compared, now, table),
    removed: [...before.resources.values()].filter(({ logicalId }) => !now.resources.has(logicalId)),
    added: [...now.resources.values()].filter(({ logicalId }) => !before.resources.has(logicalId)),
    retyped,
  };
}

function withReplacement(change: Change, table: SchemaTable): Change {
  const { type } = change.now;
  const always = table[type]?.replacedBy ?? [];
  const property = always.find((name) => change.changed.includes(name)) ?? REPLACED_SOMETIMES[type]?.(change);
  return property === undefined ? change : { ...change, replacedBy: property };
}

/**
 * Marks resources that are replaced because they refer to a replaced resource, so that the value of the referring
 * property changes.
 */
function followReferences(
  changes: readonly Change[],
  { source }: ResolvedStack,
  table: SchemaTable,
): readonly Change[] {
  if (source === undefined) return changes;
  const known = new KnownValues(source.template, source.placeholderParameters);
  const replaced = new Set(
    changes.filter(({ replacedBy }) => replacedBy !== undefined).map(({ now }) => now.logicalId),
  );
  const found = new Map(changes.map((change) => [change.now.logicalId, change]));
  // Each pass adds at least one resource, or is the last.
  for (let size = -1; size !== replaced.size;) {
    size = replaced.size;
    for (const change of found.values()) {
      const { logicalId, type } = change.now;
      if (change.replacedBy !== undefined) continue;
      const property = (table[type]?.replacedBy ?? []).find((name) =>
        [...namesIn(known.writtenAt(logicalId, [name]))].some((one) => replaced.has(one)),
      );
      if (property === undefined) continue;
      replaced.add(logicalId);
      found.set(logicalId, { ...change, changed: [...change.changed, property], replacedBy: property });
    }
  }
  return [...found.values()];
}

/**
 * Returns the names of the properties that differ. Values are compared as AWS gets them. A value that could not be
 * resolved is compared as it is written.
 */
function findChanged(
  before: ResolvedResource,
  now: ResolvedResource,
  { source: sourceBefore }: ResolvedStack,
  { source: sourceNow }: ResolvedStack,
): readonly string[] {
  const written = (source: ResolvedStack['source'], id: string, name: string): unknown =>
    source === undefined ? undefined : new KnownValues(source.template).writtenAt(id, [name]);
  const open = new Set([...(before.unresolved ?? []), ...(now.unresolved ?? [])]);
  const names = new Set([...Object.keys(before.properties), ...Object.keys(now.properties), ...open]);
  return [...names].filter((name) =>
    open.has(name)
      ? !isDeepStrictEqual(
          written(sourceBefore, before.logicalId, name),
          written(sourceNow, now.logicalId, name),
        )
      : !isDeepStrictEqual(asWritten(before.properties[name]), asWritten(now.properties[name])),
  );
}

/**
 * CloudFormation treats a number or boolean that is written as a string in the same way as the number or boolean
 * itself.
 */
function asWritten(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** Returns the types of the attributes of the table's own key. */
function keyTypes(properties: JsonObject): readonly string[] {
  const types = new Map(
    listOf(properties, 'AttributeDefinitions')
      .map((one) => membersOf(one))
      .map((one) => [textOf(one, 'AttributeName'), textOf(one, 'AttributeType')]),
  );
  return listOf(properties, 'KeySchema').map(
    (one) => types.get(textOf(membersOf(one), 'AttributeName')) ?? '',
  );
}
