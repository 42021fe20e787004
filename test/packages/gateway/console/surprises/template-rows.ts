/**
 * What a request template, or a function, gets and returns unexpectedly, each next to a similar one that is as
 * expected.
 */
import { aMethod, answered, DEFAULT, JSON_ONLY } from '../../../../support/a-method.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { backend, HTTP, ID, POST, proxy } from './surprise-rows.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const rendering = (template: string): (() => Served) =>
  backend(
    {
      ...HTTP,
      IntegrationHttpMethod: 'POST',
      RequestTemplates: JSON_ONLY(template),
      IntegrationResponses: DEFAULT,
    },
    answered('{}'),
  );
/** A method whose response template reads what the function returns. */
const responding = (template: string) => (): Served =>
  aMethod({
    integration: {
      ...proxyTo('fn'),
      Type: 'AWS',
      IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: JSON_ONLY(template) }],
    },
    functions: { fn: () => ({ person: { first: 'He', last: 'Man' } }) },
  });
/** A method that maps a header from what the function returns. */
const mappingOfFunction = (source: string) => (): Served =>
  aMethod({
    integration: {
      ...proxyTo('fn'),
      Type: 'AWS',
      IntegrationResponses: [
        { StatusCode: '200', ResponseParameters: { 'method.response.header.X-Pet': source } },
      ],
    },
    method: {
      MethodResponses: [{ StatusCode: '200', ResponseParameters: { 'method.response.header.X-Pet': true } }],
    },
    functions: { fn: () => ({ person: { first: 'He', last: 'Man' } }) },
  });
const NAMES = '{"name": "$input.path(\'$.name\')"}';
const TAGS = '{"tag": "$input.params(\'tag\')"}';
const CALLER = '{"who": "$context.authorizer.principalId", "tenant": "$context.authorizer.claims.tenant"}';
const fails = (): never => {
  throw new Error('SyntaxError: Unexpected token');
};

const mapping = (source: string, side: 'request' | 'response' = 'request'): (() => Served) =>
  backend(
    {
      ...HTTP,
      ...(side === 'request' && { RequestParameters: { 'integration.request.header.X-Pet': source } }),
      IntegrationResponses: [
        {
          StatusCode: '200',
          ...(side === 'response' && { ResponseParameters: { 'method.response.header.X-Pet': source } }),
        },
      ],
    },
    answered('{}', ['X-Seen', 'yes']),
    {
      method: {
        MethodResponses: [
          { StatusCode: '200', ResponseParameters: { 'method.response.header.X-Pet': true } },
        ],
      },
    },
  );

