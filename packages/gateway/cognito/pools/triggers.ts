/**
 * Calls the functions in the `LambdaConfig` of user pools with Cognito's events.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
import { ServiceRefusal } from '../../core/errors.ts';
import { asNonEmptyText, isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { InvocationResult } from '../../core/ports.ts';
import type { CustomMessage, TriggerName } from './pool-model.ts';
import { noteTrigger } from './pool-events.ts';
import { verifiedName } from './pool-user.ts';
import type { PoolUser } from './pool-user.ts';
import type { CodeDelivery, CodePurpose, UserPool } from './user-pool.ts';

export type Metadata = ReadonlyMap<string, string>;

export const NO_METADATA: Metadata = new Map();
export const NO_CLIENT = 'CLIENT_ID_NOT_APPLICABLE';

type Trigger = {
  readonly name: TriggerName;
  /** The trigger source, such as `PreSignUp_SignUp`. */
  readonly source: string;
  readonly clientId: string;
  readonly user: PoolUser;
  readonly request: UnknownMembers;
  /** The initial `response` of the event, which the function fills in. */
  readonly response: UnknownMembers;
};

/**
 * Returns the response that the function has filled in; undefined if the pool has no such trigger.
 * @throws ServiceRefusal if the function fails, or does not return an event
 */
export async function callTrigger(
  pool: UserPool,
  { name, source, clientId, user, request, response }: Trigger,
): Promise<UnknownMembers | undefined> {
  const { definition, ports } = pool;
  const trigger = definition.triggers.get(name);
  if (trigger === undefined) return undefined;
  const event = JSON.stringify({
    version: trigger.version,
    triggerSource: source,
    region: definition.region,
    userPoolId: definition.poolId,
    userName: user.username,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
    request,
    response,
  });
  const result = await ports.invoke(trigger.arn, event);
  noteTrigger(pool, { source, arn: trigger.arn, event }, result);
  return readResponse(name, result);
}

function readResponse(name: TriggerName, result: InvocationResult): UnknownMembers {
  switch (result.kind) {
    case 'failed':
      throw new ServiceRefusal(
        'UserLambdaValidationException',
        `${name} failed with error ${result.errorMessage.replace(/\.$/, '')}.`,
      );
    case 'timed-out':
      throw new ServiceRefusal('UnexpectedLambdaException', `${name} did not answer within 5 s.`);
    case 'refused':
      throw new ServiceRefusal(
        'UnexpectedLambdaException',
        `${name} invocation failed due to error ${result.message}.`,
      );
    case 'returned': {
      const response = parseJsonObject(result.payload)?.['response'];
      if (isJsonObject(response)) return response;
      throw new ServiceRefusal('InvalidLambdaResponseException', 'Unrecognizable lambda output');
    }
  }
}

export function userAttributes({ sub, status, attributes }: PoolUser): UnknownMembers {
  return { sub, 'cognito:user_status': status, ...Object.fromEntries(attributes) };
}

export function metadataOf(
  metadata: Metadata,
  name: 'clientMetadata' | 'validationData' = 'clientMetadata',
): UnknownMembers {
  return metadata.size === 0 ? {} : { [name]: Object.fromEntries(metadata) };
}

/**
 * Calls the trigger that decides whether to accept a new user.
 * @returns whether the user is confirmed at once
 */
