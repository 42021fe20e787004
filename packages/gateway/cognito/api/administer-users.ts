import { describeGroup, readGroup } from '../pools/pool-group.ts';
import type { PoolGroup } from '../pools/pool-group.ts';
import { ServiceRefusal } from '../../core/errors.ts';
import { randomBytes } from 'node:crypto';
import { invalidParameter, notAuthorized, notFound } from '../pools/cognito-error.ts';
import { noteSkippedConfirmation } from '../pools/pool-events.ts';
import { listAttributes } from '../pools/pool-user.ts';
import type { PasswordPolicy } from '../pools/pool-model.ts';
import type { PoolUser } from '../pools/pool-user.ts';
import { customMessage, NO_CLIENT, postConfirmation, preSignUp, sendCode } from '../pools/triggers.ts';
import type { LocalPool } from '../pools/user-pools.ts';
import type { CallInput } from '@gatewright/aws/call-input';
import { readAttributes, readUserAttributes } from './cognito-input.ts';
import { poolOf } from './cognito-operation.ts';
import type { CognitoOperations, CognitoPorts } from './cognito-operation.ts';
import { pageOf } from './list-page.ts';
import { confirm, deleteOnFailure } from './sign-up.ts';

export const ADMINISTER_USERS: CognitoOperations = {
  async AdminCreateUser(input, at) {
    const { pool } = poolOf(input, at);
    const name = input.text('Username');
    const resends = input.optionalText('MessageAction') === 'RESEND';
    const password = input.optionalText('TemporaryPassword') ?? makePassword(pool.definition.policy);
    pool.checkPassword(password, 'Password did not conform with password policy');
    const user = resends
      ? pool.get(name)
      : pool.add(
          name,
          readUserAttributes(input, pool.definition),
          'FORCE_CHANGE_PASSWORD',
          pool.definition.nameAttributes.length > 0
            ? 'An account with the given email already exists.'
            : 'User account already exists',
        );
    if (resends && user.status !== 'FORCE_CHANGE_PASSWORD')
      throw new ServiceRefusal('UnsupportedUserStateException', `User is in status ${user.status}.`);
    const of = { clientId: NO_CLIENT, metadata: input.textMap('ClientMetadata') };
    const validationData = readAttributes(input, 'ValidationData');
    if (!resends)
      await deleteOnFailure(pool, user, () =>
        preSignUp(pool, user, { source: 'PreSignUp_AdminCreateUser', ...of, validationData }),
      );
    await pool.setPassword(user, password, 'FORCE_CHANGE_PASSWORD', !resends);
    if (input.optionalText('MessageAction') !== 'SUPPRESS') {
      const message = await customMessage(pool, user, { source: 'CustomMessage_AdminCreateUser', ...of });
      pool.showMessage(user, message, user.attributes.has('email') ? 'EMAIL' : 'SMS', password);
      pool.ports.log(
        `user pool ${pool.definition.poolId}: the temporary password of ${user.username} is ${password}`,
      );
    }
    return { User: describeUser(user, 'Attributes') };
  },

  async AdminSetUserPassword(input, at) {
    const { pool, user } = namedUser(input, at);
    const status = input.flag('Permanent') ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD';
    const isNew = user.status === 'FORCE_CHANGE_PASSWORD' && status === 'CONFIRMED';
    await pool.setPassword(user, input.text('Password'), status);
    if (isNew) noteSkippedConfirmation(pool, 'AdminSetUserPassword');
    return {};
  },

  async AdminResetUserPassword(input, at) {
    const { pool, user } = namedUser(input, at);
    pool.change(user, { status: 'RESET_REQUIRED' });
    const of = { clientId: NO_CLIENT, metadata: input.textMap('ClientMetadata') };
    await sendCode(pool, user, 'new password', { source: 'CustomMessage_ForgotPassword', ...of });
    return {};
  },

  async AdminConfirmSignUp(input, at) {
    const { pool, user } = namedUser(input, at);
    if (user.status !== 'UNCONFIRMED')
      throw notAuthorized(`User cannot be confirmed. Current status is ${user.status}`);
    confirm(pool, user);
    const metadata = input.textMap('ClientMetadata');
    await postConfirmation(pool, user, 'PostConfirmation_ConfirmSignUp', NO_CLIENT, metadata);
    return {};
  },

  AdminGetUser(input, at) {
    return describeUser(namedUser(input, at).user, 'UserAttributes');
  },

  AdminUpdateUserAttributes(input, at) {
    const { pool, user } = namedUser(input, at);
    const given = readUserAttributes(input, pool.definition);
    if (given.has('sub')) throw invalidParameter('Cannot modify the non-mutable attribute sub');
    pool.change(user, { attributes: new Map([...user.attributes, ...given]) });
    return {};
  },

  AdminDisableUser: (input, at) => enable(input, at, false),
  AdminEnableUser: (input, at) => enable(input, at, true),

  AdminDeleteUser(input, at) {
    const { pool, sessions, user } = namedUser(input, at);
    sessions.endAllOf(user);
    pool.remove(user);
    return {};
  },

  AdminUserGlobalSignOut(input, at) {
    const { sessions, user } = namedUser(input, at);
    sessions.endAllOf(user);
    return {};
  },

  ListUsers(input, at) {
    const { pool } = poolOf(input, at);
    const text = input.optionalText('Filter');
    const found = pool.users.filter(readFilter(text));
    return listPage(input, found, 'PaginationToken', ['ListUsers', pool.definition.poolId, text]);
  },

  CreateGroup(input, at) {
    const { pool } = poolOf(input, at);
    const name = input.text('GroupName');
    if (pool.groups.has(name))
      throw new ServiceRefusal('GroupExistsException', 'A group with the name already exists.');
    const group = pool.addGroup(
      readGroup(name, {
        Description: input.optionalText('Description'),
        Precedence: input.optionalInteger('Precedence'),
        RoleArn: input.optionalText('RoleArn'),
      }),
    );
    return { Group: describeGroup(group, pool.definition.poolId) };
  },

  ListGroups(input, at) {
    const { pool } = poolOf(input, at);
    return listGroups(input, [...pool.groups.values()], pool.definition.poolId, []);
  },

  AdminAddUserToGroup(input, at) {
    const { pool, user } = namedUser(input, at);
    pool.change(user, { groups: new Set([...user.groups, knownGroup(input, { pool })]) });
    return {};
  },

  AdminRemoveUserFromGroup(input, at) {
    const { pool, user } = namedUser(input, at);
    const name = knownGroup(input, { pool });
    pool.change(user, { groups: new Set([...user.groups].filter((group) => group !== name)) });
    return {};
  },

  AdminListGroupsForUser(input, at) {
    const { pool, user } = namedUser(input, at);
    const own = [...pool.groups.values()].filter(({ name }) => user.groups.has(name));
    return listGroups(input, own, pool.definition.poolId, [user.username]);
  },

  ListUsersInGroup(input, at) {
    const { pool } = poolOf(input, at);
    const name = knownGroup(input, { pool });
    const found = pool.users.filter(({ groups }) => groups.has(name));
    return listPage(input, found, 'NextToken', ['ListUsersInGroup', pool.definition.poolId, name]);
  },
};

