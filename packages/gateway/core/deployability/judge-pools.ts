/**
 * Finds what makes Cognito refuse a user pool, and clients that name attributes that their pool lacks.
 * Source: https://github.com/badmintoncryer/cdk-preflight, `rules/cognito`, whose author deployed each case.
 */
import { asNumber, asOneOrMore, asText, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/** Refuses an attribute that the pool has twice, and ways of recovery with the same name or priority. */
export function judgePool(pool: ResolvedResource): BrokenRelation | undefined {
  const { properties } = pool;
  const attributes = membersIn(properties['Schema']);
  const twice = repeated(attributes, ['Name']);
  if (twice !== undefined) {
    const name = textOf(attributes[twice] ?? {}, 'Name');
    return {
      resource: pool,
      property: `Schema.${twice}.Name`,
      message: `Duplicate custom attribute names custom:${name} are not allowed in a user pool schema.`,
      remedy: `give one of the attributes another Name, or remove it`,
    };
  }
  const ways = membersIn(mapOf(properties, 'AccountRecoverySetting')['RecoveryMechanisms']);
  const same = repeated(ways, ['Priority']) ?? repeated(ways, ['Name']);
  return same === undefined
    ? undefined
    : {
        resource: pool,
        property: `AccountRecoverySetting.RecoveryMechanisms.${same}`,
        message: 'Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.',
        remedy: 'give each recovery mechanism its own Name and its own Priority',
      };
}

function membersIn(list: Json | undefined): readonly JsonObject[] {
  return asOneOrMore(list).map((one) => membersOf(one));
}

/** Returns the index of the first item whose members equal the members of an earlier item. */
function repeated(items: readonly JsonObject[], names: readonly string[]): number | undefined {
  const index = items.findIndex((item, at) =>
    items
      .slice(0, at)
      .some((other) => names.every((name) => item[name] !== undefined && isSame(item[name], other[name]))),
  );
  return index < 0 ? undefined : index;
}

/** Refuses custom attributes in a list of a client that its pool, which the stack creates, does not have. */
export function judgeCustomAttributes(
  client: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const pool = all.find(
    ({ type, physicalId }) =>
      type === 'AWS::Cognito::UserPool' && physicalId === client.properties['UserPoolId'],
  );
  if (pool === undefined || (pool.unresolved ?? []).includes('Schema')) return undefined;
  const names = membersIn(pool.properties['Schema']).map(
    (one) => `custom:${textOf(one, 'Name').replace(/^custom:/, '')}`,
  );
  for (const [list, verb] of [
    ['ReadAttributes', 'read'],
    ['WriteAttributes', 'write'],
  ] as const) {
    const given = client.properties[list] === undefined ? [] : asOneOrMore(client.properties[list]);
    const index = given.findIndex(
      (one) => typeof one === 'string' && one.startsWith('custom:') && !names.includes(one),
    );
    if (index >= 0)
      return {
        resource: client,
        property: `${list}.${index}`,
        message: `Invalid ${verb} attributes specified while creating a client (${pool.logicalId} has no attribute ${asText(given[index]) ?? ''})`,
        remedy: `add the attribute to Schema of ${pool.logicalId}, or remove it from ${list}`,
      };
  }
  return undefined;
}

/** Priorities are numbers, which a template may write as text. */
function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || (asNumber(one) !== undefined && asNumber(one) === asNumber(other));
}