export async function preSignUp(
  pool: UserPool,
  user: PoolUser,
  of: {
    readonly source: 'PreSignUp_SignUp' | 'PreSignUp_AdminCreateUser';
    readonly clientId: string;
    readonly validationData: Metadata;
    readonly metadata: Metadata;
  },
): Promise<boolean> {
  const response = await callTrigger(pool, {
    name: 'PreSignUp',
    source: of.source,
    clientId: of.clientId,
    user,
    request: {
      userAttributes: Object.fromEntries(user.attributes),
      validationData: of.validationData.size === 0 ? null : Object.fromEntries(of.validationData),
      ...metadataOf(of.metadata),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  if (response === undefined) return false;
  const verified = VERIFIED.filter(([answer]) => response[answer] === true).map(([, attribute]) => attribute);
  const missing = verified.find((attribute) => !user.attributes.has(attribute));
  if (missing !== undefined)
    throw new ServiceRefusal(
      'InvalidLambdaResponseException',
      `PreSignUp verifies ${missing}, which the user does not have.`,
    );
  const attributes = verified.map((attribute) => [verifiedName(attribute), 'true'] as const);
  if (attributes.length > 0) pool.change(user, { attributes: new Map([...user.attributes, ...attributes]) });
  return response['autoConfirmUser'] === true && of.source === 'PreSignUp_SignUp';
}

const VERIFIED = [
  ['autoVerifyEmail', 'email'],
  ['autoVerifyPhone', 'phone_number'],
] as const;

export async function postConfirmation(
  pool: UserPool,
  user: PoolUser,
  source: 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword',
  clientId: string,
  metadata: Metadata,
): Promise<void> {
  await callTrigger(pool, {
    name: 'PostConfirmation',
    source,
    clientId,
    user,
    request: { userAttributes: userAttributes(user), ...metadataOf(metadata) },
    response: {},
  });
}

export async function preAuthentication(
  pool: UserPool,
  user: PoolUser,
  clientId: string,
  validationData: Metadata,
): Promise<void> {
  await callTrigger(pool, {
    name: 'PreAuthentication',
    source: 'PreAuthentication_Authentication',
    clientId,
    user,
    request: {
      userAttributes: userAttributes(user),
      validationData: validationData.size === 0 ? null : Object.fromEntries(validationData),
      userNotFound: false,
    },
    response: {},
  });
}

export async function postAuthentication(
  pool: UserPool,
  user: PoolUser,
  clientId: string,
  metadata: Metadata,
): Promise<void> {
  await callTrigger(pool, {
    name: 'PostAuthentication',
    source: 'PostAuthentication_Authentication',
    clientId,
    user,
    request: { userAttributes: userAttributes(user), newDeviceUsed: false, ...metadataOf(metadata) },
    response: {},
  });
}

type MessageSource =
  | 'CustomMessage_AdminCreateUser'
  | 'CustomMessage_ForgotPassword'
  | 'CustomMessage_ResendCode'
  | 'CustomMessage_SignUp'
  | 'CustomMessage_UpdateUserAttribute'
  | 'CustomMessage_VerifyUserAttribute';

type MessageOf = {
  readonly source: MessageSource;
  readonly clientId: string;
  readonly metadata: Metadata;
};

/** Sends a new code, with the text of the pool's own function if there is one. */
export async function sendCode(
  pool: UserPool,
  user: PoolUser,
  purpose: CodePurpose,
  of: MessageOf,
): Promise<CodeDelivery> {
  return pool.sendCode(user, purpose, await customMessage(pool, user, of));
}

/**
 * Returns the texts of a message; undefined if the pool has no such trigger. In the texts, `{####}` is replaced by the
 * code or the password, and `{username}` by the name.
 */
export async function customMessage(
  pool: UserPool,
  user: PoolUser,
  { source, clientId, metadata }: MessageOf,
): Promise<CustomMessage | undefined> {
  const response = await callTrigger(pool, {
    name: 'CustomMessage',
    source,
    clientId,
    user,
    request: {
      userAttributes: userAttributes(user),
      codeParameter: '{####}',
      linkParameter: '{##Click Here##}',
      usernameParameter: '{username}',
      ...metadataOf(metadata),
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  });
  if (response === undefined) return undefined;
  return {
    email: asNonEmptyText(response['emailMessage']),
    subject: asNonEmptyText(response['emailSubject']),
    sms: asNonEmptyText(response['smsMessage']),
  };
}
