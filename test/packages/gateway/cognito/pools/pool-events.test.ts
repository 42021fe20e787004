/** What a user pool tells the journal of events, and the stories that `explain` makes of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteDenied } from '../../../../../packages/gateway/console/records/denied-notes.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { aUserPool, client, PASSWORD, signIn } from '../../../../support/a-user-pool.ts';
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';

const TRIGGER = 'arn:aws:lambda:us-east-1:123456789012:function:welcome';
const SIGN_UP = { ...client, Username: 'bob', Password: PASSWORD };
const failing: InvocationResult = {
  kind: 'failed',
  payload: '{}',
  errorType: 'TypeError',
  errorMessage: 'callback is not a function',
};

async function aTold(
  pool: object,
  app: object = {},
  result: InvocationResult = { kind: 'returned', payload: '{"response": {}}' },
) {
  const at = await aUserPool(pool, app, {}, () => Promise.resolve(result));
  const records = new RequestRecords(100, at.clock, 'key', true);
  records.readStacks = () => at.stacks;
  records.journal = at.journal;
  at.journal.begun.follow((record) => records.takeSide(record));
  /** Runs a call as the control port does: what it sets off belongs to it. */
  const within = <Result>(run: () => Result): Result => at.journal.apart(run);
  const story = () => records.detail('last')?.story;
  return { ...at, within, story };
}

type Row = {
  readonly refusal: string;
  readonly source: string;
  readonly pool?: object;
  readonly app?: object;
  readonly call: string;
  readonly input: object;
  readonly code: string;
  readonly because: RegExp;
  readonly change: RegExp;
};

const ROWS: readonly Row[] = [
  {
    refusal: 'a call without the secret hash of a client with a secret',
    source: 'https://github.com/aws-amplify/amplify-js/issues/277',
    app: { GenerateSecret: true },
    call: 'InitiateAuth',
    input: signIn('ada', PASSWORD),
    code: 'NotAuthorizedException',
    because:
      /refused InitiateAuth with NotAuthorizedException: .*\(GenerateSecret, .*\)\..*before the password/s,
    change: /^Send SECRET_HASH: the base64 of HMAC-SHA256 over the username/,
  },
  {
    refusal: 'a flow that the client does not allow',
    source: 'https://github.com/serverless/serverless/issues/7592',
    app: { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] },
    call: 'InitiateAuth',
    input: signIn('ada', PASSWORD),
    code: 'InvalidParameterException',
    because: /USER_PASSWORD_AUTH flow not enabled for this client \(ExplicitAuthFlows, /,
    change: /^Add ALLOW_USER_PASSWORD_AUTH to ExplicitAuthFlows of the app client/,
  },
  {
    refusal: 'a sign-up that only administrators may make',
    source: 'https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html',
    pool: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } },
    call: 'SignUp',
    input: SIGN_UP,
    code: 'NotAuthorizedException',
    because: /SignUp is not permitted for this user pool \(AdminCreateUserConfig, /,
    change: /^Set AllowAdminCreateUserOnly: false/,
  },
  {
    refusal: 'a password that the policy does not allow',
    source: 'https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html',
    call: 'SignUp',
    input: { ...SIGN_UP, Password: 'short1' },
    code: 'InvalidPasswordException',
    because: /refused SignUp with InvalidPasswordException/,
    change: /^Choose a password that the password policy of the user pool/,
  },
  {
    refusal: 'a name that is taken',
    source: 'https://github.com/serverless/serverless/issues/8671',
    call: 'SignUp',
    input: { ...SIGN_UP, Username: 'ada' },
    code: 'UsernameExistsException',
    because: /refused SignUp with UsernameExistsException: User already exists/,
    change: /^Catch UsernameExistsException where the code calls SignUp/,
  },
  {
    refusal: 'a wrong password',
    source:
      'https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html',
    call: 'InitiateAuth',
    input: signIn('ada', 'Wrong horse 1!'),
    code: 'NotAuthorizedException',
    because: /Cognito returns the same error for a wrong password and for a username that does not exist/,
    change: /^Check the name with AdminGetUser/,
  },
  {
    refusal: 'an attribute that only an administrator may write',
    source: 'https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html',
    call: 'SignUp',
    input: { ...SIGN_UP, UserAttributes: [{ Name: 'email_verified', Value: 'true' }] },
    code: 'NotAuthorizedException',
    because:
      /refused SignUp with NotAuthorizedException: A client attempted to write unauthorized attribute .*\nThe attribute is email_verified, which no app client may write/,
    change: /^Leave email_verified out of the call SignUp\. .*AdminUpdateUserAttributes\.$/,
  },
  {
    refusal: 'a wrong code',
    source:
      'https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmSignUp.html',
    call: 'ConfirmSignUp',
    input: { ...client, Username: 'ada', ConfirmationCode: '000000' },
    code: '',
    because: /refused ConfirmSignUp with/,
    change: /./,
  },
];

