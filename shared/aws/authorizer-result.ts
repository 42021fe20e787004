/** What a Lambda authorizer answers, as shapes; print only. */
import { DomainError } from '../errors.ts';
import { AUTHORIZER_RESULT_LIMIT_BYTES } from './limits.ts';

export type PolicyStatement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: 'execute-api:Invoke';
  readonly Resource: readonly string[];
};

export type PolicyDocument = {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
};

/** REST and WebSocket APIs take only these types and fail with 500 on an object or an array. */
export type AuthorizerContext = Readonly<Record<string, string | number | boolean>>;

export type PolicyResult = {
  readonly principalId: string;
  readonly policyDocument: PolicyDocument;
  readonly context: AuthorizerContext;
};

export type SimpleResult = {
  readonly isAuthorized: boolean;
  readonly context: AuthorizerContext;
};

/**
 * The answer is returned as it is if it fits AWS's limit.
 * @throws DomainError RESULT_TOO_LARGE
 */
export function withinLimit<Result extends PolicyResult | SimpleResult>(result: Result): Result {
  const sizeBytes = new TextEncoder().encode(JSON.stringify(result)).length;
  if (sizeBytes > AUTHORIZER_RESULT_LIMIT_BYTES)
    throw new DomainError('RESULT_TOO_LARGE', `authorizer result of ${sizeBytes} bytes is over AWS's limit`);
  return result;
}
