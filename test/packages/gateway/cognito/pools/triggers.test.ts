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
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';

const DOCUMENTED =
  'Amazon Cognito developer guide, "Customizing user pool workflows with Lambda triggers" (events of each trigger)';

type Event = {
  readonly version: string;
  readonly triggerSource: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>>;
};

/** The response of the function, or how it ends, by trigger source. */
type Functions = Readonly<Record<string, object | InvocationResult>>;

const returned = (value: unknown): InvocationResult => ({ kind: 'returned', payload: JSON.stringify(value) });
const failed = (errorMessage: string): InvocationResult => ({
  kind: 'failed',
  payload: '{}',
  errorType: 'Error',
  errorMessage,
});

function isResult(own: object): own is InvocationResult {
  return 'kind' in own;
}

/** A pool whose triggers are all one function. */
async function aTriggeredPool(functions: Functions, config: object = {}, pool: object = {}) {
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:trigger';
  const names =
    'PreSignUp PostConfirmation PreAuthentication PostAuthentication PreTokenGeneration CustomMessage';
  const events: Event[] = [];
  const LambdaConfig = { ...Object.fromEntries(names.split(' ').map((name) => [name, arn])), ...config };
  const at = await aUserPool({ LambdaConfig, ...pool }, {}, {}, (called, payload) => {
    assert.equal(called, arn);
    const event = JSON.parse(payload) as Event;
    events.push(event);
    const own = functions[event.triggerSource] ?? {};
    return Promise.resolve(
      isResult(own) ? own : returned({ ...event, response: { ...event.response, ...own } }),
    );
  });
  return { ...at, events, sources: () => events.map(({ triggerSource }) => triggerSource) };
}

const SIGN_UP = {
  ...client,
  Username: 'bob',
  Password: PASSWORD,
  UserAttributes: [{ Name: 'email', Value: 'bob@example.com' }],
};

