/**
 * Code whose line ends with `// here` holds the value that decides about a surprise. Each row is shown to the requests
 * of the kind's rows.
 */
const returning = (...lines: readonly string[]): string =>
  ['exports.handler = async () => ({', ...lines.map((line) => `  ${line}`), '});'].join('\n');
const reading = (line: string): string =>
  ['exports.handler = async (event) => {', `  ${line} // here`, '  return answer(value);', '};'].join('\n');
const result = (line: string): string =>
  ['exports.handler = async () => {', `  ${line} // here`, '};'].join('\n');

const STATUS = 'statusCode: 200,';
const CORS = (name: string): string =>
  returning(STATUS, 'headers: {', `  'Content-Type': 'text/plain',`, `  '${name}': value, // here`, '},');
const HEADERS = returning(STATUS, "headers: { 'Content-Type': 'text/plain' }, // here", "body: 'ok',");
const BODY = returning(STATUS, 'headers,', 'body: text, // here');
/** Another response of the same code, which the request did not get. */
const OF_TWO = [
  'exports.handler = async (event) => {',
  "  if (!event) return { status: 500, error: 'no event' };",
  "  return { status: 404, error: 'no such order' }; // here",
  '};',
].join('\n');

export const CODE_LINE_ROWS: readonly (readonly [code: string, handler: string])[] = [
  ['BASE_PATH_IN_EVENT', reading('const value = event.path;')],
  ['RAW_PATH_EMPTY', reading('const { rawPath: value } = event;')],
  ['REDIRECT_WITHOUT_STAGE', returning('statusCode: 302,', "headers: { Location: '/pets' }, // here")],
  ['BASE64_AS_TEXT', returning(STATUS, 'body,', 'isBase64Encoded: true, // here')],
  ['REQUEST_BYTES_LOST', reading('const value = JSON.parse(event.body);')],
  ['CORS_ORIGIN_NOT_ALLOWED', HEADERS],
  ['CORS_ORIGIN_NOT_ALLOWED', CORS('Access-Control-Allow-Origin')],
  ['CORS_TWO_ORIGINS', CORS('access-control-allow-origin')],
  ['CORS_ANY_WITH_CREDENTIALS', CORS('Access-Control-Allow-Origin')],
  ['CORS_METHOD_NOT_ALLOWED', CORS('Access-Control-Allow-Methods')],
  ['CORS_HEADER_NOT_ALLOWED', CORS('Access-Control-Allow-Headers')],
  ['CORS_HEADER_NOT_EXPOSED', HEADERS],
  ['CORS_WITHOUT_VARY', CORS('Access-Control-Allow-Origin')],
  ['CORS_HEADERS_DISCARDED', CORS('Access-Control-Allow-Origin')],
  ['HEADER_REMAPPED', CORS('WWW-Authenticate')],
  ['HEADER_DROPPED', CORS('Transfer-Encoding')],
  ['HEADER_IN_BOTH_MAPS', returning(STATUS, 'headers,', 'multiValueHeaders: all, // here')],
  ['REQUEST_HEADER_DROPPED', reading('const value = event.headers.te;')],
  ['QUERY_REPEATED', reading('const value = event.queryStringParameters.tag;')],
  ['HEADER_REPEATED', reading("const value = event.headers['x-tag'];")],
  ['COOKIES_MOVED', reading('const value = event.headers.Cookie;')],
  ['PLUS_AS_SPACE', reading('const value = event.queryStringParameters.q;')],
  ['PATH_DECODED', reading('const value = event.pathParameters.name;')],
  ['PATH_ENCODED', reading('const value = event.pathParameters.name;')],
  ['CLAIM_LIST_AS_TEXT', reading('const value = event.requestContext.authorizer.jwt.claims.roles;')],
  ['CONTEXT_AS_TEXT', reading('const value = Boolean(event.requestContext.authorizer.admin);')],
  ['RESPONSE_INFERRED', result("return 'ok';")],
  ['STATUS_BY_DEFAULT', result('return { body: text };')],
  ['RESULT_EMPTY', result('return new Response(text);')],
  ['RESULT_AS_BODY', returning('statusCode: 200, // here', "body: 'ok',")],
  ['PROXY_RESULT_AS_BODY', returning('statusCode: 404, // here', "body: 'none',")],
  ['TEXT_AS_JSON', result('return text;')],
  ['STREAM_WITHOUT_WRITE', 'const out = awslambda.HttpResponseStream.from(stream, {});\nout.end(); // here'],
  ['STREAM_WITHOUT_TYPE', reading("stream.write('<p>');")],
  [
    'STREAM_COLLECTED',
    'exports.main = awslambda.streamifyResponse(async (event, stream) => { // here\n  stream.end();\n});',
  ],
  ['STREAM_BUFFERED', reading('awslambda.HttpResponseStream.from(stream, metadata);')],
  ['PROMISE_PENDING', reading('return new Promise(() => {});').replace('  return answer(value);\n', '')],
  ['VALUE_IGNORED', result('return { statusCode: 200 };')],
  ['CONTENT_TYPE_BY_DEFAULT', returning(STATUS, 'body: page, // here')],
  ['BODY_DROPPED', BODY],
  ['BASE64_FLAG_MISSING', BODY],
  ['BODY_ENCODED_TWICE', returning(STATUS, 'body: JSON.stringify(JSON.stringify(value)), // here')],
  ['VALUE_WITHOUT_TEXT', BODY],
  ['BODY_NOT_COMPRESSED', CORS('Content-Encoding')],
  ['BODY_EMPTY_AS_JSON', returning('statusCode: 200, // here')],
  ['ERROR_BY_DEFAULT_RESPONSE', result("throw new Error('no pet');")],
  ['SUCCESS_BY_PATTERN', result("throw new Error('no pet');")],
];

