import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  aUserPool,
  claimsOf,
  client,
  codeOf,
  PASSWORD,
  POOL_ID,
  refreshed,
  signIn,
  tokensOf,
} from '../../../../support/a-user-pool.ts';
import type { Answer } from '../../../../support/a-user-pool.ts';

describe("Cognito's API for administrators", () => {
  it('creates a user who chooses a password at the first sign-in', async () => {
    const at = await aUserPool();
    const made = await at.admin('AdminCreateUser', { Username: 'dora' });
    const temporary = /is (\S+)$/.exec(at.lines.at(-1) ?? '')?.[1] ?? '';

    const asked = await at.call('InitiateAuth', signIn('dora', temporary));
    const answer = (Session: unknown, NEW_PASSWORD: string) =>
      at.call('RespondToAuthChallenge', {
        ...client,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: { USERNAME: 'dora', NEW_PASSWORD },
      });
    const weak = await answer(asked.body['Session'], 'weak');
    const done = await answer(asked.body['Session'], 'Another horse 2!');
    const again = await answer(asked.body['Session'], 'Another horse 3!');

    assert.equal((made.body['User'] as { UserStatus: string }).UserStatus, 'FORCE_CHANGE_PASSWORD');
    assert.equal(asked.body['ChallengeName'], 'NEW_PASSWORD_REQUIRED');
    assert.equal(codeOf(weak), '400 InvalidPasswordException');
    // The beginnings of these messages differ, as people have posted them (data-dot-all/dataall#690).
    const refused = await at.admin('AdminCreateUser', {
      Username: 'erik',
      TemporaryPassword: 'only-letters',
    });
    const signUp = await at.call('SignUp', { ...client, Username: 'erik', Password: 'only-letters' });
    assert.deepEqual(
      [weak, refused, signUp].map(({ body }) => String(body['message']).split(':')[0]),
      [
        'Password does not conform to policy',
        'Password did not conform with password policy',
        'Password did not conform with policy',
      ],
    );
    assert.equal(typeof tokensOf(done)['AccessToken'], 'string');
    assert.equal(codeOf(again), '400 NotAuthorizedException');
  });

  // Cognito API reference: Limit and NextToken of ListGroups, MaxResults and NextToken of ListUserPools
  it('lists groups and pools by the page', async () => {
    const at = await aUserPool();
    for (const GroupName of ['a', 'b', 'c']) await at.admin('CreateGroup', { GroupName });

    const first = await at.admin('ListGroups', { Limit: 3 });
    const rest = await at.admin('ListGroups', { Limit: 3, NextToken: first.body['NextToken'] });
    const pools = await at.admin('ListUserPools', { MaxResults: 1 });
    const wrong = await at.admin('ListUserPools', { MaxResults: 1, NextToken: first.body['NextToken'] });

    const namesOf = ({ body }: Answer) =>
      (body['Groups'] as readonly { GroupName: string }[]).map(({ GroupName }) => GroupName);
    assert.deepEqual([namesOf(first), namesOf(rest)], [['admins', 'a', 'b'], ['c']]);
    assert.equal(rest.body['NextToken'], undefined);
    assert.equal((pools.body['UserPools'] as readonly object[]).length, 1);
    assert.equal(codeOf(wrong), '400 InvalidParameterException');
  });

  it('expires a temporary password after the days of the policy', async () => {
    const at = await aUserPool();
    await at.admin('AdminCreateUser', { Username: 'dora', TemporaryPassword: PASSWORD });
    at.clock.advance(8 * 86_400_000);

    assert.match(
      String((await at.call('InitiateAuth', signIn('dora', PASSWORD))).body['message']),
      /has expired/,
    );
  });

  it('lists the groups of a pool and of a user with their descriptions', async () => {
    const at = await aUserPool();
    await at.admin('CreateGroup', { GroupName: 'readers', Description: 'may read' });
    await at.admin('AdminAddUserToGroup', { Username: 'ada', GroupName: 'readers' });
    const groupsOf = ({ body }: Answer) =>
      (body['Groups'] as { GroupName: string; Description?: string }[])
        .map(({ GroupName, Description = '' }) => `${GroupName}: ${Description}`)
        .toSorted();

    assert.deepEqual(groupsOf(await at.admin('ListGroups')), ['admins: ', 'readers: may read']);
    assert.deepEqual(groupsOf(await at.admin('AdminListGroupsForUser', { Username: 'ada' })), [
      'admins: ',
      'readers: may read',
    ]);
    assert.equal(codeOf(await at.admin('CreateGroup', { GroupName: 'readers' })), '400 GroupExistsException');
  });

  it('has a user choose a new password by the code that is sent to them', async () => {
    const at = await aUserPool();
    await at.admin('AdminCreateUser', { Username: 'dora', TemporaryPassword: PASSWORD });
    await at.admin('AdminSetUserPassword', { Username: 'dora', Password: PASSWORD, Permanent: true });

    await at.admin('AdminResetUserPassword', { Username: 'dora' });
    const status = (await at.admin('AdminGetUser', { Username: 'dora' })).body['UserStatus'];
    const refused = await at.call('InitiateAuth', signIn('dora', PASSWORD));
    const input = { ...client, Username: 'dora', ConfirmationCode: at.code(), Password: 'Another horse 2!' };
    const confirmed = await at.call('ConfirmForgotPassword', input);

    assert.deepEqual(
      [status, codeOf(refused), codeOf(confirmed)],
      ['RESET_REQUIRED', '400 PasswordResetRequiredException', '200'],
    );
    assert.equal(codeOf(await at.call('InitiateAuth', signIn('dora', 'Another horse 2!'))), '200');
  });

  it('puts users into groups that are there, and takes them out', async () => {
    const at = await aUserPool();
    await at.admin('AdminCreateUser', { Username: 'dora', TemporaryPassword: PASSWORD });
    await at.admin('AdminSetUserPassword', { Username: 'dora', Password: PASSWORD, Permanent: true });
    const groups = async () =>
      claimsOf(tokensOf(await at.call('InitiateAuth', signIn('dora', PASSWORD)))['AccessToken'])[
        'cognito:groups'
      ];

    const unknown = await at.admin('AdminAddUserToGroup', { Username: 'dora', GroupName: 'none' });
    await at.admin('AdminAddUserToGroup', { Username: 'dora', GroupName: 'admins' });
    const inside = await groups();
    const listed = await at.admin('ListUsersInGroup', { GroupName: 'admins' });
    await at.admin('AdminRemoveUserFromGroup', { Username: 'dora', GroupName: 'admins' });

    assert.equal(codeOf(unknown), '400 ResourceNotFoundException');
    assert.deepEqual([inside, await groups()], [['admins'], undefined]);
    assert.deepEqual(
      (listed.body['Users'] as { Username: string }[]).map(({ Username }) => Username),
      ['ada', 'dora'],
    );
  });

  it('removes users from one group, and leaves them in their other groups', async () => {
    const at = await aUserPool();
    await at.admin('CreateGroup', { GroupName: 'readers' });
    await at.admin('AdminAddUserToGroup', { Username: 'ada', GroupName: 'readers' });

    await at.admin('AdminRemoveUserFromGroup', { Username: 'ada', GroupName: 'admins' });

    const { body } = await at.admin('AdminListGroupsForUser', { Username: 'ada' });
    assert.deepEqual(
      (body['Groups'] as { GroupName: string }[]).map(({ GroupName }) => GroupName),
      ['readers'],
    );
  });

  it('are not calls of users, who do not sign', async () => {
    const at = await aUserPool();

    await assert.rejects(at.call('ListUsers', {}), { message: 'ListUsers wants a signature' });
  });

  it('finds users by a filter, page by page', async () => {
    const at = await aUserPool();
    for (const Username of ['bea', 'bob'])
      await at.admin('AdminCreateUser', { Username, TemporaryPassword: PASSWORD });
    const names = ({ body }: Answer) =>
      (body['Users'] as { Username: string }[]).map(({ Username }) => Username);

    const first = await at.admin('ListUsers', { Limit: 2 });
    const second = await at.admin('ListUsers', { Limit: 2, PaginationToken: first.body['PaginationToken'] });
    const found = await at.admin('ListUsers', { Filter: 'username ^= "b"' });
    const wrong = await at.admin('ListUsers', { Filter: 'username like b' });

    assert.deepEqual([names(first), names(second)], [['ada', 'bea'], ['bob']]);
    assert.deepEqual([names(found), codeOf(wrong)], [['bea', 'bob'], '400 InvalidParameterException']);
  });

  it('ends the sign-ins of who is disabled', async () => {
    const at = await aUserPool();
    const { RefreshToken } = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));
    await at.admin('AdminDisableUser', { Username: 'ada' });

    assert.equal(
      (await at.call('InitiateAuth', signIn('ada', PASSWORD))).body['message'],
      'User is disabled.',
    );
    assert.equal(
      codeOf(await at.call('InitiateAuth', refreshed(RefreshToken))),
      '400 NotAuthorizedException',
    );
  });

  const others: [name: string, input: object, answer: string][] = [
    ['AdminGetUser', { Username: 'eve' }, '400 UserNotFoundException'],
    ['AdminGetUser', { Username: 'ada', UserPoolId: 'us-east-1_Other' }, '400 ResourceNotFoundException'],
    ['AdminAddUserToGroup', { GroupName: 'admins' }, '400 InvalidParameterException'],
    ['CreateGroup', { GroupName: 'admins' }, '400 GroupExistsException'],
    ['AdminCreateUser', { Username: 'ada' }, '400 UsernameExistsException'],
    ['CreateUserPool', {}, '501 NotImplementedException'],
    ['DescribeUserPool', {}, '200'],
  ];
  for (const [name, input, answer] of others)
    it(`answers ${name} of ${JSON.stringify(input)} with ${answer}`, async () => {
      const at = await aUserPool();
      const called = name === 'CreateUserPool' ? at.call(name, input) : at.admin(name, input);

      assert.equal(codeOf(await called), answer);
    });

  it('keeps who may not from doing it', async () => {
    const at = await aUserPool();
    const request = {
      method: 'POST',
      path: '/',
      query: '',
      host: '127.0.0.1',
      body: Buffer.from(`{"UserPoolId":"${POOL_ID}"}`),
      rawHeaders: ['X-Amz-Target', 'AWSCognitoIdentityProviderService.ListUsers'],
    };
    const caller = {
      name: 'x',
      accessKeyId: 'AKIALOCAL000000000X',
      secretAccessKey: 'x',
      policies: [],
      arn: 'arn:aws:iam::123456789012:user/x',
    };

    const { status, body } = await at.cognito.serveAdmin({
      request,
      caller,
      service: 'cognito-idp',
      region: 'us-east-1',
    });

    assert.equal(status, 403);
    assert.match(
      String(body),
      /cognito-idp:ListUsers on resource: arn:aws:cognito-idp:us-east-1:\d+:userpool\/us-east-1_Shop/,
    );
  });
});

