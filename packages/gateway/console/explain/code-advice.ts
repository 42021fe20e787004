/** Advice for refusals about which nothing is known except the code. */
import type { GatewayErrorCode } from '../../core/errors.ts';
import type { Circumstances } from './circumstances.ts';

const BY_CODE: Readonly<Partial<Record<GatewayErrorCode, string>>> = {
  ACCESS_DENIED:
    'Use a caller that may call the route, or change the policies and rules that decide about it.',
  API_CONFIGURATION_ERROR: 'Correct the integration of the route, and deploy the API again.',
  DEFAULT_4XX: 'Correct the request.',
  DEFAULT_5XX: 'Report this as a bug of the gateway, with the reason above.',
  FUNCTION_FAILED: 'Correct the function.',
  FUNCTION_THROTTLED: 'Send requests more slowly, and retry after this error.',
  HEADERS_TOO_LARGE: 'Send fewer or shorter headers, for example smaller cookies.',
  INTEGRATION_FAILURE: 'Correct the integration of the route, and deploy the API again.',
  INTEGRATION_TIMEOUT: 'Make the integration respond sooner.',
  MALFORMED_REQUEST: 'Leave out # and what follows it; or, if # belongs to a value, write it as %23.',
  REQUEST_TOO_LARGE:
    'Send a smaller body: API Gateway accepts 10 MB, and a Lambda function 6 MB, counted after base64 encoding. Upload larger data to S3, with a presigned URL.',
  THROTTLED: 'Send requests more slowly, or close connections that are not needed, and try again.',
  UNSUPPORTED_MEDIA_TYPE:
    'Compress the body with gzip or deflate, and name the same one in Content-Encoding; or send the body uncompressed, without Content-Encoding.',
  URI_TOO_LONG:
    'Shorten the path and the query, or send the values in the body of a POST request; an API needs a route for this request.',
};

/** Returns the advice for a code; none for a code whose explanations always contain their own advice. */
export function adviseByCode({
  code,
  kind,
  failure = '',
  defect,
}: Pick<Circumstances, 'code' | 'kind' | 'failure' | 'defect'>): readonly string[] {
  if (defect?.kind === 'no-policy')
    return [
      'Give the API a Policy that allows execute-api:Invoke to the intended callers, for example with a condition on aws:SourceVpce, and deploy it again.',
    ];
  if (kind === 'handshake' && code === 'URI_TOO_LONG')
    return ['Shorten the URL: send long values in a message, for which the API needs a route.'];
  if (kind === 'handshake' && code === 'MALFORMED_REQUEST')
    return ['Connect with a WebSocket client: it sends the headers of a handshake (RFC 6455 §4.1).'];
  // A function URL has only the limit of Lambda.
  if (code === 'REQUEST_TOO_LARGE' && failure.includes('larger than 6 MB'))
    return [
      'Send a smaller body: a Lambda function accepts 6 MB, counted after base64 encoding. Upload larger data to S3, with a presigned URL.',
    ];
  if (code === 'MALFORMED_REQUEST' && failure.includes('Host header'))
    return ['Send exactly one Host header.'];
  const advice = Object.entries(BY_CODE).find(([name]) => name === code)?.[1];
  return advice === undefined ? [] : [advice];
}
