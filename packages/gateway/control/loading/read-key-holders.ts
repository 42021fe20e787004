/**
 * Reads the users of stacks that have access keys of stacks (`AWS::IAM::User`, `AWS::IAM::AccessKey`). Their keys sign
 * calls with the permissions of the user and of the user's groups.
 */
import { partitionOf } from '@gatewright/aws/arn';
import { asOneOrMore } from '@gatewright/aws/json-object';
import { makeUserId, makeUserKey } from '@gatewright/aws/physical-ids';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import { readTags } from './read-policies.ts';
import type { Owned, PolicyReader } from './read-policies.ts';

/** Returns one identity per active key of a user of these stacks. AWS refuses an inactive key like an unknown one. */
export function readKeyHolders(reader: PolicyReader): readonly LocalIdentity[] {
  const users = reader.ofType('AWS::IAM::User');
  return reader.ofType('AWS::IAM::AccessKey').flatMap(({ stack, resource }) => {
    const { UserName: userName, Status: status } = resource.properties;
    const user = users.find(
      (one) => one.resource.physicalId === userName && one.stack.accountId === stack.accountId,
    );
    return user === undefined || status === 'Inactive'
      ? []
      : [{ ...identify(user, reader), ...makeUserKey(stack.stackName, resource.logicalId) }];
  });
}

function identify(user: Owned, reader: PolicyReader): Omit<LocalIdentity, 'accessKeyId' | 'secretAccessKey'> {
  const { stack, resource } = user;
  const { physicalId: name, properties, logicalId } = resource;
  const { Path: path, Tags: tags } = properties;
  return {
    name,
    arn: `arn:${partitionOf(stack.region)}:iam::${stack.accountId}:user${typeof path === 'string' ? path : '/'}${name}`,
    userId: makeUserId(stack.stackName, logicalId),
    policies: [
      ...reader.policiesOf(user, 'user'),
      ...groupsOf(user, reader).flatMap((group) => reader.policiesOf(group, 'group')),
    ],
    boundary: reader.boundaryOf(user),
    tags: readTags(tags),
  };
}

function groupsOf({ stack, resource }: Owned, reader: PolicyReader): readonly Owned[] {
  const added = reader
    .ofType('AWS::IAM::UserToGroupAddition')
    .filter((one) => asOneOrMore(one.resource.properties['Users']).includes(resource.physicalId))
    .map((one) => one.resource.properties['GroupName']);
  const names = new Set([...asOneOrMore(resource.properties['Groups']), ...added]);
  return reader
    .ofType('AWS::IAM::Group')
    .filter((one) => one.stack.accountId === stack.accountId && names.has(one.resource.physicalId));
}
