/** The refusals by user pools, queues and buses that depend on a setting, or that a function has to expect. */
import { WITHOUT_CORS } from '../../kernel/calls/s3-refusals.ts';
import { at } from './event-names.ts';
import type { Told } from './event-names.ts';

type Denied = Pick<Told<'denied'>['step'], 'operation' | 'code' | 'message'>;

type Refusal = {
  /** Matches `code: message`. */
  readonly matches: RegExp;
  /** The resource, and its property that decides whether the call is refused. */
  readonly of: 'client' | 'pool' | 'queue' | 'bus' | 'bucket';
  readonly property?: string;
  readonly because?: string;
  /** Says what happened in cases in which S3 itself refused nothing. */
  readonly says?: (denied: Denied) => string;
  readonly advise: (place: string | undefined, denied: Denied) => string;
};

/** A page that is named without a host is below https://docs.aws.amazon.com/cognito/latest/developerguide/. */
const REFUSALS: readonly Refusal[] = [
  {
    // See https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
    matches: /CORS is not enabled for this bucket/,
    of: 'bucket',
    property: 'CorsConfiguration',
    because:
      'A browser asked whether a page of another origin may use the bucket, and the bucket has no CorsConfiguration.',
    advise: (place) =>
      `Give the bucket${at(place)} a CorsConfiguration with the origin of the page in AllowedOrigins, and the method and headers of the request in AllowedMethods and AllowedHeaders of its CorsRules.`,
  },
  {
    matches: /^AccessForbidden: CORSResponse: This CORS request is not allowed/,
    of: 'bucket',
    property: 'CorsConfiguration.CorsRules',
    because:
      'A browser asked on behalf of a page of another origin, and no single rule in CorsRules allows the page’s origin together with the method and all headers for which the browser asked.',
    advise: (place) =>
      `Add the origin, the method and each header that the browser names (Origin, Access-Control-Request-Method, Access-Control-Request-Headers) to one rule of CorsRules${at(place)}.`,
  },
  {
    // See https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
    matches: new RegExp(`^${WITHOUT_CORS}: `),
    of: 'bucket',
    property: 'CorsConfiguration',
    says: ({ operation, message }) =>
      `answered ${operation} from ${message} without Access-Control-Allow-Origin`,
    because:
      'S3 adds the headers only if a rule of CorsConfiguration has the origin and the method. Without them, the browser does not give the response to the page, although S3 has carried out the request.',
    advise: (place, { operation, message }) =>
      `Give the bucket${at(place)} a rule in CorsConfiguration: { CorsRules: [{ AllowedOrigins: ['${message}'], AllowedMethods: [${operation.split(' ')[0] ?? ''}] }] }. An <img> or a link of the page needs no CORS.`,
  },
  {
    // See https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
    matches: /^AccessDenied: User: \S+ is not authorized to perform: s3:\w+ on resource/,
    of: 'bucket',
    because:
      'A presigned URL has the rights of the identity that signed it, at the time when the URL is used, and this identity may not do what the URL does.',
    advise: (_place, { message }) => {
      const [, who = '', action = '', resource = ''] =
        /^User: (\S+) is not authorized to perform: (s3:\w+) on resource: "?([^\s",]+)/.exec(message) ?? [];
      const [, kind = 'identity', name = who] = /:(assumed-role|user|role)\/([^/]+)/.exec(who) ?? [];
      return message.includes('explicit deny')
        ? `Change the statement with Effect: Deny that covers ${action} on ${resource}, or sign with an identity that the statement does not cover.`
        : `Allow the call in a policy of the ${kind.replace('assumed-', '')} ${name}, which signed the URL: { Effect: Allow, Action: ${action}, Resource: ${resource.replace(/^(arn:[^:]+:s3:::[^/]+)\/.*$/, '$1/*')} }.`;
    },
  },
  {
    // See https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
    matches: /^AccessDenied: Request has expired/,
    of: 'bucket',
    because: 'A presigned URL works until it expires, and the URL of this request has expired.',
    advise: () =>
      'Make a new URL shortly before it is used, or give it a longer lifetime (expiresIn of getSignedUrl, ExpiresIn of generate_presigned_url; at most 7 days).',
  },
  {
    // See https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    matches: /Invalid according to Policy: Policy expired/,
    of: 'bucket',
    because: 'A form for uploads works until its policy expires, and the policy of this form has expired.',
    advise: () =>
      'Make a new form shortly before it is used, or give it a longer lifetime (Expires of createPresignedPost, ExpiresIn of generate_presigned_post).',
  },
  {
    matches: /Invalid according to Policy: Extra input fields/,
    of: 'bucket',
    because: 'Each field of an upload form must be named in a condition of the form’s policy.',
    advise: (_place, { message }) => {
      const name = message.split(': ').at(-1) ?? '';
      return `Leave the field ${name} out of the form, put it after the file, or name it when the form is made: { ${JSON.stringify(name)}: VALUE } in Fields and in Conditions of createPresignedPost or generate_presigned_post.`;
    },
  },
  {
    matches: /Invalid according to Policy: Policy Condition failed/,
    of: 'bucket',
    because: 'A field of the form does not have the value that a condition of its policy asks for.',
    advise: (_place, { message }) =>
      `Send the field with the value that the condition asks for, or change the condition where the form is made: ${message.split('failed: ').at(-1) ?? ''}.`,
  },
  {
    matches: /^EntityToo(?:Large|Small): Your proposed upload/,
    of: 'bucket',
    because: 'The policy of the form limits the size of the file (content-length-range).',
    advise: () =>
      'Send a file within the limits, or change content-length-range in Conditions where the form is made.',
  },
  {
    matches: /^InvalidArgument: Bucket POST must contain a field named/,
    of: 'bucket',
    because: 'S3 reads the fields of a form only up to the file, and a required field is not among them.',
    advise: () =>
      'Send all fields that the signer returned, before the file: append the field named file last.',
  },
  {
    // See https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    matches: /^SignatureDoesNotMatch/,
    of: 'bucket',
    because:
      'The signature of a presigned URL covers the method, the host, the path, the query and the headers that were signed.',
    advise: () =>
      'Send the request with the method for which the URL was made, to exactly this URL, and with the headers that the signer got, such as Content-Type.',
  },
  {
    matches: /^AccessDenied: There were headers present in the request which were not signed/,
    of: 'bucket',
    because: 'A header that begins with x-amz- changes what the URL does, so it must be signed with the URL.',
    advise: (_place, { message }) =>
      `Give the signer the header when the URL is made, or leave it out of the request: ${message.split(': ').at(-1) ?? ''}.`,
  },
  {
    matches: /^(?:AccessDenied|AuthorizationQueryParametersError): (?:Query-string authentication|X-Amz-)/,
    of: 'bucket',
    because: 'A part of the presigned URL is missing or malformed.',
    advise: () =>
      'Use the URL as the signer returned it, with its whole query. In a shell, write it between quotes, because & ends a command.',
  },
  {
    matches: /^InvalidAccessKeyId/,
    of: 'bucket',
    because: 'The URL was made with an access key that this gateway does not know.',
    advise: () =>
      'Make the URL with the credentials that functions find in their environment, or with the credentials that `gatewright env` prints.',
  },
  {
    // signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
    matches: /secret.hash|SECRET_HASH/i,
    of: 'client',
    property: 'GenerateSecret',
    because:
      'The app client has a secret, so each call that names a user must prove it with SECRET_HASH. Cognito checks this before the password.',
    advise: (place) =>
      `Send SECRET_HASH: the base64 of HMAC-SHA256 over the username followed by the client id, with the client’s secret as the key. Or, if the caller cannot keep a secret, such as a web page or a mobile app, set GenerateSecret: false on the app client${at(place)}.`,
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
    // Cognito sends the code to "the verified email or phone number"
    // (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html).
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
      'Cognito returns the same error for a wrong password and for a username that does not exist, unless PreventUserExistenceErrors of the app client is LEGACY.',
    advise: () =>
      'Check the name with AdminGetUser, and send the password of this user; AdminSetUserPassword with Permanent sets a password that you know.',
  },
  {
    matches: /^UserNotFoundException/,
    of: 'pool',
    advise: () =>
      'Create the user first, with SignUp or AdminCreateUser, or send the name of an existing user.',
  },
  {
    // Codes are valid for 24 hours (how-to-manage-user-accounts).
    matches: /^(?:CodeMismatch|ExpiredCode)Exception/,
    of: 'pool',
    advise: () =>
      'Send the newest code of the user, which this gateway prints instead of sending it; ResendConfirmationCode makes a new one.',
  },
  {
    // See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    matches: /should either have ContentBasedDeduplication enabled/,
    of: 'queue',
    property: 'ContentBasedDeduplication',
    because:
      'A FIFO queue needs a deduplication id for each message. SQS makes one from the body only if the queue has ContentBasedDeduplication: true.',
    advise: (place) =>
      `Set ContentBasedDeduplication: true on the queue${at(place)} if messages with the same body may count as one message, or send a MessageDeduplicationId with each message.`,
  },
  {
    // See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    matches: /must contain the parameter MessageGroupId/,
    of: 'queue',
    property: 'FifoQueue',
    because: 'The queue is a FIFO queue, which keeps the order of the messages of one group.',
    advise: (place) =>
      `Send a MessageGroupId with each message to the FIFO queue${at(place)}, such as the id of the customer or order.`,
  },
  {
    // See https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    matches: /^MalformedDetail: /,
    of: 'bus',
    because:
      'Detail must be a string that contains a JSON object. Other strings, and JSON lists, are refused.',
    advise: () =>
      'Set Detail of each entry to a string that contains a JSON object: JSON.stringify({ … }) in JavaScript, json.dumps({ … }) in Python.',
  },
  {
    // AWS's messages are in docs/aws §22.5.
    matches: /^NotAuthorizedForSourceException: /,
    of: 'bus',
    because: 'Only AWS services may send events with a Source that begins with aws.',
    advise: () =>
      'Give the entry a Source that does not begin with aws., and name this source in the patterns of the rules.',
  },
];

export function findRefusal({ code, message }: Denied): Refusal | undefined {
  return REFUSALS.find(({ matches }) => matches.test(`${code}: ${message}`));
}
