/** Checks the users that a stack adds to its user pools by the same rules as users that an API call adds. */
import { asText, listOf, membersOf, textOf } from '@gatewright/aws/json-object';
import {
  attributeOfName,
  refusalOfAttributes,
  refusalOfMissing,
  refusalOfName,
} from '../../../cognito/pools/new-user.ts';
import type { PoolDefinition } from '../../../cognito/pools/pool-model.ts';
import { readPools } from '../../../cognito/pools/read-pools.ts';
import type { ResolvedResource, ResolvedStack } from '../../../core/stack/model.ts';

type RefusedUser = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
};

export function judgePoolUsers(stack: ResolvedStack): readonly RefusedUser[] {
  const users = [...stack.resources.values()].filter(({ type }) => type === 'AWS::Cognito::UserPoolUser');
  if (users.length === 0) return [];
  const pools = new Map(readPools([stack], []).map((pool) => [pool.poolId, pool]));
  return users.flatMap((user) => {
    const pool = pools.get(textOf(user.properties, 'UserPoolId'));
    return pool === undefined || (user.unresolved ?? []).length > 0 ? [] : judgeUser(user, pool);
  });
}

function judgeUser(resource: ResolvedResource, pool: PoolDefinition): readonly RefusedUser[] {
  const { properties } = resource;
  const name = asText(properties['Username']);
  const given = listOf(properties, 'UserAttributes').map((item) => textOf(membersOf(item), 'Name'));
  const ofName = name === undefined ? undefined : refusalOfName(name, pool);
  if (ofName !== undefined)
    return [
      {
        resource,
        property: 'Username',
        message: ofName,
        remedy: 'write Username in the form that the user pool requires',
      },
    ];
  const unknown = given.findIndex((one) => refusalOfAttributes([one], pool) !== undefined);
  if (unknown >= 0)
    return [
      {
        resource,
        property: `UserAttributes.${unknown}.Name`,
        message: refusalOfAttributes(given, pool) ?? '',
        remedy: 'add the attribute to the Schema of the user pool, or remove it from the user',
      },
    ];
  const set = name === undefined ? undefined : attributeOfName(name, pool);
  const missing = refusalOfMissing([...given, ...(set === undefined ? [] : [set])], pool);
  return missing === undefined
    ? []
    : [
        {
          resource,
          property: 'UserAttributes',
          message: missing,
          remedy: 'add the attributes that the Schema of the user pool requires',
        },
      ];
}
