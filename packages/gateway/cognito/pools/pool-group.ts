/**
 * Groups of a user pool. Calls return them, but in the gateway, their roles and precedences have no effect on tokens.
 */
import { asNonEmptyText, asNumber } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

export type GroupDefinition = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly precedence?: number | undefined;
  readonly roleArn?: string | undefined;
};
export type PoolGroup = GroupDefinition & { readonly createdAtMs: number };

/** Reads a group from a call or from the properties of a template, which have the same names. */
export function readGroup(name: string, members: UnknownMembers): GroupDefinition {
  const [description, roleArn] = [asNonEmptyText(members['Description']), asNonEmptyText(members['RoleArn'])];
  const precedence = asNumber(members['Precedence']);
  return {
    name,
    ...(description !== undefined && { description }),
    ...(precedence !== undefined && { precedence }),
    ...(roleArn !== undefined && { roleArn }),
  };
}

export function describeGroup(
  { name, description, precedence, roleArn, createdAtMs }: PoolGroup,
  poolId: string,
): UnknownMembers {
  return {
    GroupName: name,
    UserPoolId: poolId,
    Description: description,
    RoleArn: roleArn,
    Precedence: precedence,
    LastModifiedDate: createdAtMs / 1000,
    CreationDate: createdAtMs / 1000,
  };
}
