/**
 * The replies to failures. The wording depends on the gateway response type on REST APIs (docs/aws §1.3–1.5), and on
 * short fixed tables on HTTP APIs and function URLs. WebSocket handshakes use the built-in wording of REST APIs.
 */
import { MAX_EVENT_BYTES } from '../../stack/function.ts';
import { DEFAULT_ASSUMPTIONS } from '../assumptions.ts';
import type { LoggedFailure } from '../../events/log-variables.ts';
import type { GatewayErrorCode, GatewayErrorDetail, GatewayResponseType } from '../../errors.ts';
import type { Assumptions } from '../assumptions.ts';
import type { BuiltInWordings, ErrorWording } from '../model.ts';

type RestDefault = {
  readonly status: number;
  readonly message: string | null;
  readonly errorType: string;
  /**
   * Whether the error occurs on the integration path. In that case, the body `{"message": "…"}` with the default
   * message has a space after the colon. With any other message, there is no space [obs].
   */
  readonly spaced?: true;
};

/** The status, message and `x-amzn-ErrorType` of each code. The sources and evidence tags are in docs/aws §1.3–1.5. */
export const REST_DEFAULTS: Readonly<Record<GatewayErrorCode, RestDefault>> = {
  ACCESS_DENIED: {
    status: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
  },
  API_CONFIGURATION_ERROR: {
    status: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
    spaced: true,
  },
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    message: null,
    errorType: 'AuthorizerConfigurationException',
  },
  AUTHORIZER_FAILURE: { status: 500, message: null, errorType: 'AuthorizerConfigurationException' },
  BAD_REQUEST_BODY: { status: 400, message: 'Invalid request body', errorType: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: {
    status: 400,
    message: 'Missing required request parameters: []',
    errorType: 'BadRequestException',
  },
  DEFAULT_4XX: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
  DEFAULT_5XX: { status: 500, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  EXPIRED_TOKEN: {
    status: 403,
    message: 'The security token included in the request is expired',
    errorType: 'ExpiredTokenException',
  },
  INTEGRATION_FAILURE: {
    status: 504,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
    spaced: true,
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    message: 'Endpoint request timed out',
    errorType: 'InternalServerErrorException',
  },
  INVALID_API_KEY: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  INVALID_SIGNATURE: {
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    errorType: 'InvalidSignatureException',
  },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  QUOTA_EXCEEDED: { status: 429, message: 'Limit Exceeded', errorType: 'LimitExceededException' },
  REQUEST_TOO_LARGE: {
    status: 413,
    message: 'Request Too Long',
    errorType: 'RequestEntityTooLargeException',
  },
  RESOURCE_NOT_FOUND: { status: 404, message: 'Not Found', errorType: 'NotFoundException' },
  THROTTLED: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message: 'Unsupported Media Type',
    errorType: 'BadRequestException',
  },
  WAF_FILTERED: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  STAGE_NOT_FOUND: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  FUNCTION_FAILED: {
    status: 502,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
    spaced: true,
  },
  FUNCTION_THROTTLED: {
    status: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
    spaced: true,
  },
  URI_TOO_LONG: { status: 414, message: 'Request URI too long', errorType: 'RequestUriTooLongException' },
  HEADERS_TOO_LARGE: {
    status: 431,
    message: 'Request Header Fields Too Large',
    errorType: 'RequestHeaderFieldsTooLargeException',
  },
  MALFORMED_REQUEST: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
};

type DenialKey = Assumptions['access-denied-key'];

/**
 * Returns the body of a REST error. The key of ACCESS_DENIED is `denialKey`: by default it is capitalized in the
 * response, although AWS's default template contains `message` (docs/aws §1.4).
 */
function restBody(code: GatewayErrorCode, message: string | null, denialKey: DenialKey): string {
  const key = code === 'ACCESS_DENIED' ? denialKey : 'message';
  const { spaced, message: usual } = REST_DEFAULTS[code];
  const gap = spaced === true && message === usual ? ' ' : '';
  return `{"${key}":${gap}${JSON.stringify(message)}}`;
}

