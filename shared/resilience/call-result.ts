/** The result of a call, and what it shows about the backend. */
import { membersOf } from '@gatewright/aws/json-object';

export type CallResult<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown };

/**
 * Whether a result shows that the backend has failed. By default, these are failures: a value with a `status` of 500 or
 * above (such as a response of fetch()), and any error. A 4xx error of AWS's SDK is not a failure, because it shows
 * that the service has responded, unless the call was throttled (`$retryable`).
 */
export function isBackendFailure(result: CallResult<unknown>): boolean {
  if (result.kind === 'value') {
    const { value } = result;
    const status = typeof value === 'object' && value !== null && 'status' in value ? value.status : 0;
    return typeof status === 'number' && status >= 500;
  }
  const { $metadata, $retryable } = membersOf(result.error);
  const { httpStatusCode: status } = membersOf($metadata);
  const isAnswer = typeof status === 'number' && status >= 400 && status < 500;
  return !isAnswer || status === 429 || $retryable !== undefined;
}