/** @throws ServiceRefusal UserNotFoundException if the pool has no such user */
function namedUser(input: CallInput, at: CognitoPorts): LocalPool & { readonly user: PoolUser } {
  const local = poolOf(input, at);
  return { ...local, user: local.pool.get(input.text('Username')) };
}

function enable(input: CallInput, at: CognitoPorts, isEnabled: boolean): object {
  const { pool, sessions, user } = namedUser(input, at);
  pool.change(user, { isEnabled });
  if (!isEnabled) sessions.endAllOf(user);
  return {};
}

function knownGroup(input: CallInput, { pool }: Pick<LocalPool, 'pool'>): string {
  const name = input.text('GroupName');
  if (!pool.groups.has(name)) throw notFound('Group not found.');
  return name;
}

/** Makes a password of at least 20 characters, and of all kinds of characters, as the policy may require. */
function makePassword({ minimumLength }: PasswordPolicy): string {
  const drawn = randomBytes(Math.max(16, minimumLength)).toString('base64url');
  return `${drawn.slice(0, Math.max(16, minimumLength - KINDS.length))}${KINDS}`;
}

/** A character of each kind that a policy may require. */
const KINDS = 'aA1!';

function describeUser(user: PoolUser, attributes: 'Attributes' | 'UserAttributes'): object {
  return {
    Username: user.username,
    [attributes]: listAttributes(user),
    UserCreateDate: user.createdAtMs / 1000,
    UserLastModifiedDate: user.changedAtMs / 1000,
    Enabled: user.isEnabled,
    UserStatus: user.status,
  };
}

function listGroups(
  input: CallInput,
  groups: readonly PoolGroup[],
  poolId: string,
  of: readonly string[],
): object {
  const { shown, next } = pageOf(input, groups, { list: ['ListGroups', poolId, ...of] });
  return { Groups: shown.map((group) => describeGroup(group, poolId)), ...next };
}

/** @param list identifies the list to which the page tokens belong */
function listPage(
  input: CallInput,
  users: readonly PoolUser[],
  tokenName: 'NextToken' | 'PaginationToken',
  list: readonly unknown[],
): object {
  const { shown, next } = pageOf(input, users, { tokenName, list });
  const wanted = input.texts('AttributesToGet');
  const page = shown.map((user) =>
    wanted.length === 0
      ? describeUser(user, 'Attributes')
      : { ...describeUser(user, 'Attributes'), Attributes: listAttributes(user, wanted) },
  );
  return { Users: page, ...next };
}

/**
 * Reads a filter such as `email = "a@b"` or `email ^= "a"` (Cognito developer guide, "Searching for users using the
 * ListUsers API").
 */
function readFilter(text: string | undefined): (user: PoolUser) => boolean {
  if (text === undefined || text.trim() === '') return () => true;
  const [, name, operator, quoted] = /^\s*"?([\w:.-]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(text) ?? [];
  if (name === undefined || quoted === undefined) throw invalidParameter('Error while parsing filter.');
  if (!SEARCHABLE.has(name)) throw invalidParameter(`Invalid search attribute: ${name}`);
  const wanted = quoted.replace(/\\(.)/g, '$1');
  return (user) => {
    const value = valueOf(user, name);
    return operator === '=' ? value === wanted : value.startsWith(wanted);
  };
}

/** The attributes that ListUsers can search (API reference, ListUsers). */
const SEARCHABLE: ReadonlySet<string> = new Set([
  'cognito:user_status',
  'email',
  'family_name',
  'given_name',
  'name',
  'phone_number',
  'preferred_username',
  'status',
  'sub',
  'username',
]);

function valueOf(user: PoolUser, name: string): string {
  switch (name) {
    case 'username':
      return user.username;
    case 'sub':
      return user.sub;
    case 'cognito:user_status':
      return user.status;
    case 'status':
      return user.isEnabled ? 'Enabled' : 'Disabled';
    default:
      return user.attributes.get(name) ?? '';
  }
}
