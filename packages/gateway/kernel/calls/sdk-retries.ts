/**
 * Says whether the SDK of a caller sends a refused call again. The code that made the call then gets the error of the
 * last attempt only, or none at all.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */

/** The header in which SDKs count the attempts of a call: `attempt=2; max=3`. */
export const SDK_REQUEST = 'amz-sdk-request';

const STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const CODES: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
]);

/**
 * Returns whether the SDK may send the call again. Only the header can say that an attempt was the last one; botocore
 * leaves `max` out of the first attempt.
 * @param sdkRequest the value of the header `amz-sdk-request`
 */
export function mayBeSentAgain(
  { status, code }: { readonly status: number; readonly code: string },
  sdkRequest: string | undefined,
): boolean {
  if (!STATUSES.has(status) && !CODES.has(code)) return false;
  const [, attempt, max] = /\battempt=(\d{1,4})\b.*\bmax=(\d{1,4})\b/.exec(sdkRequest ?? '') ?? [];
  return attempt === undefined || max === undefined || Number(attempt) < Number(max);
}