export function wordRest(
  code: GatewayErrorCode,
  detail: GatewayErrorDetail,
  denialKey: DenialKey,
): ErrorWording {
  const usual = REST_DEFAULTS[code];
  const message = detail.message === undefined ? usual.message : detail.message;
  const headers = [
    'Content-Type',
    'application/json',
    'x-amzn-ErrorType',
    detail.errorType ?? usual.errorType,
  ];
  if (detail.headers !== undefined) headers.push(...detail.headers);
  return { status: detail.status ?? usual.status, body: restBody(code, message, denialKey), headers };
}

/**
 * The built-in gateway responses, for failures on a REST API before the stage is known, and for WebSocket handshakes.
 */
export const restWordings: BuiltInWordings = {
  word: (code, detail) => wordRest(code, detail, DEFAULT_ASSUMPTIONS['access-denied-key']),
  describe: (code, detail) =>
    describeFailure(
      code,
      detail,
      detail.message === undefined ? REST_DEFAULTS[code].message : detail.message,
    ),
};

/** The types that a template can customize. Codes whose wording is always AWS's own are not included. */
export const RESPONSE_TYPES: readonly GatewayResponseType[] = [
  'ACCESS_DENIED',
  'API_CONFIGURATION_ERROR',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'AUTHORIZER_FAILURE',
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'EXPIRED_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
  'QUOTA_EXCEEDED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'THROTTLED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
  'WAF_FILTERED',
];

export function isResponseType(text: string): text is GatewayResponseType {
  return RESPONSE_TYPES.some((type) => type === text);
}

/** The response types of failures that have no type of their own, but use the default type of their class. */
const TYPE_OF_CODE: Readonly<Partial<Record<GatewayErrorCode, GatewayResponseType>>> = {
  FUNCTION_FAILED: 'DEFAULT_5XX',
  FUNCTION_THROTTLED: 'DEFAULT_5XX',
  MALFORMED_REQUEST: 'DEFAULT_4XX',
};

/** Returns the response type of a failure; undefined means that the failure cannot be customized. */
export function responseTypeOf(code: GatewayErrorCode): GatewayResponseType | undefined {
  return TYPE_OF_CODE[code] ?? (isResponseType(code) ? code : undefined);
}

function describeFailure(
  code: GatewayErrorCode,
  { validationErrorString }: GatewayErrorDetail,
  message: string | null,
): LoggedFailure {
  return { message, responseType: responseTypeOf(code), validationErrorString };
}

const HTTP_FORBIDDEN = [403, 'Forbidden'] as const;
const HTTP_BROKEN = [500, 'Internal Server Error'] as const;
const HTTP_UNAVAILABLE = [503, 'Service Unavailable'] as const;
const HTTP_NOT_FOUND = [404, 'Not Found'] as const;

