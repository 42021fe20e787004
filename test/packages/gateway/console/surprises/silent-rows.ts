/** Replies in which nothing shows that a key, a path, a form or a refusal was read otherwise than its author meant. */
import { aMethod, answered, DEFAULT } from '../../../../support/a-method.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ok } from '../../../../support/rest-apis.ts';
import { API_ID, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { backend, http, HTTP, ID, proxy } from './surprise-rows.ts';
import { calling } from './value-rows.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const OK = { statusCode: 200, body: '{}' };
export const KEY = 'abcdefghij0123456789abcd';
const named = (): Served => anApi(httpRoutes(['GET /files/{name}']), { echo: ok });
/** A usage plan of the stage, with a key. */
export const planned =
  (
    ApiKeyRequired: boolean,
    { others = {}, echo = ok }: { others?: Parameters<typeof restRoutes>[0]; echo?: typeof ok } = {},
  ) =>
  (): Served =>
    anApi(
      restRoutes(
        { 'GET /pets': { ApiKeyRequired }, ...others },
        {
          more: {
            Key: {
              type: 'AWS::ApiGateway::ApiKey',
              id: 'key1',
              properties: { Name: 'partner', Enabled: true, Value: KEY },
            },
            Plan: {
              type: 'AWS::ApiGateway::UsagePlan',
              id: 'plan1',
              properties: {
                UsagePlanName: 'free',
                ApiStages: [{ ApiId: API_ID, Stage: 'dev' }],
                Quota: { Limit: 1, Period: 'DAY' },
              },
            },
            Link: {
              type: 'AWS::ApiGateway::UsagePlanKey',
              properties: { KeyId: 'key1', KeyType: 'API_KEY', UsagePlanId: 'plan1' },
            },
          },
        },
      ),
      { echo },
    );

/** A query API of a service, whose input is a form. */
const sending = (template: string) => (): Served => {
  const api = aMethod({
    integration: {
      Type: 'AWS',
      IntegrationHttpMethod: 'POST',
      Credentials: 'arn:aws:iam::123456789012:role/sender',
      Uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders',
      RequestTemplates: { 'application/json': template },
      IntegrationResponses: DEFAULT,
    },
  });
  api.ports.services.answer = () => answered('{}');
  return api;
};
const refusing = (template: string) => (): Served =>
  anApi(
    restRoutes(
      { 'GET /pets': {} },
      {
        more: {
          Refusals: {
            type: 'AWS::ApiGateway::GatewayResponse',
            properties: {
              RestApiId: API_ID,
              ResponseType: 'DEFAULT_4XX',
              ResponseTemplates: { 'application/json': template },
            },
          },
        },
      },
    ),
    { echo: () => ({ statusCode: 200 }) },
  );
export const SILENT: readonly SurpriseRow[] = [
  {
    code: 'QUERY_REPEATED',
    name: 'a REST API',
    source: 'docs/aws §2.3',
    api: proxy(OK),
    request: { target: '/dev/1?tag=a&tag=b&page=1' },
    handler: 'const { tag } = event.queryStringParameters;',
    values: { parameters: ['tag'] },
    because: /several values of tag\. In queryStringParameters, the function got only the last of them/,
    change: /multiValueQueryStringParameters/,
    not: { request: { target: '/dev/1?tag=a&page=1' } },
  },
  {
    code: 'QUERY_REPEATED',
    name: 'payload 2.0',
    source: 'docs/aws §2.3',
    api: http(OK),
    request: { target: '/1?tag=a&tag=b' },
    handler: 'const tag = event.queryStringParameters?.tag;',
    values: { parameters: ['tag'] },
    because: /got them as one string, joined with commas/,
    change: /rawQueryString/,
    not: { api: backend({ ...HTTP, IntegrationResponses: DEFAULT }, answered('{}')) },
  },
  {
    code: 'HEADER_REPEATED',
    source: 'docs/aws §2.9',
    api: proxy(OK),
    request: { ...ID, headers: ['X-Tag', 'a', 'x-tag', 'b'] },
    handler: "const tag = event.headers['X-Tag'];",
    values: { headers: ['x-tag'] },
    because: /several headers x-tag\. In headers, the function got only the last of them/,
    change: /multiValueHeaders/,
    not: { request: { ...ID, headers: ['X-Tag', 'a', 'X-Forwarded-For', '1', 'X-Forwarded-For', '2'] } },
  },
  {
    code: 'COOKIES_MOVED',
    source: 'docs/aws §3.3',
    api: http(OK),
    request: { target: '/1', headers: ['Cookie', 'a=1'] },
    handler: 'const cookie = event.headers.cookie;',
    values: {},
    because: /in the list event\.cookies, and event\.headers has no cookie/,
    not: { api: () => aMethod({ integration: HTTP }), request: { ...ID, headers: ['Cookie', 'a=1'] } },
  },
  {
    code: 'PLUS_AS_SPACE',
    source: 'docs/aws §2.3',
    api: proxy(OK),
    request: { target: '/dev/1?q=+49301234&page=1' },
    values: { parameters: ['q'] },
    because: /In a query, \+ stands for a space, so the function got a space instead of \+ in q\./,
    change: /encode it as %2B/,
    not: { request: { target: '/dev/1?q=%2B49301234&page=1&name=Ada+Lovelace' } },
  },
  {
    code: 'PATH_DECODED',
    source: 'docs/aws §2.3',
    api: named,
    request: { target: '/files/100%2525.txt' },
    handler: 'exports.main = async (event) =>\n  decodeURIComponent(event.pathParameters.name);',
    values: { parameters: ['name'] },
    because:
      /got name in pathParameters already decoded: name is 100%25\.txt\. The function decodes a value again at src\/index\.js:2, which changes the value/,
    change: /^Use event\.pathParameters\.name as it is at src\/index\.js:2/m,
    not: { request: { target: '/files/a.txt' } },
  },
  {
    code: 'PATH_DECODED',
    name: 'of a function that found nothing',
    source: 'docs/aws §2.3',
    api: () => anApi(httpRoutes(['GET /files/{name}']), { echo: () => ({ statusCode: 404 }) }),
    request: { target: '/files/a%20b.txt' },
    values: { parameters: ['name'] },
    because: /got name in pathParameters already decoded: name is a b\.txt\.$/m,
    change:
      /^If the name is stored in the form that the client sent, look up encodeURIComponent\(event\.pathParameters\.name\)\. If it is stored as a b\.txt, the decoding is not the cause\.$/m,
    not: { api: named },
  },
  {
    // middleapi/standard-server#93
    code: 'PATH_DECODED',
    name: 'in rawPath',
    source: 'docs/aws §2.3',
    api: () => anApi(httpRoutes(['GET /files/{name}']), { echo: () => ({ statusCode: 404 }) }),
    request: { target: '/files/a%20b.txt' },
    handler:
      "const files = { '/files/a%20b.txt': 1 };\nexports.main = async (event) => files[event.rawPath] ?? none;",
    values: { path: '/files/a b.txt' },
    because:
      /already decoded, as \/files\/a b\.txt: .*reads it at src\/index\.js:2, and src\/index\.js:1 has the encoded form/,
    change: /^Compare with the decoded path at src\/index\.js:1\./m,
    not: { request: { target: '/files/a.txt' } },
  },
  {
    code: 'PATH_ENCODED',
    source: 'docs/aws §2.3',
    api: () => anApi(restRoutes({ 'GET /files/{name}': {} }), { echo: ok }),
    request: { target: '/dev/files/a%20b.txt' },
    handler: 'exports.main = async (event) => event.pathParameters.name;',
    values: { parameters: ['name'] },
    because:
      /as the client encoded it: name is a%20b\.txt\. In the event of a Lambda proxy integration, a REST API leaves path parameters encoded/,
    change: /^Decode it in the function: decodeURIComponent\(event\.pathParameters\.name\)\.$/m,
    not: { handler: 'exports.main = async (event) => decodeURIComponent(event.pathParameters.name);' },
  },
  {
    code: 'PATH_ENCODED',
    name: 'whose name JavaScript cannot read after a dot',
    source: 'docs/aws §2.3',
    api: () => anApi(restRoutes({ 'GET /files/{file-name}': {} }), { echo: ok }),
    request: { target: '/dev/files/a%20b.txt' },
    handler: "exports.main = async (event) => event.pathParameters['file-name'];",
    values: { parameters: ['file-name'] },
    because: /as the client encoded it: file-name is a%20b\.txt\./,
    change: /^Decode it in the function: decodeURIComponent\(event\.pathParameters\['file-name'\]\)\.$/m,
    not: { request: { target: '/dev/files/a.txt' } },
  },
  {
    // https://github.com/venveo/serverless-sharp/issues/56
    code: 'KEY_NOT_REQUIRED',
    source: 'docs/aws §5.1',
    api: planned(false),
    request: { target: '/dev/pets', headers: ['x-api-key', KEY] },
    values: { route: 'GET /pets' },
    because:
      /The API key was not read: GET \/pets does not require an API key, .* counts the request in usage plan free/,
    change: /^If callers of GET \/pets must have a key, set ApiKeyRequired: true on the method\. .* deploy/m,
    not: { api: planned(true) },
  },
  {
    code: 'KEY_NOT_REQUIRED',
    name: 'without a key',
    source: 'docs/aws §5.1',
    api: planned(false),
    request: { target: '/dev/pets' },
    values: { route: 'GET /pets' },
    because: /The stage has a usage plan, but GET \/pets does not require an API key/,
    not: { api: () => anApi(restRoutes({ 'GET /pets': {} }), { echo: ok }) },
  },
  {
    // https://repost.aws/knowledge-center/api-gateway-rest-api-sqs-errors
    code: 'FORM_VALUE_NOT_ENCODED',
    source: 'docs/aws §7.2',
    api: sending('Action=SendMessage&MessageBody=$input.body'),
    request: { method: 'POST', target: '/dev/1', body: '{"text":"Tom & Jerry"}' },
    values: { field: 'MessageBody' },
    because:
      /prints a form with MessageBody=\$input\.body, and does not encode the value\..* contains &, which begins the next field/,
    change:
      /^Write MessageBody=\$util\.urlEncode\(\$input\.body\) in the request template, set integration\.request\.header\.Content-Type to "'application\/x-www-form-urlencoded'" in RequestParameters/m,
    not: { api: sending('Action=SendMessage&MessageBody=$util.urlEncode($input.body)') },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    code: 'REFUSAL_NOT_JSON',
    source: 'docs/aws §7.5',
    api: refusing('{"error": $context.error.message}'),
    request: { target: '/dev/nothing/here' },
    values: {},
    because:
      /Content-Type of the reply is JSON, but its body is not: \{"error": Missing Authentication Token\}/,
    change: /write \$context\.error\.messageString without quotes around it/m,
    not: { api: refusing('{"error": $context.error.messageString}') },
  },
  {
    code: 'ENTRIES_FAILED',
    source: 'https://github.com/aws-samples/serverless-patterns/pull/3089',
    name: 'a source of AWS',
    api: calling(
      '{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}]}',
    ),
    request: { ...ID, method: 'POST', body: '{}' },
    values: { failed: 1 },
    because: /the first with NotAuthorizedForSourceException: Not authorized for the source\.$/m,
    change: /a Source that does not begin with aws\., and name that source in the patterns/,
    not: { api: calling('{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}') },
  },
];
