import { ServiceRefusal } from '../../core/errors.ts';
import {
  invalidParameter,
  notAuthorized,
  unauthorizedAttribute,
  userNotFound,
} from '../pools/cognito-error.ts';
import { isVerified, verifiedName } from '../pools/pool-user.ts';
import type { PoolUser } from '../pools/pool-user.ts';
import { postConfirmation, preSignUp, sendCode } from '../pools/triggers.ts';
import type { CodeDelivery, UserPool } from '../pools/user-pool.ts';
import type { AppClient } from '../pools/pool-model.ts';
import { checkSecretHash, readAttributes, readUserAttributes } from './cognito-input.ts';
import type { CallInput } from '@gatewright/aws/call-input';
import { clientOf } from './cognito-operation.ts';
import type { CognitoOperations, CognitoPorts } from './cognito-operation.ts';

export const SIGN_UP: CognitoOperations = {
  async SignUp(input, at) {
    const { pool, client } = clientOf(input, at);
    const name = input.text('Username');
    checkSecretHash(client, [name], input.optionalText('SecretHash'));
    if (!pool.definition.allowsSignUp) throw notAuthorized('SignUp is not permitted for this user pool');
    const password = input.text('Password');
    pool.checkPassword(password, 'Password did not conform with policy');
    const attributes = readUserAttributes(input, pool.definition);
    // Attack: if a user could mark an address as verified, the user could claim any address.
    const verified = [...attributes.keys()].find((attribute) => attribute.endsWith('_verified'));
    if (verified !== undefined) throw unauthorizedAttribute(verified);
    const text =
      pool.definition.nameAttributes.length > 0
        ? 'An account with the given email already exists.'
        : 'User already exists';
    const user = pool.add(name, attributes, 'UNCONFIRMED', text);
    const of = { clientId: client.clientId, metadata: input.textMap('ClientMetadata') };
    const validationData = readAttributes(input, 'ValidationData');
    const isConfirmed = await deleteOnFailure(pool, user, () =>
      preSignUp(pool, user, { source: 'PreSignUp_SignUp', ...of, validationData }),
    );
    await pool.setPassword(user, password, isConfirmed ? 'CONFIRMED' : 'UNCONFIRMED', true);
    if (isConfirmed) {
      await postConfirmation(pool, user, 'PostConfirmation_ConfirmSignUp', of.clientId, of.metadata);
      return { UserConfirmed: true, UserSub: user.sub };
    }
    return {
      UserConfirmed: false,
      UserSub: user.sub,
      // Cognito sends no code if the attribute is missing: getmoto/moto,
      // test_sign_up_with_verified_but_not_supplied_email (verified on AWS)
      CodeDeliveryDetails: pool.definition.autoVerified.some((name) => user.attributes.has(name))
        ? await sendCode(pool, user, 'sign-up', { source: 'CustomMessage_SignUp', ...of })
        : undefined,
    };
  },

  async ConfirmSignUp(input, at) {
    const { pool, client, user } = namedUser(input, at);
    if (user.status !== 'UNCONFIRMED')
      throw notAuthorized(`User cannot be confirmed. Current status is ${user.status}`);
    pool.useCode(user, 'sign-up', input.text('ConfirmationCode'));
    confirm(pool, user);
    const metadata = input.textMap('ClientMetadata');
    await postConfirmation(pool, user, 'PostConfirmation_ConfirmSignUp', client.clientId, metadata);
    return {};
  },

  async ResendConfirmationCode(input, at) {
    const { pool, client, user } = namedUser(input, at);
    if (user.status !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.');
    const of = { clientId: client.clientId, metadata: input.textMap('ClientMetadata') };
    const source = 'CustomMessage_ResendCode';
    return { CodeDeliveryDetails: await sendCode(pool, user, 'sign-up', { source, ...of }) };
  },

  async ForgotPassword(input, at) {
    const { pool, client } = clientOf(input, at);
    const name = input.text('Username');
    checkSecretHash(client, [name], input.optionalText('SecretHash'));
    const user = pool.find(name);
    if (user === undefined) {
      if (client.reportsUnknownUsers) throw userNotFound();
      // Responds as if the user existed, and names a delivery that never happens.
      return { CodeDeliveryDetails: NOBODYS_DELIVERY };
    }
    if (!user.isEnabled) throw notAuthorized('User is disabled.');
    if (user.status === 'FORCE_CHANGE_PASSWORD')
      throw notAuthorized('User password cannot be reset in the current state.');
    if (!isReachable(user))
      throw invalidParameter(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      );
    const of = { clientId: client.clientId, metadata: input.textMap('ClientMetadata') };
    const source = 'CustomMessage_ForgotPassword';
    return { CodeDeliveryDetails: await sendCode(pool, user, 'new password', { source, ...of }) };
  },

  async ConfirmForgotPassword(input, at) {
    const { pool, client } = clientOf(input, at);
    const name = input.text('Username');
    checkSecretHash(client, [name], input.optionalText('SecretHash'));
    const user = pool.find(name);
    if (user === undefined)
      throw client.reportsUnknownUsers
        ? userNotFound()
        : new ServiceRefusal('ExpiredCodeException', 'Invalid code provided, please request a code again.');
    const password = input.text('Password');
    pool.checkPassword(password);
    pool.useCode(user, 'new password', input.text('ConfirmationCode'));
    await pool.setPassword(user, password, 'CONFIRMED');
    const metadata = input.textMap('ClientMetadata');
    await postConfirmation(pool, user, 'PostConfirmation_ConfirmForgotPassword', client.clientId, metadata);
    return {};
  },
};

/** Removes a new user again if the pool's function refuses the user. */
export async function deleteOnFailure<T>(pool: UserPool, user: PoolUser, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    pool.remove(user);
    throw error;
  }
}

const NOBODYS_DELIVERY: CodeDelivery = {
  AttributeName: 'email',
  DeliveryMedium: 'EMAIL',
  Destination: 'a***@e***',
};

/**
 * Confirms a user and marks the address as verified, because a code received at an address proves that the address is
 * the user's.
 */
export function confirm(pool: UserPool, user: PoolUser): void {
  const { autoVerified, nameAttributes } = pool.definition;
  const shown = [...autoVerified, ...nameAttributes].find((attribute) => user.attributes.has(attribute));
  const attributes =
    shown === undefined ? user.attributes : new Map([...user.attributes, [verifiedName(shown), 'true']]);
  pool.change(user, { status: 'CONFIRMED', attributes });
}

function isReachable({ attributes }: PoolUser): boolean {
  return ['email', 'phone_number'].some(
    (attribute) => attributes.has(attribute) && isVerified(attributes, attribute),
  );
}

/** @throws ServiceRefusal UserNotFoundException if the pool has no such user */
function namedUser(
  input: CallInput,
  at: CognitoPorts,
): { readonly pool: UserPool; readonly client: AppClient; readonly user: PoolUser } {
  const { pool, client } = clientOf(input, at);
  const name = input.text('Username');
  checkSecretHash(client, [name], input.optionalText('SecretHash'));
  return { pool, client, user: pool.get(name) };
}
