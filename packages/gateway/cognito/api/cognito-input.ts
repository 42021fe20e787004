/** Reads the input of a call to a user pool as Cognito does. */
import { refusalOfAttributes } from '../pools/new-user.ts';
import { createHmac } from 'node:crypto';
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { ServiceRefusal } from '../../core/errors.ts';
import { describeWrongType } from '@gatewright/aws/wrong-type';
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { COGNITO_IDP_MODEL } from '../../kernel/calls/models/cognito-idp.ts';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { invalidParameter, notAuthorized } from '../pools/cognito-error.ts';
import type { AppClient, PoolDefinition } from '../pools/pool-model.ts';

const CALLS = new CallModel(COGNITO_IDP_MODEL);
const POLICY: InputPolicy = {
  names: 'all',
  refuse: invalidParameter,
  wrongType: (_message, value, wanted) =>
    new ServiceRefusal('SerializationException', describeWrongType(value, wanted)),
};
const ATTRIBUTE_NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,32}$/u;

/**
 * @throws ServiceRefusal InvalidParameterException that lists every member that breaks the model of the operation, or
 * SerializationException for a member of a wrong type
 */
export function cognitoInput(operation: string, fields: UnknownMembers): CallInput {
  CALLS.check(operation, fields, POLICY);
  return new CallInput(fields, { ...POLICY, names: 'first' });
}

/**
 * Reads attributes such as `[{ "Name": "email", "Value": "…" }]`; empty if the member is absent.
 * @throws ServiceRefusal InvalidParameterException if a name or value is invalid
 */
export function readAttributes(input: CallInput, member: string): ReadonlyMap<string, string> {
  return new Map(
    input.list(member).map((item) => {
      const { Name, Value = '' } = membersOf(item);
      const isLegal = typeof Name === 'string' && typeof Value === 'string' && Value.length <= 2048;
      if (isLegal && ATTRIBUTE_NAME.test(Name)) return [Name, Value];
      throw invalidParameter(
        `${member} must have names of 1 to 32 characters and values of at most 2048 characters`,
      );
    }),
  );
}

/**
 * Reads the attributes of a user. Custom attributes must be in the schema of the pool, if it is known
 * (aws-amplify/amplify-flutter#509).
 */
export function readUserAttributes(
  input: CallInput,
  pool: Pick<PoolDefinition, 'custom'>,
): ReadonlyMap<string, string> {
  const attributes = readAttributes(input, 'UserAttributes');
  const refusal = refusalOfAttributes([...attributes.keys()], pool);
  if (refusal !== undefined) throw invalidParameter(refusal);
  return attributes;
}

/** @throws ServiceRefusal InvalidParameterException if the parameter is missing */
export function needParameter(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}

/**
 * Checks the secret hash, with which a client proves for a username that it has the client secret.
 * @param names names of the user, any of which the client may have hashed
 * @throws ServiceRefusal NotAuthorizedException if the hash is missing or wrong
 */
export function checkSecretHash(
  { clientId, secret }: AppClient,
  names: readonly string[],
  given: string | undefined,
): void {
  if (secret === undefined) return;
  if (given === undefined)
    throw notAuthorized(`Client ${clientId} is configured with secret but SECRET_HASH was not received`);
  const isRight = names.some((name) =>
    equalInConstantTime(createHmac('sha256', secret).update(`${name}${clientId}`).digest('base64'), given),
  );
  if (!isRight) throw notAuthorized(`SecretHash does not match for the client: ${clientId}`);
}