describe('a trigger of a user pool', () => {
  it('hears of a sign-up, its message and its confirmation, in events as Cognito sends them', async () => {
    const at = await aTriggeredPool({}, {}, { AutoVerifiedAttributes: ['email'] });
    const more = { ClientMetadata: { from: 'page' }, ValidationData: [{ Name: 'captcha', Value: 'x' }] };

    const { body } = await at.call('SignUp', { ...SIGN_UP, ...more });
    await at.call('ConfirmSignUp', { ...client, Username: 'bob', ConfirmationCode: at.code() });

    assert.deepEqual(at.sources(), [
      'PreSignUp_SignUp',
      'CustomMessage_SignUp',
      'PostConfirmation_ConfirmSignUp',
    ]);
    assert.deepEqual(
      at.events[0],
      {
        version: '1',
        triggerSource: 'PreSignUp_SignUp',
        region: 'us-east-1',
        userPoolId: POOL_ID,
        userName: 'bob',
        callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'app' },
        request: {
          userAttributes: { email: 'bob@example.com' },
          validationData: { captcha: 'x' },
          clientMetadata: { from: 'page' },
        },
        response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
      },
      DOCUMENTED,
    );
    assert.deepEqual(
      at.events[2]?.request,
      {
        userAttributes: {
          sub: body['UserSub'],
          'cognito:user_status': 'CONFIRMED',
          email: 'bob@example.com',
          email_verified: 'true',
        },
      },
      DOCUMENTED,
    );
  });

  it('confirms and verifies a user at once', async () => {
    const at = await aTriggeredPool({ PreSignUp_SignUp: { autoConfirmUser: true, autoVerifyEmail: true } });

    const { body } = await at.call('SignUp', SIGN_UP);

    assert.equal(body['UserConfirmed'], true);
    assert.deepEqual(at.sources(), ['PreSignUp_SignUp', 'PostConfirmation_ConfirmSignUp']);
    const id = claimsOf(tokensOf(await at.call('InitiateAuth', signIn('bob', PASSWORD)))['IdToken']);
    assert.equal(id['email_verified'], true);
  });

  const refusals: readonly [what: string, result: object | InvocationResult, answer: string, says: string][] =
    [
      [
        'throws',
        failed('No more users.'),
        '400 UserLambdaValidationException',
        'PreSignUp failed with error No more users.',
      ],
      [
        'is late',
        { kind: 'timed-out' },
        '400 UnexpectedLambdaException',
        'PreSignUp did not answer within 5 s.',
      ],
      [
        'is not there',
        { kind: 'refused', reason: 'not-found', message: 'Function not found: trigger' },
        '400 UnexpectedLambdaException',
        'PreSignUp invocation failed due to error Function not found: trigger.',
      ],
      [
        'returns no event',
        returned('ok'),
        '400 InvalidLambdaResponseException',
        'Unrecognizable lambda output',
      ],
      [
        'verifies what is not there',
        { autoVerifyPhone: true },
        '400 InvalidLambdaResponseException',
        'PreSignUp verifies phone_number, which the user does not have.',
      ],
    ];
  for (const [what, result, answer, says] of refusals)
    it(`keeps a user out if it ${what}`, async () => {
      const at = await aTriggeredPool({ PreSignUp_SignUp: result });

      const refused = await at.call('SignUp', SIGN_UP);

      assert.deepEqual([codeOf(refused), refused.body['message']], [answer, says]);
      assert.equal(at.pools.find(POOL_ID)?.pool.find('bob'), undefined);
    });

  it('guards the sign-in of the API and of the form', async () => {
    const at = await aTriggeredPool({ PreAuthentication_Authentication: failed('Not today') });

    const refused = await at.call('InitiateAuth', {
      ...signIn('ada', PASSWORD),
      ClientMetadata: { device: 'd' },
    });

    assert.deepEqual(
      [codeOf(refused), refused.body['message']],
      ['400 UserLambdaValidationException', 'PreAuthentication failed with error Not today.'],
    );
    assert.deepEqual(at.events[0]?.request['validationData'], { device: 'd' }, DOCUMENTED);
    assert.deepEqual(at.sources(), ['PreAuthentication_Authentication']);
  });

  it('hears of each sign-in, before and after', async () => {
    const at = await aTriggeredPool({});

    await at.call('InitiateAuth', signIn('ada', PASSWORD));

    assert.deepEqual(at.sources(), [
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'TokenGeneration_Authentication',
    ]);
  });

  it('is called for a forgotten password, and for the new password', async () => {
    const at = await aTriggeredPool({});
    const confirm = () =>
      at.call('ConfirmForgotPassword', {
        ...client,
        Username: 'ada',
        Password: 'Another horse 2!',
        ConfirmationCode: at.code(),
      });

    await at.call('ForgotPassword', { ...client, Username: 'ada' });
    await confirm();
    await at.admin('AdminResetUserPassword', { Username: 'ada' });

    assert.deepEqual(at.sources(), [
      'CustomMessage_ForgotPassword',
      'PostConfirmation_ConfirmForgotPassword',
      'CustomMessage_ForgotPassword',
    ]);
  });

  it('is not called for a caller who does not know the password', async () => {
    const at = await aTriggeredPool({});

    await at.call('InitiateAuth', signIn('ada', 'wrong'));

    assert.deepEqual(at.events, []);
  });

  it('writes the message that contains a code', async () => {
    const at = await aTriggeredPool({
      CustomMessage_ForgotPassword: { emailSubject: 'Hello', emailMessage: 'Dear {username}, {####}!' },
    });

    await at.call('ForgotPassword', { ...client, Username: 'ada' });

    assert.equal(at.lines.at(-2), `user pool ${POOL_ID}: message to ada: Hello: Dear ada, ${at.code()}!`);
  });

  it('is called for users that an administrator creates, but not for users that it rejects', async () => {
    const at = await aTriggeredPool({
      PreSignUp_AdminCreateUser: { autoConfirmUser: true },
      CustomMessage_AdminCreateUser: { emailMessage: '{username} {####}' },
    });
    const UserAttributes = [{ Name: 'email', Value: 'eve@example.com' }];
    const input = { Username: 'eve', TemporaryPassword: PASSWORD, UserAttributes };

    const { body } = await at.admin('AdminCreateUser', input);

    assert.equal((body['User'] as { UserStatus: string }).UserStatus, 'FORCE_CHANGE_PASSWORD');
    assert.deepEqual(at.sources(), ['PreSignUp_AdminCreateUser', 'CustomMessage_AdminCreateUser']);
    assert.equal(at.lines.at(-2), `user pool ${POOL_ID}: message to eve: eve ${PASSWORD}`);
  });
});