/** Results of a function of which one is returned: the row's handler has both. */
export const RETURNED_ONE_OF_TWO = { code: 'RESPONSE_INFERRED', handler: OF_TWO, member: 'status' };

/** Kinds that a setting, the client or the gateway decides, whatever the code of the function is. */
export const OUTSIDE_OF_CODE: readonly string[] = [
  'ENDPOINT_DISABLED',
  'PRIVATE_ADDRESS',
  'CERTIFICATE_NOT_ASKED',
  'RESOURCE_POLICY_NOT_NEEDED',
  'BYTES_AS_BASE64',
  'REPLY_BYTES_LOST',
  'CONTENT_ENCODING_REMOVED',
  'PATH_VALUE_MISSING',
  'PATH_NOT_PASSED',
  'DEFAULT_ROUTE_CHOSEN',
  'EXTRA_STAGE',
  'STAGE_SENT_TO_BACKEND',
  'STATUS_OVERWRITTEN',
  'TEMPLATE_SKIPPED',
  'CACHE_WITHOUT_CLUSTER',
  'METHOD_NOT_CACHED',
  'PROXY_CALLED_SYNCHRONOUSLY',
  'QUERY_NOT_ENCODED',
  'QUERY_SPLIT',
  'MOCK_WITHOUT_BODY',
  'BODY_NOT_VALIDATED',
  'ENTRIES_FAILED',
  'BODY_NOT_SENT',
  'BODY_READ_AS_EMPTY',
  'REFERENCE_EMPTY',
  'CORS_WITHOUT_CREDENTIALS',
  'KEY_NOT_REQUIRED',
  'EXECUTION_NOT_RUN',
  'EXECUTION_FAILED',
  'EXECUTION_REPEATED',
  'PAGE_WITHOUT_MATCHES',
  'ID_TOKEN_ACCEPTED',
  'AUTHORIZER_CACHED',
  'AUTHORIZER_INPUT_NOT_KEYED',
  'HEADERS_NOT_MAPPED',
  'ERROR_PAGE_REPLACES',
  'REQUEST_TEMPLATE_EMPTY',
  'RESPONSE_TEMPLATE_EMPTY',
  'STAGE_VARIABLE_MISSING',
  'MAPPING_QUOTED',
  'QUERY_NOT_PASSED',
  'FROM_STAGE_CACHE',
  'CACHE_NOT_REFRESHED',
  'REFUSAL_NOT_JSON',
  'HEAD_WITHOUT_BODY',
  'FORM_VALUE_NOT_ENCODED',
  'TEMPLATE_BODY_NOT_JSON',
  'TEMPLATE_PATH_EMPTY',
  'REQUEST_PARAMETER_EMPTY',
  'RESPONSE_PATH_EMPTY',
  'RESPONSE_MAPPING_EMPTY',
  'QUERY_REPEATED_IN_TEMPLATE',
  'AUTHORIZER_VALUE_MISSING',
  'TEMPLATE_PRINTS_OBJECT',
  'PARAMETER_UNCHECKED',
];

/** Kinds that read the code of the function themselves, and whose sentences have the line. */
export const WITH_OWN_LINE: readonly string[] = [
  'GATEWAY_RESPONSE_UNUSED',
  'REQUEST_AS_BASE64',
  'STAGE_IN_PATH',
  'EVENT_READ_ELSEWHERE',
  'REQUEST_VALUE_ABSENT',
  'NOT_FORWARDED_BY_EDGE',
  'PROMISE_NOT_AWAITED',
  'WRITES_OUTSIDE_TMP',
  'VPC_WITHOUT_WAY_OUT',
  'WORK_AFTER_RESPONSE',
  'BUCKET_POLICY_DENIES',
  'MEMBERS_IGNORED',
  'LIMIT_BEFORE_FILTER',
];
