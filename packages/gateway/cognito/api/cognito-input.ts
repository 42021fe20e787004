/** Input of a call of a user pool, read as Cognito does. */
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { createHmac } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { invalidParameter, notAuthorized } from '../pools/cognito-error.ts';
import type { AppClient } from '../pools/pool-model.ts';

export class CognitoInput {
  readonly #fields: UnknownMembers;

  constructor(fields: UnknownMembers) {
    this.#fields = fields;
  }

  /** @throws ServiceRefusal InvalidParameterException */
  text(name: string): string {
    const value = this.optional(name);
    if (value !== undefined) return value;
    const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    throw invalidParameter(validationMessage(violation(undefined, member, MUST.notBeNull)));
  }

  optional(name: string): string | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw wrongType(name);
    return value;
  }

  flag(name: string): boolean {
    return this.#fields[name] === true;
  }

  number(name: string): number | undefined {
    const value = this.#fields[name];
    return typeof value === 'number' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw wrongType(name);
    return value;
  }

  map(name: string): ReadonlyMap<string, string> {
    const value = this.#fields[name] ?? {};
    if (!isJsonObject(value)) throw wrongType(name);
    return new Map(
      Object.entries(value).map(([key, text]) => {
        if (typeof text !== 'string') throw wrongType(name);
        return [key, text];
      }),
    );
  }

  attributes(name: string): ReadonlyMap<string, string> {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value)) throw wrongType(name);
    return new Map(
      value.map((item: unknown) => {
        const { Name, Value = '' } = isJsonObject(item) ? item : {};
        if (typeof Name !== 'string' || typeof Value !== 'string') throw wrongType(name);
        if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,32}$/u.test(Name) || Value.length > 2048) throw wrongType(name);
        return [Name, Value];
      }),
    );
  }
}

function wrongType(name: string): Error {
  return invalidParameter(`1 validation error detected: Value at '${name}' has a wrong form`);
}

/** @throws ServiceRefusal InvalidParameterException */
export function needParameter(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}

/**
 * A client with a secret proves it for each user.
 * @param names of the user, any of which the client may have hashed
 * @throws ServiceRefusal NotAuthorizedException
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
