import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  ADA,
  aUserPool,
  client,
  codeOf,
  PASSWORD,
  POOL_ID,
  refreshed,
  signIn,
  tokensOf,
} from '../../../../support/a-user-pool.ts';

// Amazon Cognito API reference, the pages of the operations
const byAdmin = {
  ...client,
  AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
  AuthParameters: { USERNAME: ADA.username, PASSWORD },
};

const FLOWS = {
  ExplicitAuthFlows: [
    'ALLOW_ADMIN_USER_PASSWORD_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
    'ALLOW_USER_PASSWORD_AUTH',
  ],
};

it('AdminInitiateAuth signs in, and AdminUserGlobalSignOut ends what was signed in', async () => {
  const at = await aUserPool({}, FLOWS);
  const { RefreshToken } = tokensOf(await at.admin('AdminInitiateAuth', byAdmin));
  assert.equal(codeOf(await at.call('InitiateAuth', refreshed(RefreshToken))), '200');

  await at.admin('AdminUserGlobalSignOut', { Username: 'ada' });

  assert.equal(codeOf(await at.call('InitiateAuth', refreshed(RefreshToken))), '400 NotAuthorizedException');
});

// awsdocs/aws-doc-sdk-examples#5289
it('AdminInitiateAuth refuses the password flow of users, even if the client has it', async () => {
  const at = await aUserPool({}, FLOWS);

  const { status, body } = await at.admin('AdminInitiateAuth', {
    ...byAdmin,
    AuthFlow: 'USER_PASSWORD_AUTH',
  });

  assert.equal(status, 400);
  assert.equal(body['message'], 'Initiate Auth method not supported.');
});

it('AdminRespondToAuthChallenge sets the password that a new user has to choose', async () => {
  const at = await aUserPool({}, FLOWS);
  await at.admin('AdminCreateUser', { Username: 'dora', TemporaryPassword: PASSWORD });
  const AuthParameters = { USERNAME: 'dora', PASSWORD };
  const { ChallengeName, Session } = (await at.admin('AdminInitiateAuth', { ...byAdmin, AuthParameters }))
    .body;
  assert.equal(ChallengeName, 'NEW_PASSWORD_REQUIRED');

  const ChallengeResponses = { USERNAME: 'dora', NEW_PASSWORD: 'Another horse 2!' };
  const answer = { ...client, ChallengeName, Session, ChallengeResponses };
  tokensOf(await at.admin('AdminRespondToAuthChallenge', answer));

  assert.equal(codeOf(await at.call('InitiateAuth', signIn('dora', 'Another horse 2!'))), '200');
});

it('AdminEnableUser lets a disabled user in again', async () => {
  const at = await aUserPool();
  await at.admin('AdminDisableUser', { Username: 'ada' });
  assert.equal(codeOf(await at.call('InitiateAuth', signIn('ada', PASSWORD))), '400 NotAuthorizedException');

  await at.admin('AdminEnableUser', { Username: 'ada' });

  assert.equal(codeOf(await at.call('InitiateAuth', signIn('ada', PASSWORD))), '200');
});

it('AdminDeleteUser removes the user', async () => {
  const at = await aUserPool();
  await at.admin('AdminDeleteUser', { Username: 'ada' });

  assert.equal(codeOf(await at.admin('AdminGetUser', { Username: 'ada' })), '400 UserNotFoundException');
});

it('ListUserPoolClients lists the clients of a pool', async () => {
  const at = await aUserPool();
  const { body } = await at.admin('ListUserPoolClients');

  assert.partialDeepStrictEqual(body, { UserPoolClients: [{ ClientId: 'app', UserPoolId: POOL_ID }] });
});

// Source: CloudFormation, AWS::Cognito::UserPool PasswordPolicy: MinimumLength from 6 to 99
for (const MinimumLength of [6, 20, 21, 99])
  it(`AdminCreateUser makes a temporary password for a policy of ${MinimumLength} characters`, async () => {
    const kinds = ['Lowercase', 'Uppercase', 'Numbers', 'Symbols'].map((kind) => [`Require${kind}`, true]);
    const PasswordPolicy = { MinimumLength, ...Object.fromEntries(kinds) };
    const at = await aUserPool({ Policies: { PasswordPolicy } });

    assert.equal(codeOf(await at.admin('AdminCreateUser', { Username: 'dora' })), '200');
  });

// AWS CLI reference, outputs of cognito-idp admin-create-user and list-users: both times are one. That it also holds
// for SignUp is inferred.
for (const [action, source] of [
  ['AdminCreateUser', 'PreSignUp_AdminCreateUser'],
  ['SignUp', 'PreSignUp_SignUp'],
] as const)
  it(`a user that ${action} has just created was not changed since, however long that took`, async () => {
    const PreSignUp = 'arn:aws:lambda:us-east-1:123456789012:function:trigger';
    const at = await aUserPool({ LambdaConfig: { PreSignUp } }, {}, {}, (_called, payload) => {
      assert.equal((JSON.parse(payload) as { triggerSource: string }).triggerSource, source);
      at.clock.advance(400);
      return Promise.resolve({ kind: 'returned', payload });
    });
    if (action === 'SignUp') await at.call('SignUp', { ...client, Username: 'dora', Password: PASSWORD });
    else await at.admin('AdminCreateUser', { Username: 'dora', TemporaryPassword: PASSWORD });
    const read = async () => {
      const { UserCreateDate, UserLastModifiedDate } = (await at.admin('AdminGetUser', { Username: 'dora' }))
        .body;
      return Number(UserLastModifiedDate) - Number(UserCreateDate);
    };
    assert.equal(await read(), 0);

    at.clock.advance(1600);
    await at.admin('AdminSetUserPassword', { Username: 'dora', Password: PASSWORD, Permanent: true });
    assert.equal(Math.round(await read()), 2);
  });