describe('the story of a call that a user pool refused', () => {
  for (const { refusal, source, pool = {}, app = {}, call, input, code, because, change } of ROWS)
    it(`names the reason, the setting and what to do: ${refusal} (${source})`, async () => {
      const at = await aTold(pool, app);

      const { status, body } = await at.within(() => at.call(call, input));

      const { headline = '', sentences = [], changes = [] } = at.story() ?? {};
      assert.equal(status, 400, JSON.stringify(body));
      if (code !== '') assert.equal(body['__type'], code);
      assert.match(headline, new RegExp(`^The call ${call} of the user pool Pool was refused with`));
      assert.match(sentences.join('\n'), because);
      assert.match(changes.join('\n'), change);
    });

  it('names the line of the function that writes the attribute', () => {
    const step = {
      kind: 'denied',
      at: '',
      operation: 'SignUp',
      code: 'NotAuthorizedException',
      message: 'no',
      subject: 'email_verified',
      atEpochMs: 0,
      cause: '1',
    } as const;
    const text = "UserAttributes: [\n  { Name: 'email_verified', Value: 'true' },";
    const readHandler = () => ({ file: 'signup.js', text, environment: [] });
    const [note] = noteDenied(step, [], { readHandler, callers: ['sign-up'] });

    assert.match(note?.because ?? '', /^The attribute is email_verified \(signup\.js:2\)/);
  });

  it('is not told of a call that succeeds', async () => {
    const at = await aTold({});
    await at.within(() => at.call('InitiateAuth', signIn('ada', PASSWORD)));

    assert.equal(at.story(), undefined);
  });
});

describe('the story of a sign-in with a temporary password', () => {
  it('names the challenge and how to answer it (https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html)', async () => {
    const at = await aTold({});
    await at.admin('AdminCreateUser', {
      Username: 'zoe',
      TemporaryPassword: PASSWORD,
      MessageAction: 'SUPPRESS',
    });

    const { body } = await at.within(() => at.call('InitiateAuth', signIn('zoe', PASSWORD)));

    const { headline = '', sentences = [], changes = [] } = at.story() ?? {};
    assert.equal(body['ChallengeName'], 'NEW_PASSWORD_REQUIRED');
    assert.equal(
      headline,
      'The sign-in at the user pool Pool was answered with the challenge NEW_PASSWORD_REQUIRED instead of tokens.',
    );
    assert.match(sentences.join('\n'), /without AuthenticationResult .* FORCE_CHANGE_PASSWORD/);
    assert.match(changes.join('\n'), /RespondToAuthChallenge .* AdminSetUserPassword with Permanent true/);
  });
});

describe('the story of a trigger', () => {
  it('says that the function must return the event (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html)', async () => {
    const at = await aTold(
      { LambdaConfig: { PreSignUp: TRIGGER } },
      {},
      { kind: 'returned', payload: 'null' },
    );

    const { body } = await at.within(() => at.call('SignUp', SIGN_UP));

    const { sentences = [], changes = [] } = at.story() ?? {};
    assert.equal(body['__type'], 'InvalidLambdaResponseException');
    assert.match(sentences.join('\n'), /The function welcome did not return the event of its trigger\./);
    assert.deepEqual(changes, [
      'Return event at the end of the handler of welcome, and change only event.response.',
    ]);
  });

  it('names the error of the function, and what to change (https://github.com/aws-amplify/amplify-cli/issues/8506)', async () => {
    const at = await aTold({ LambdaConfig: { PreSignUp: TRIGGER } }, {}, failing);

    const { body } = await at.within(() => at.call('SignUp', SIGN_UP));

    const { sentences = [], changes = [] } = at.story() ?? {};
    assert.equal(body['__type'], 'UserLambdaValidationException');
    assert.match(sentences.join('\n'), /called its trigger PreSignUp_SignUp\./);
    assert.match(sentences.join('\n'), /Function welcome failed with TypeError: callback is not a function/);
    assert.match(changes.join('\n'), /^Return the result from an async handler instead of calling back/);
  });

  it('says which right its role lacks (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html)', async () => {
    const denied =
      'User: arn:aws:sts::123456789012:assumed-role/welcome-role/welcome is not authorized to perform: cognito-idp:AdminAddUserToGroup on resource: arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Shop because no identity-based policy allows the cognito-idp:AdminAddUserToGroup action';
    const at = await aTold(
      { LambdaConfig: { PreSignUp: TRIGGER } },
      {},
      { ...failing, errorType: 'AccessDeniedException', errorMessage: denied },
    );

    await at.within(() => at.call('SignUp', SIGN_UP));

    const { sentences = [], changes = [] } = at.story() ?? {};
    assert.match(
      sentences.join('\n'),
      /No policy of .*welcome-role.* allows cognito-idp:AdminAddUserToGroup/,
    );
    assert.match(
      sentences.join('\n'),
      /refused SignUp with UserLambdaValidationException, because of its trigger\./,
    );
    assert.match(changes.join('\n'), /cognito-idp:AdminAddUserToGroup/);
  });

  it('says why PostConfirmation is not called for the user of an administrator (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html)', async () => {
    const at = await aTold({ LambdaConfig: { PostConfirmation: TRIGGER } });
    await at.admin('AdminCreateUser', { Username: 'zoe', MessageAction: 'SUPPRESS' });

    await at.within(() =>
      at.admin('AdminSetUserPassword', { Username: 'zoe', Password: PASSWORD, Permanent: true }),
    );

    const { headline, sentences = [], changes = [] } = at.story() ?? {};
    assert.equal(
      headline,
      'The call AdminSetUserPassword of the user pool Pool did not call the trigger PostConfirmation.',
    );
    assert.match(sentences.join('\n'), /the trigger PostConfirmation \(the function welcome.*was not called/);
    assert.match(changes.join('\n'), /AdminAddUserToGroup.*PostAuthentication or PreTokenGeneration/);
  });

  it('is not told of a user who signs up and confirms', async () => {
    const at = await aTold({ LambdaConfig: { PostConfirmation: TRIGGER } });
    await at.within(() => at.call('SignUp', SIGN_UP));
    await at.within(() => at.admin('AdminConfirmSignUp', { Username: 'bob' }));

    assert.doesNotMatch(at.story()?.sentences.join('\n') ?? '', /was not called/);
  });
});