/** The errors of HTTP APIs disclose little on purpose (docs/aws §1.6, §2.2, §3.7, §4.5, §4.6). */
const HTTP_DEFAULTS: Readonly<Record<GatewayErrorCode, readonly [status: number, message: string]>> = {
  ACCESS_DENIED: HTTP_FORBIDDEN,
  API_CONFIGURATION_ERROR: HTTP_BROKEN,
  AUTHORIZER_CONFIGURATION_ERROR: HTTP_BROKEN,
  AUTHORIZER_FAILURE: HTTP_BROKEN,
  BAD_REQUEST_BODY: [400, 'Bad Request'],
  BAD_REQUEST_PARAMETERS: [400, 'Bad Request'],
  DEFAULT_4XX: [400, 'Bad Request'],
  DEFAULT_5XX: HTTP_BROKEN,
  EXPIRED_TOKEN: HTTP_FORBIDDEN,
  INTEGRATION_FAILURE: HTTP_UNAVAILABLE,
  INTEGRATION_TIMEOUT: HTTP_UNAVAILABLE,
  INVALID_API_KEY: HTTP_FORBIDDEN,
  INVALID_SIGNATURE: HTTP_FORBIDDEN,
  MISSING_AUTHENTICATION_TOKEN: HTTP_NOT_FOUND,
  QUOTA_EXCEEDED: [429, 'Too Many Requests'],
  REQUEST_TOO_LARGE: [413, 'Request Entity Too Large'],
  RESOURCE_NOT_FOUND: HTTP_NOT_FOUND,
  THROTTLED: [429, 'Too Many Requests'],
  UNAUTHORIZED: [401, 'Unauthorized'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported Media Type'],
  WAF_FILTERED: HTTP_FORBIDDEN,
  STAGE_NOT_FOUND: HTTP_NOT_FOUND,
  FUNCTION_FAILED: HTTP_BROKEN,
  FUNCTION_THROTTLED: HTTP_UNAVAILABLE,
  URI_TOO_LONG: [414, 'Request URI Too Long'],
  HEADERS_TOO_LARGE: [431, 'Request Header Fields Too Large'],
  MALFORMED_REQUEST: [400, 'Bad Request'],
};

/** The fixed error replies of HTTP APIs. There is no space after the colon, and words are capitalized [obs]. */
export const httpWordings: BuiltInWordings = {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail): ErrorWording {
    const [status, message] = HTTP_DEFAULTS[code];
    const headers = ['Content-Type', 'application/json'];
    if (detail.headers !== undefined) headers.push(...detail.headers);
    return { status, body: `{"message":${JSON.stringify(message)}}`, headers };
  },
  describe: (code, detail) => describeFailure(code, detail, HTTP_DEFAULTS[code][1]),
};

const URL_FORBIDDEN = JSON.stringify({
  Message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
});

/** Users also report these words for headers of more than 10 KB (docs/aws §19.3). */
const URL_TOO_LARGE = JSON.stringify({
  Message: `Request must be smaller than ${MAX_EVENT_BYTES} bytes for the InvokeFunction operation`,
});

/**
 * The errors of a function URL. Function URLs are a feature of Lambda, so the refusals have Lambda's wording [obs].
 * Every other failure that the client did not cause, such as an error of the function, results in 502 (Lambda developer
 * guide, "Monitoring Lambda function URLs").
 */
export const functionUrlWordings: BuiltInWordings = {
  word(code: GatewayErrorCode, detail: GatewayErrorDetail): ErrorWording {
    const [status, body, errorType] = wordUrlFailure(code, detail);
    const headers = ['Content-Type', 'application/json'];
    return {
      status,
      body,
      headers: errorType === '' ? headers : [...headers, 'x-amzn-ErrorType', errorType],
    };
  },
  describe: (code, detail) => describeFailure(code, detail, HTTP_DEFAULTS[code][1]),
};

function wordUrlFailure(
  code: GatewayErrorCode,
  { source, message, errorType, throttledBy }: GatewayErrorDetail,
): readonly [status: number, body: string, errorType: string] {
  if (code === 'INVALID_SIGNATURE' || code === 'EXPIRED_TOKEN')
    return [403, JSON.stringify({ message }), errorType ?? 'InvalidSignatureException'];
  if (code === 'FUNCTION_THROTTLED') {
    const Reason = throttledBy ?? 'ConcurrentInvocationLimitExceeded';
    const body = { Reason, Type: 'User', message: 'Rate Exceeded.' };
    return [429, JSON.stringify(body), 'TooManyRequestsException'];
  }
  if (code === 'REQUEST_TOO_LARGE' || code === 'HEADERS_TOO_LARGE' || code === 'URI_TOO_LONG')
    return [413, URL_TOO_LARGE, ''];
  const [status, words] = HTTP_DEFAULTS[code];
  if (status === 403) return [403, URL_FORBIDDEN, 'AccessDeniedException'];
  if (source === 'client') return [status, JSON.stringify({ message: words }), ''];
  return [502, 'Internal Server Error', ''];
}

/**
 * The errors of a WebSocket handshake. The status is 502 if the `$connect` function fails and 504 if it is too slow,
 * unlike on an HTTP API (docs/aws §11.1). The bodies are the same as for REST APIs.
 */
export const websocketWordings: BuiltInWordings = restWordings;
