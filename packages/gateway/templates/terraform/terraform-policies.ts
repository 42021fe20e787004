/** Converts the statements of `aws_iam_policy_document` to a policy, as the provider does. */
import { isJsonList, isJsonObject, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

const LISTS: Readonly<Record<string, string>> = {
  actions: 'Action',
  not_actions: 'NotAction',
  resources: 'Resource',
  not_resources: 'NotResource',
};

/** The attributes of a `statement` block, by the members of the policy whose names differ. */
export const ATTRIBUTES_OF_STATEMENTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(LISTS).map(([attribute, member]) => [member, attribute])),
  Principal: 'principals',
  NotPrincipal: 'not_principals',
};

export function toPolicy(statements: Json | undefined): JsonObject {
  const list = isJsonList(statements) ? statements.filter(isJsonObject) : [];
  return { Version: '2012-10-17', Statement: list.map(toStatement) };
}

function toStatement(statement: JsonObject): JsonObject {
  const { sid, effect } = statement;
  const lists = Object.entries(LISTS).flatMap(([name, property]) => {
    const value = statement[name];
    const isSet = isJsonList(value) ? value.length > 0 : value !== undefined && value !== null;
    return isSet ? [[property, value] as const] : [];
  });
  return {
    ...(typeof sid === 'string' && sid !== '' && { Sid: sid }),
    Effect: typeof effect === 'string' ? effect : 'Allow',
    ...Object.fromEntries(lists),
    ...principals(statement['principals'], 'Principal'),
    ...principals(statement['not_principals'], 'NotPrincipal'),
    ...conditions(statement['condition']),
  };
}

function principals(value: Json | undefined, name: string): JsonObject {
  const list = isJsonList(value) ? value.filter(isJsonObject) : [];
  if (list.length === 0) return {};
  if (list.some(({ type }) => type === '*')) return { [name]: '*' };
  const entries = list.map((each) => [textOf(each, 'type'), each['identifiers'] ?? []] as const);
  return { [name]: Object.fromEntries(entries) };
}

function conditions(value: Json | undefined): JsonObject {
  const list = isJsonList(value) ? value.filter(isJsonObject) : [];
  if (list.length === 0) return {};
  const made: Record<string, Record<string, Json>> = {};
  for (const each of list) {
    const operator = (made[textOf(each, 'test')] ??= {});
    operator[textOf(each, 'variable')] = each['values'] ?? [];
  }
  return { Condition: made };
}
