import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { httpWordings } from '../../../../../packages/gateway/core/deployment/wordings/error-wordings.ts';
import type { GatewayErrorCode } from '../../../../../packages/gateway/core/errors.ts';

describe('an error of an HTTP API', () => {
  const rows: readonly (readonly [
    status: number,
    message: string,
    codes: readonly GatewayErrorCode[],
    source: string,
  ])[] = [
    [400, 'Bad Request', ['BAD_REQUEST_BODY', 'MALFORMED_REQUEST', 'DEFAULT_4XX'], 'docs/aws §3.7'],
    [401, 'Unauthorized', ['UNAUTHORIZED'], 'docs/aws §4.5'],
    [403, 'Forbidden', ['ACCESS_DENIED', 'INVALID_SIGNATURE', 'WAF_FILTERED'], 'docs/aws §4.6'],
    [404, 'Not Found', ['MISSING_AUTHENTICATION_TOKEN', 'STAGE_NOT_FOUND'], 'docs/aws §2.2'],
    [413, 'Request Entity Too Large', ['REQUEST_TOO_LARGE'], 'docs/aws §2.5'],
    [414, 'Request URI Too Long', ['URI_TOO_LONG'], 'docs/aws §2.5'],
    [415, 'Unsupported Media Type', ['UNSUPPORTED_MEDIA_TYPE'], 'docs/aws §2.4'],
    [429, 'Too Many Requests', ['THROTTLED', 'QUOTA_EXCEEDED'], 'docs/aws §5.2'],
    [431, 'Request Header Fields Too Large', ['HEADERS_TOO_LARGE'], 'docs/aws §2.5'],
    [500, 'Internal Server Error', ['FUNCTION_FAILED', 'API_CONFIGURATION_ERROR'], 'docs/aws §3.7'],
    [503, 'Service Unavailable', ['INTEGRATION_TIMEOUT', 'FUNCTION_THROTTLED'], 'docs/aws §3.7'],
  ];
  for (const [status, message, codes, source] of rows)
    it(`is ${status} ${message} for ${codes.join(', ')} (${source})`, () => {
      for (const code of codes)
        assert.deepEqual(httpWordings.word(code, { source: 'client', reason: 'of ours' }), {
          status,
          body: `{"message":"${message}"}`,
          headers: ['Content-Type', 'application/json'],
        });
    });
});