export const TEMPLATES: readonly SurpriseRow[] = [
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
    code: 'QUERY_NOT_PASSED',
    source: 'docs/aws §7.6',
    api: mapping("'fixed'"),
    request: { ...ID, target: `${ID.target}?color=red` },
    values: { parameters: ['color'] },
    because: /has the query parameter color, but .* maps no query parameter/,
    change: /^Add integration\.request\.querystring\.color: method\.request\.querystring\.color to/m,
    not: { request: ID },
  },
  {
    // https://github.com/hashicorp/terraform-provider-aws/issues/34550
    code: 'MAPPING_QUOTED',
    source: 'docs/aws §7.6',
    api: mapping("'method.request.path.id'"),
    request: ID,
    values: { names: ['integration.request.header.X-Pet'] },
    because: /maps integration\.request\.header\.X-Pet from 'method\.request\.path\.id' in single quotes/,
    change:
      /^Remove the single quotes: write method\.request\.path\.id in RequestParameters of the integration of .*, and have method\.request\.path\.id: true in RequestParameters of the method/m,
    not: { api: mapping("'method.id'") },
  },
  {
    code: 'MAPPING_QUOTED',
    name: 'a header of the response',
    source: 'docs/aws §7.6',
    api: mapping("'integration.response.header.X-Pet'", 'response'),
    request: ID,
    values: { names: ['method.response.header.X-Pet'] },
    because:
      /maps method\.response\.header\.X-Pet from 'integration\.response\.header\.X-Pet' in single quotes/,
    change: /in ResponseParameters of the integration response/,
    not: { api: mapping('integration.response.header.X-Pet', 'response') },
  },
  {
    code: 'TEMPLATE_PATH_EMPTY',
    source: 'docs/aws §7.2',
    api: rendering('{"name": "$input.path(\'$.naem\')", "city": $input.json("$.address.city")}'),
    request: { ...POST, body: '{"name": "rex", "address": {}}' },
    values: { paths: ['$.naem', '$.address.city'] },
    because:
      /reads \$\.naem, \$\.address\.city, which the body .* does not have.* The body of this request has only name, address\. \$\.address has no members\./,
    change:
      /^Write \$\.name instead of \$\.naem in the request template, and send \$\.address\.city in the body\./m,
    not: { request: { ...POST, body: '{"naem": null, "address": {"city": ""}}' } },
  },
  {
    code: 'TEMPLATE_PATH_EMPTY',
    name: 'together with a condition that asks for another',
    source: 'docs/aws §7.2',
    api: rendering('#if($input.path("$.a") != "")\na#end{"id": $input.json("$.id")}'),
    request: { ...POST, body: '{}' },
    values: {},
    because: /reads \$\.id, which the body/,
    not: { api: rendering('#if($input.path("$.id") != "")\n{}#end') },
  },
  {
    code: 'REQUEST_PARAMETER_EMPTY',
    source: 'docs/aws §7.2',
    api: rendering('{"sku": "$input.params(\'skew\')"}'),
    request: { ...POST, target: '/dev/1?sku=kettle', body: '{}' },
    values: { parameters: ["$input.params('skew')"] },
    because:
      /The request template reads \$input\.params\('skew'\), which the request does not have, so its value is empty\. The request has .*sku, which neither the template nor the parameter mapping reads\./,
    change:
      /^Write \$input\.params\('sku'\) instead of \$input\.params\('skew'\) in the request template, or send skew\./m,
    not: { request: { ...POST, target: '/dev/1?skew=kettle', body: '{}' } },
  },
  {
    code: 'REQUEST_PARAMETER_EMPTY',
    name: 'a name without a similar one',
    source: 'docs/aws §7.2',
    api: rendering('{"page": "$input.params(\'page\')"}'),
    request: { ...POST, target: '/dev/1?offset=7', body: '{}' },
    values: { parameters: ["$input.params('page')"] },
    because: /reads \$input\.params\('page'\), which the request does not have/,
    change: /^Read .*offset in the request template, or send page\./m,
    not: { api: rendering('#if($input.params(\'page\') != "")\n{}#end{"page": "$input.params(\'page\')"}') },
  },
  {
    code: 'TEMPLATE_BODY_NOT_JSON',
    source: 'docs/aws §7.2',
    api: rendering(NAMES),
    request: { ...POST, body: '{"id": 1,\n"name": }' },
    values: { line: 2, column: 9 },
    because:
      /not valid JSON at offset 18 \(line 2, column 9\).*\n.*does not refuse such a body.*are empty for/,
    change: /correct the body at line 2, column 9\.\nTo refuse such bodies with 400, give the method a model/,
    not: { request: { ...POST, body: 'name=rex' } },
  },
  {
    code: 'TEMPLATE_BODY_NOT_JSON',
    name: 'a template that passes the body on',
    source: 'docs/aws §7.2',
    api: rendering("$input.json('$')"),
    request: { ...POST, body: '{"name": "rex"' },
    values: { line: 1 },
    because: /The body of the request is not valid JSON/,
    not: { api: rendering('$input.body') },
  },
  {
    code: 'QUERY_REPEATED_IN_TEMPLATE',
    source: 'docs/aws §7.2',
    api: rendering(TAGS),
    request: { ...POST, target: '/dev/1?tag=a&tag=b&page=1&page=2', body: '{}' },
    values: { parameters: ['tag'] },
    because: /several values of tag\. \$input\.params in the request template got only the last of them/,
    change:
      /joined by commas.*RequestParameters of the integration \(integration\.request\.querystring\.tag: method\.request\.multivaluequerystring\.tag\)/,
    not: { request: { ...POST, target: '/dev/1?tag=a&page=1&page=2', body: '{}' } },
  },
  {
    code: 'AUTHORIZER_VALUE_MISSING',
    source: 'docs/aws §7.3',
    api: rendering(CALLER),
    request: { ...POST, body: '{}' },
    values: { references: ['principalId', 'claims.tenant'] },
    because:
      /refers to \$context\.authorizer\.principalId, \$context\.authorizer\.claims\.tenant, but ANY \/\{id\} has no authorizer, so they printed nothing/,
    change:
      /Give ANY \/\{id\} a Lambda authorizer, which provides \$context\.authorizer\.principalId, or a Cognito authorizer, which provides \$context\.authorizer\.claims\.tenant if the token has this claim \(AuthorizationType and AuthorizerId\)\. A method has one authorizer/,
    not: { api: rendering('{"id": "$context.requestId"}') },
  },
  {
    code: 'BODY_NOT_COMPRESSED',
    source: 'docs/aws §3.5',
    api: proxy({ statusCode: 200, headers: { 'Content-Encoding': 'gzip' }, body: '{"a": 1}' }),
    request: ID,
    values: { contentEncoding: 'gzip' },
    because: /returned Content-Encoding: gzip with a body that is not compressed/,
    change:
      /Remove Content-Encoding.*as base64 with isBase64Encoded: true and add \*\/\* to the binary media types of the API/,
    not: { api: proxy({ statusCode: 200, headers: { 'Content-Encoding': 'identity' }, body: '{"a": 1}' }) },
  },
  {
    code: 'RESULT_EMPTY',
    source: 'docs/aws §3.5',
    api: proxy({}),
    request: ID,
    values: { status: 200 },
    because: /an object without members \(\{\} as JSON\), so the gateway responded with its default status/,
    change: /In JSON, a fetch Response, a Map and a promise all become/,
    not: { api: proxy({ body: '' }) },
  },
  {
    code: 'REQUEST_AS_BASE64',
    name: 'a form that the function cannot read',
    source: 'docs/aws §2.4',
    api: () => anApi(httpRoutes(['ANY /{proxy+}']), { echo: fails }),
    request: { ...POST, headers: ['Content-Type', 'application/x-www-form-urlencoded'], body: 'a=1' },
    values: { contentType: 'application/x-www-form-urlencoded' },
    because: /is text, but the function got it as base64/,
    change: /Decode the body in the function/,
    not: { request: { ...POST, headers: ['Content-Type', 'application/json'], body: '{}' } },
  },
  {
    code: 'BASE64_FLAG_MISSING',
    name: 'an image of a REST API',
    source: 'docs/aws §2.4',
    api: proxy({ statusCode: 200, headers: { 'Content-Type': 'image/png' }, body: 'iVBORw0KGgo=' }),
    request: { ...ID, headers: ['Accept', 'image/png,*/*'] },
    values: { contentType: 'image/png' },
    because: /isBase64Encoded is not true/,
    change:
      /^Return isBase64Encoded: true from the function, and add image\/png to the binary media types of the API/m,
    not: { api: proxy({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'iVBORw0KGgo=' }) },
  },
  {
    // https://coderapp.vercel.app/answer/73536237
    code: 'TEMPLATE_PRINTS_OBJECT',
    source: 'docs/aws §7.2',
    api: responding("$input.path('$.person')"),
    request: ID,
    values: { path: '$.person' },
    because:
      /\$input\.path\('\$\.person'\), which writes it as Java does: \{first=He, last=Man\}\. That is not JSON\./,
    change: /^In the response template, replace .* with \$input\.json\('\$\.person'\)/m,
    not: { api: responding("$input.json('$.person')") },
  },
  {
    // Within single quotes of YAML, a path in single quotes would end the template.
    code: 'TEMPLATE_PRINTS_OBJECT',
    name: 'a path in double quotes',
    source: 'docs/aws §7.2',
    api: responding('$!{input.path("$.person")}'),
    request: ID,
    values: { path: '$.person' },
    because: /\$!\{input\.path\("\$\.person"\)\}, which writes it as Java does/,
    change: /^In the response template, replace .* with \$!\{input\.json\("\$\.person"\)\}, which/m,
    not: { api: responding('$input.json("$.person")') },
  },
  {
    // https://github.com/ministackorg/ministack/pull/1423
    code: 'DEFAULT_ROUTE_CHOSEN',
    name: 'a greedy variable that serves another method of a resource',
    source: 'docs/aws §2.2',
    api: () =>
      anApi(restRoutes({ 'OPTIONS /orders': {}, 'ANY /{proxy+}': {}, 'OPTIONS /{proxy+}': {} }), {
        echo: () => ({ statusCode: 200, body: '{}' }),
      }),
    request: { target: '/dev/orders' },
    values: { route: 'OPTIONS /orders' },
    because:
      /The route ANY \/\{proxy\+\} handled GET \/orders, because no nearer route has this method\. The nearest route is OPTIONS \/orders:/,
    not: { request: { target: '/dev/pets' } },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    code: 'RESPONSE_PATH_EMPTY',
    source: 'docs/aws §7.2',
    api: responding('{"last": "$input.path(\'$.person.lastName\')"}'),
    request: ID,
    values: { paths: ['$.person.lastName'] },
    because:
      /The response template reads \$\.person\.lastName, which the response of the integration does not have, so its value is empty\. \$\.person has only first, last\./,
    change: /^Write \$\.person\.last instead of \$\.person\.lastName in the response template, and deploy/m,
    not: { api: responding('{"last": "$input.path(\'$.person.last\')"}') },
  },
  {
    code: 'RESPONSE_PATH_EMPTY',
    name: 'a variable of the template',
    source: 'docs/aws §7.2',
    api: responding(
      '#set($who = $input.path(\'$.person\'))\n{"name": "$who.nick", "n": $who.first.length()}',
    ),
    request: ID,
    values: { paths: ['$who.nick'] },
    because:
      /The response template reads \$who\.nick \(\$\.person\.nick\), which.*\$\.person has only first, last\./,
    change: /^Make the integration return \$\.person\.nick, or read a member that it returns/m,
    not: {
      api: responding(
        '#set($who = $input.path(\'$.person\'))\n#if($who.nick != "")$who.nick#end {"name": "$who.first", "nick": "$!who.nick"}',
      ),
    },
  },
  {
    code: 'RESPONSE_MAPPING_EMPTY',
    source: 'docs/aws §7.6',
    api: mapping('integration.response.header.X-Age', 'response'),
    request: ID,
    values: { headers: ['X-Pet'] },
    because:
      /The header X-Pet is mapped from a header X-Age that the response of the integration does not have/,
    change: /^In ResponseParameters of the integration response, map X-Pet/m,
    not: { api: mapping("'fixed'", 'response') },
  },
  {
    code: 'RESPONSE_MAPPING_EMPTY',
    name: 'but not of a header that the response has',
    source: 'docs/aws §7.6',
    api: mapping('integration.response.header.X-Age', 'response'),
    request: ID,
    values: { headers: ['X-Pet'] },
    because: /The header X-Pet is mapped from a header X-Age/,
    not: { api: mapping('integration.response.header.X-Seen', 'response') },
  },
  {
    // The two mappings of a service of the walk, whose header X-Revision was missing without a word.
    code: 'RESPONSE_MAPPING_EMPTY',
    name: 'a member of what a function returns',
    source: 'docs/aws §7.6',
    api: mappingOfFunction('integration.response.body.person.nick'),
    request: ID,
    values: { headers: ['X-Pet'] },
    because:
      /The header X-Pet is mapped from a member of the body that the response of the integration does not/,
    change: /^In ResponseParameters of the integration response, map X-Pet/m,
    not: { api: mappingOfFunction('integration.response.body.person.first') },
  },
  {
    code: 'TEMPLATE_PATH_EMPTY',
    name: 'a variable of the request template',
    source: 'docs/aws §7.2',
    api: rendering('#set($all = $input.path(\'$\'))\n{"name": "$all.title"}'),
    request: { ...POST, body: '{"name": "milk"}' },
    values: { paths: ['$all.title'] },
    because:
      /The request template reads \$all\.title \(\$\.title\), which the body of this request does not have/,
    change: /^Send \$\.title in the body/m,
    not: { request: { ...POST, body: '{"title": "milk"}' } },
  },
];
