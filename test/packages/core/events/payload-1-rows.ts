export type Expected = 'malformed' | { status?: number; headers?: string[]; body?: string };

export const JSON_LINE = ['Content-Type', 'application/json'];
export const TEXT_LINE = ['Content-Type', 'text/plain; charset=utf-8'];

/** Rows of docs/aws §3.5: what the function returns, and what REST and HTTP 1.0 make of it. */
export const PAYLOAD_1: {
  name: string;
  returns: unknown;
  rest: Expected;
  http1: Expected;
  source: string;
}[] = [
  {
    name: 'only headers',
    returns: { headers: { 'test-header': 'value' } },
    rest: { status: 200, headers: ['test-header', 'value', ...JSON_LINE], body: '' },
    http1: 'malformed',
    source: 'parity proxy-response-headers-without-status; HTTP inferred',
  },
  {
    name: 'an empty object',
    returns: {},
    rest: { status: 200, headers: JSON_LINE, body: '' },
    http1: 'malformed',
    source: 'parity proxy-response-empty-response; HTTP inferred',
  },
  {
    name: 'an unknown member',
    returns: { statusCode: 200, wrongValue: 'value' },
    rest: 'malformed',
    http1: 'malformed',
    source: 'parity proxy-response-unknown-member',
  },
  {
    name: 'cookies, which only payload 2.0 knows',
    returns: { statusCode: 200, cookies: [] },
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5',
  },
  { name: 'null', returns: null, rest: 'malformed', http1: 'malformed', source: 'docs/aws §3.5 [obs]' },
  {
    name: 'a bare string',
    returns: 'justAString',
    rest: 'malformed',
    http1: 'malformed',
    source: 'parity proxy-response-plain-string',
  },
  {
    name: 'a number',
    returns: 3,
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5 (inferred)',
  },
  {
    name: 'an array',
    returns: [1],
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5 (inferred)',
  },
  {
    name: 'a body that is an object',
    returns: { statusCode: 200, body: { a: 1 } },
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5 (widely reported)',
  },
  {
    name: 'a status in digits',
    returns: { statusCode: '201' },
    rest: { status: 201 },
    http1: { status: 201 },
    source: 'parity proxy-response-status-numeric-string',
  },
  {
    name: 'a status in words',
    returns: { statusCode: 'test' },
    rest: 'malformed',
    http1: 'malformed',
    source: 'parity proxy-response-status-not-numeric',
  },
  {
    name: 'a broken status',
    returns: { statusCode: 200.5 },
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5 (inferred)',
  },
  {
    name: 'status 0',
    returns: { statusCode: 0 },
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5 [obs]',
  },
  {
    name: 'a status that ends no exchange',
    returns: { statusCode: 101 },
    rest: 'malformed',
    http1: 'malformed',
    source: 'inferred: RFC 9110 §15.2',
  },
  {
    name: 'a boolean header',
    returns: { statusCode: 200, headers: { 'test-header': 'value', 'header-bool': true } },
    rest: { headers: ['test-header', 'value', 'header-bool', 'true', ...JSON_LINE] },
    http1: { headers: ['Test-Header', 'value', 'Header-Bool', 'true', ...TEXT_LINE] },
    source: 'parity proxy-response-boolean-header',
  },
  {
    name: 'a number as header',
    returns: { statusCode: 200, headers: { 'x-n': 5 } },
    rest: { headers: ['x-n', '5', ...JSON_LINE] },
    http1: { headers: ['X-N', '5', ...TEXT_LINE] },
    source: 'docs/aws §3.5: accepted in practice',
  },
  {
    name: 'headers: null',
    returns: { statusCode: 200, headers: null, multiValueHeaders: null, body: null, isBase64Encoded: null },
    rest: { status: 200, headers: JSON_LINE, body: '' },
    http1: { status: 200, headers: TEXT_LINE, body: '' },
    source: 'parity proxy-response-headers-null',
  },
  {
    name: 'a header that is an object',
    returns: { statusCode: 200, headers: { a: {} } },
    rest: 'malformed',
    http1: 'malformed',
    source: 'inferred',
  },
  {
    name: 'multiValueHeaders that is no array',
    returns: { statusCode: 200, multiValueHeaders: { a: 'x' } },
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5',
  },
  {
    name: 'several values of a header',
    returns: { statusCode: 200, multiValueHeaders: { 'test-multi': ['value1', 'value2'] } },
    rest: { headers: ['test-multi', 'value1', 'test-multi', 'value2', ...JSON_LINE] },
    http1: { headers: ['Test-Multi', 'value1', 'Test-Multi', 'value2', ...TEXT_LINE] },
    source: 'parity proxy-response-multi-value-headers',
  },
  {
    name: 'the same name in both maps, multi first on REST and last on HTTP',
    returns: {
      statusCode: 200,
      multiValueHeaders: { 'tesT-Multi': ['value-multi'] },
      headers: { 'test-multi': 'value-solo' },
    },
    rest: { headers: ['tesT-Multi', 'value-multi', 'tesT-Multi', 'value-solo', ...JSON_LINE] },
    http1: { headers: ['Test-Multi', 'value-solo', 'Test-Multi', 'value-multi', ...TEXT_LINE] },
    source: 'parity proxy-response-multi-plus-single-header-casing; docs/aws §3.5 for HTTP',
  },
  {
    name: 'a content type of its own in any case',
    returns: { statusCode: 200, headers: { 'content-TYPE': 'text/html' } },
    rest: { headers: ['content-TYPE', 'text/html'] },
    http1: { headers: ['Content-Type', 'text/html'] },
    source: 'docs/aws §1.6',
  },
  {
    name: 'headers that are the gateway’s to set',
    returns: {
      statusCode: 200,
      headers: {
        Connection: 'close',
        'content-length': '99999',
        Date: 'd',
        Server: 's',
        'WWW-Authenticate': 'w',
        Authorization: 'a',
        'Transfer-Encoding': 'chunked',
        Trailer: 't',
        'x-kept': 'k',
      },
    },
    rest: {
      headers: [
        ...['x-amzn-Remapped-Connection', 'close', 'x-amzn-Remapped-content-length', '99999'],
        ...['x-amzn-Remapped-Date', 'd', 'x-amzn-Remapped-Server', 's'],
        ...['x-amzn-Remapped-WWW-Authenticate', 'w', 'x-amzn-Remapped-Authorization', 'a', 'x-kept', 'k'],
        ...JSON_LINE,
      ],
    },
    http1: {
      headers: [
        ...['Date', 'd', 'Server', 's', 'Www-Authenticate', 'w', 'Authorization', 'a', 'X-Kept', 'k'],
        ...TEXT_LINE,
      ],
    },
    source: 'docs/aws §2.7 [obs]; HTTP inferred',
  },
  {
    name: 'base64 that nobody asked for as bytes',
    returns: { statusCode: 200, body: 'dGVzdC1kYXRh', isBase64Encoded: true },
    rest: { body: 'dGVzdC1kYXRh' },
    http1: { body: 'test-data' },
    source: 'parity proxy-response-b64-without-binary-types; docs/aws §2.4',
  },
  {
    name: 'isBase64Encoded in words',
    returns: { statusCode: 200, body: 'x', isBase64Encoded: 'yes' },
    rest: 'malformed',
    http1: 'malformed',
    source: 'inferred',
  },
  {
    name: 'the outcome of a failed function',
    returns: { errorMessage: 'boom', errorType: 'Error' },
    rest: 'malformed',
    http1: 'malformed',
    source: 'docs/aws §3.5',
  },
];