// Examples of create-group, list-user-pools, describe-user-pool and describe-user-pool-client, AWS CLI reference
describe('a description of a pool, a client or a group', () => {
  it('has the members that Cognito always shows, as the template and the calls defined them', async () => {
    const at = await aUserPool({ UserPoolName: 'shop' }, { ClientName: 'web', IdTokenValidity: 2 });
    const now = at.clock.nowEpochMs() / 1000;
    const times = { LastModifiedDate: now, CreationDate: now };
    const group = { GroupName: 'cooks', Description: 'may cook', Precedence: 3 };

    const made = await at.admin('CreateGroup', group);
    const pools = await at.admin('ListUserPools', { MaxResults: 10 });
    const pool = await at.admin('DescribeUserPool');
    const shownClient = await at.admin('DescribeUserPoolClient', { ClientId: 'app' });

    assert.deepEqual(made.body['Group'], { ...group, UserPoolId: POOL_ID, ...times });
    assert.partialDeepStrictEqual(pools.body['UserPools'], [
      { Id: POOL_ID, Name: 'shop', LambdaConfig: {}, ...times },
    ]);
    assert.partialDeepStrictEqual(pool.body['UserPool'], {
      LambdaConfig: {},
      MfaConfiguration: 'OFF',
      UserPoolTags: {},
      ...times,
    });
    assert.ok(!('AliasAttributes' in Object(pool.body['UserPool'])));
    const { ExplicitAuthFlows: _flows, ...rest } = Object(shownClient.body['UserPoolClient']);
    assert.deepEqual(rest, {
      UserPoolId: POOL_ID,
      ClientId: 'app',
      ClientName: 'web',
      RefreshTokenValidity: 30,
      IdTokenValidity: 2,
      TokenValidityUnits: {},
      AllowedOAuthFlowsUserPoolClient: false,
      AuthSessionValidity: 3,
      EnablePropagateAdditionalUserContextData: false,
      EnableTokenRevocation: true,
      ...times,
    });
  });
});
