/** The refusals of user pools, queues and buses that a setting decides, or that a function has to expect. */
import { at } from './event-names.ts';
import type { Told } from './event-names.ts';

type Denied = Pick<Told<'denied'>['step'], 'operation' | 'code' | 'message'>;

type Refusal = {
  /** Matches `code: message`. */
  readonly matches: RegExp;
  /** The resource and the property that decides. */
  readonly of: 'client' | 'pool' | 'queue' | 'bus';
  readonly property?: string;
  readonly because?: string;
  readonly advise: (place: string | undefined, denied: Denied) => string;
};

/** A page without an address is below https://docs.aws.amazon.com/cognito/latest/developerguide/. */
const REFUSALS: readonly Refusal[] = [
  {
    // signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
    matches: /secret.hash|SECRET_HASH/i,
    of: 'client',
    property: 'GenerateSecret',
    because:
      'The app client has a secret, so each call that names a user must prove it with SECRET_HASH. Cognito checks this before the password.',
    advise: (place) =>
      `Send SECRET_HASH: the base64 of HMAC-SHA256 over the username followed by the client id, with the client’s secret as the key. Or, if the caller cannot keep a secret, as a page or an app, set GenerateSecret: false of the app client${at(place)}.`,
  },
  {
    // amazon-cognito-user-pools-authentication-flow-methods.html
    matches: /flow not enabled for this client/,
    of: 'client',
    property: 'ExplicitAuthFlows',
    advise: (place, { message }) => {
      const [flow = ''] = /^\w+/.exec(message) ?? [];
      return `Add ALLOW_${flow === 'Auth' ? 'ADMIN_USER_PASSWORD_AUTH' : flow} to ExplicitAuthFlows of the app client${at(place)}, or sign in with a flow that it lists.`;
    },
  },
  {
    // cognito-user-pools-limits-of-sign-up: AdminCreateUserConfig of user-pool-settings
    matches: /SignUp is not permitted for this user pool/,
    of: 'pool',
    property: 'AdminCreateUserConfig',
    advise: (place) =>
      `Set AllowAdminCreateUserOnly: false in AdminCreateUserConfig of the user pool${at(place)}, or create users with AdminCreateUser.`,
  },
  {
    // managing-users-passwords.html
    matches: /^InvalidPasswordException/,
    of: 'pool',
    property: 'Policies',
    advise: (place) => `Choose a password that the password policy of the user pool${at(place)} accepts.`,
  },
  {
    matches: /^UsernameExistsException|^AliasExistsException/,
    of: 'pool',
    advise: (_place, { code, operation }) =>
      `Catch ${code} where the code calls ${operation}, and tell the caller that the name is taken; or use another name.`,
  },
  {
    // signing-up-users-in-your-app.html
    matches: /^UserNotConfirmedException/,
    of: 'pool',
    advise: () =>
      'Confirm the user first: with ConfirmSignUp and the code, which this gateway prints instead of sending it, or with AdminConfirmSignUp.',
  },
  {
    matches: /^PasswordResetRequiredException/,
    of: 'pool',
    advise: () => 'Have the user set a new password with ForgotPassword and ConfirmForgotPassword.',
  },
  {
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html: "the verified email or phone number"
    matches: /no registered\/verified email or phone_number/,
    of: 'pool',
    because:
      'The code for a new password is sent to a verified address only, and the user has none: AdminCreateUser stores email and phone_number unverified, unless UserAttributes has email_verified or phone_number_verified with the value true.',
    advise: () =>
      "Add { Name: 'email_verified', Value: 'true' } to UserAttributes of AdminCreateUser where such users are created, if the address is known to be theirs. For users that exist, call AdminUpdateUserAttributes with email_verified true.",
  },
  {
    matches: /Incorrect username or password/,
    of: 'client',
    property: 'PreventUserExistenceErrors',
    because:
      'Cognito says the same for a wrong password and for a name that no user has, unless PreventUserExistenceErrors of the app client is LEGACY.',
    advise: () =>
      'Check the name with AdminGetUser, and send the password of this user; AdminSetUserPassword with Permanent sets a known one.',
  },
  {
    matches: /^UserNotFoundException/,
    of: 'pool',
    advise: () =>
      'Create the user first, with SignUp or AdminCreateUser, or send the name of an existing one.',
  },
  {
    // how-to-manage-user-accounts: codes are valid for 24 hours
    matches: /^(?:CodeMismatch|ExpiredCode)Exception/,
    of: 'pool',
    advise: () =>
      'Send the newest code of the user, which this gateway prints instead of sending it; ResendConfirmationCode makes a new one.',
  },
  {
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    matches: /should either have ContentBasedDeduplication enabled/,
    of: 'queue',
    property: 'ContentBasedDeduplication',
    because:
      'A FIFO queue needs a deduplication id for each message. SQS makes one from the body only if the queue has ContentBasedDeduplication: true.',
    advise: (place) =>
      `Set ContentBasedDeduplication: true of the queue${at(place)}, if two messages with the same body are one message, or send a MessageDeduplicationId with each message.`,
  },
  {
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    matches: /must contain the parameter MessageGroupId/,
    of: 'queue',
    property: 'FifoQueue',
    because: 'The queue is a FIFO queue, which keeps the order of the messages of one group.',
    advise: (place) =>
      `Send a MessageGroupId with each message to the FIFO queue${at(place)}, such as the id of the customer or order.`,
  },
  {
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    matches: /^MalformedDetail: /,
    of: 'bus',
    because: 'Detail must be the text of a JSON object. Other texts, and lists, are refused.',
    advise: () =>
      'Give Detail of each entry the text of a JSON object: JSON.stringify({ … }) in JavaScript, json.dumps({ … }) in Python.',
  },
  {
    // docs/aws §22.5
    matches: /^NotAuthorizedForSourceException: /,
    of: 'bus',
    because: 'Only services of AWS send events with a Source that begins with aws.',
    advise: () =>
      'Give the entry a Source that does not begin with aws., and name this source in the patterns of the rules.',
  },
];

export function findRefusal({ code, message }: Denied): Refusal | undefined {
  return REFUSALS.find(({ matches }) => matches.test(`${code}: ${message}`));
}