describe('the pre token generation trigger', () => {
  it('changes ID tokens by version 1, at a sign-in and at a refresh, but nothing that says who it is', async () => {
    const details = {
      claimsOverrideDetails: {
        claimsToAddOrOverride: { tenant: 'acme', sub: 'root', aud: 'other', email: 'a@b.c' },
        claimsToSuppress: ['custom:tenant', 'cognito:username'],
        groupOverrideDetails: { groupsToOverride: ['editors'] },
      },
    };
    const at = await aTriggeredPool({
      TokenGeneration_Authentication: details,
      TokenGeneration_RefreshTokens: details,
    });

    const first = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));
    const second = tokensOf(await at.call('InitiateAuth', refreshed(first['RefreshToken'])));

    for (const tokens of [first, second]) {
      const id = claimsOf(tokens['IdToken']);
      assert.deepEqual(
        [id['tenant'], id['email'], id['aud'], id['cognito:username'], id['custom:tenant']],
        ['acme', 'a@b.c', 'app', 'ada', undefined],
      );
      assert.notEqual(id['sub'], 'root');
      assert.deepEqual(id['cognito:groups'], ['editors']);
      assert.deepEqual(claimsOf(tokens['AccessToken'])['cognito:groups'], ['editors']);
    }
    assert.deepEqual(
      at.events.find(({ triggerSource }) => triggerSource.startsWith('TokenGeneration'))?.request[
        'groupConfiguration'
      ],
      { groupsToOverride: ['admins'], iamRolesToOverride: [], preferredRole: null },
      DOCUMENTED,
    );
  });

  it('changes access tokens and their scopes by version 2', async () => {
    const PreTokenGenerationConfig = {
      LambdaArn: 'arn:aws:lambda:us-east-1:123456789012:function:trigger',
      LambdaVersion: 'V2_0',
    };
    const claimsAndScopeOverrideDetails = {
      idTokenGeneration: { claimsToAddOrOverride: { plan: { name: 'gold' } } },
      accessTokenGeneration: {
        claimsToAddOrOverride: { level: 7, client_id: 'other', aud: 'other' },
        scopesToAdd: ['orders/read'],
        scopesToSuppress: ['aws.cognito.signin.user.admin'],
      },
    };
    const at = await aTriggeredPool(
      { TokenGeneration_Authentication: { claimsAndScopeOverrideDetails } },
      { PreTokenGenerationConfig },
    );

    const tokens = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));

    const access = claimsOf(tokens['AccessToken']);
    assert.deepEqual(claimsOf(tokens['IdToken'])['plan'], { name: 'gold' });
    assert.deepEqual(
      [access['level'], access['client_id'], access['aud'], access['scope']],
      [7, 'app', undefined, 'orders/read'],
    );
    const event = at.events.at(-1);
    assert.deepEqual(
      [event?.version, event?.request['scopes'], event?.response],
      ['2', ['aws.cognito.signin.user.admin'], { claimsAndScopeOverrideDetails: null }],
      DOCUMENTED,
    );
  });

  const broken: readonly [what: string, details: unknown][] = [
    ['a text in place of claims', 'x'],
    ['a claim of version 1 that is not text', { claimsToAddOrOverride: { level: 7 } }],
    ['groups that are not a list', { groupOverrideDetails: { groupsToOverride: 'admins' } }],
  ];
  for (const [what, claimsOverrideDetails] of broken)
    it(`ends a sign-in without tokens if it gives ${what}`, async () => {
      const at = await aTriggeredPool({ TokenGeneration_Authentication: { claimsOverrideDetails } });

      const refused = await at.call('InitiateAuth', signIn('ada', PASSWORD));

      assert.equal(codeOf(refused), '400 InvalidLambdaResponseException');
    });

  it('does not change tokens if it returns nothing', async () => {
    const at = await aTriggeredPool({});

    const { IdToken } = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));

    assert.deepEqual(claimsOf(IdToken)['cognito:groups'], ['admins']);
  });
});
