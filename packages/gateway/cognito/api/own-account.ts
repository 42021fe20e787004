/** Operations of users on their own account, by their access token. */
import { invalidParameter, notAuthorized, WRONG_PASSWORD } from '../pools/cognito-error.ts';
import { OWN_DATA_SCOPE } from '../pool-issuer.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { isPassword } from '../pools/password.ts';
import type { AppClient } from '../pools/pool-model.ts';
import { listAttributes, verifiedName } from '../pools/pool-user.ts';
import type { PoolUser } from '../pools/pool-user.ts';
import { NO_CLIENT, sendCode } from '../pools/triggers.ts';
import type { CodeDelivery } from '../pools/user-pool.ts';
import type { LocalPool } from '../pools/user-pools.ts';
import type { CognitoInput } from './cognito-input.ts';
import type { CognitoOperations, CognitoPorts } from './cognito-operation.ts';

export const OWN_ACCOUNT: CognitoOperations = {
  GetUser(input, at) {
    const { user, client } = ownUser(input, at);
    return { Username: user.username, UserAttributes: listAttributes(user, client?.readable) };
  },

  GlobalSignOut(input, at) {
    const { user, sessions } = ownUser(input, at);
    sessions.endAllOf(user);
    return {};
  },

  async ChangePassword(input, at) {
    const { user, pool } = ownUser(input, at);
    if (!(await isPassword(user.password, input.text('PreviousPassword'))))
      throw notAuthorized(WRONG_PASSWORD);
    await pool.setPassword(user, input.text('ProposedPassword'), 'CONFIRMED');
    return {};
  },

  async UpdateUserAttributes(input, at) {
    const { user, pool, client } = ownUser(input, at);
    const given = input.attributes('UserAttributes');
    if ([...given.keys()].some((name) => name === 'sub' || name.endsWith('_verified')))
      throw notAuthorized('A client attempted to write unauthorized attribute');
    // A new address has to be verified again.
    const changed = ['email', 'phone_number'].filter(
      (name) => given.has(name) && given.get(name) !== user.attributes.get(name),
    );
    const unverified = changed.map((name) => [verifiedName(name), 'false'] as const);
    pool.change(user, { attributes: new Map([...user.attributes, ...given, ...unverified]) });
    const sent = changed.filter((name) => pool.definition.autoVerified.includes(name));
    const of = { clientId: client?.clientId ?? NO_CLIENT, metadata: input.map('ClientMetadata') };
    const source = 'CustomMessage_UpdateUserAttribute';
    const deliveries: CodeDelivery[] = [];
    for (const attribute of sent)
      deliveries.push(await sendCode(pool, user, { attribute }, { source, ...of }));
    return { CodeDeliveryDetailsList: deliveries };
  },

  async GetUserAttributeVerificationCode(input, at) {
    const { user, pool, client } = ownUser(input, at);
    const attribute = input.text('AttributeName');
    if (!user.attributes.has(attribute)) throw invalidParameter('Attribute does not exist.');
    const of = { clientId: client?.clientId ?? NO_CLIENT, metadata: input.map('ClientMetadata') };
    const source = 'CustomMessage_VerifyUserAttribute';
    return { CodeDeliveryDetails: await sendCode(pool, user, { attribute }, { source, ...of }) };
  },

  VerifyUserAttribute(input, at) {
    const { user, pool } = ownUser(input, at);
    const attribute = input.text('AttributeName');
    pool.useCode(user, { attribute }, input.text('Code'));
    pool.change(user, { attributes: new Map([...user.attributes, [verifiedName(attribute), 'true']]) });
    return {};
  },

  DeleteUser(input, at) {
    const { user, pool, sessions } = ownUser(input, at);
    sessions.endAllOf(user);
    pool.remove(user);
    return {};
  },
};

/** @throws ServiceRefusal NotAuthorizedException */
function ownUser(
  input: CognitoInput,
  { pools }: CognitoPorts,
): LocalPool & { readonly user: PoolUser; readonly client: AppClient | undefined } {
  const token = input.text('AccessToken');
  // Only selects the pool, which verifies the token.
  const claims = parseJsonObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const issuer = claims?.['iss'];
  const local = typeof issuer === 'string' ? pools.ofIssuer(issuer) : undefined;
  if (local === undefined) throw notAuthorized('Invalid Access Token');
  const { user, clientId, scopes } = local.sessions.readAccess(token);
  if (!scopes.includes(OWN_DATA_SCOPE)) throw notAuthorized('Access Token does not have required scopes');
  if (!user.isEnabled) throw notAuthorized('User is disabled.');
  return { ...local, user, client: local.pool.findClient(clientId) };
}
