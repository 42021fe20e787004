/** Responses of functions that AWS would surround with a network, a freeze or an error page that this machine lacks. */
import { http, proxy } from './surprise-rows.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { SurpriseRow } from './surprise-rows.ts';

const source = 'docs/aws §8.2';
const api = http({ statusCode: 200, body: 'ok' });
const request = { target: '/1' };
const CALLS_DYNAMODB =
  "const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');\nexports.main = async () => ({ statusCode: 200, body: 'ok' });";
const async = (...lines: readonly string[]): string =>
  ['async function mail() {}', 'exports.main = async () => {', ...lines, '};'].join('\n');

/** A distribution whose default behavior sends requests to the API of the rows. */
const behindEdge = (
  behavior: JsonObject,
  more: Readonly<Record<string, TestResource>> = {},
): Readonly<Record<string, TestResource>> => ({
  Cdn: {
    type: 'AWS::CloudFront::Distribution',
    properties: {
      DistributionConfig: {
        Origins: [{ Id: 'api', DomainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com' }],
        DefaultCacheBehavior: { TargetOriginId: 'api', ...behavior },
      },
    },
  },
  ...more,
});
const cachePolicy = (query: JsonObject): Readonly<Record<string, TestResource>> => ({
  Policy: {
    type: 'AWS::CloudFront::CachePolicy',
    id: 'policy',
    properties: {
      CachePolicyConfig: { ParametersInCacheKeyAndForwardedToOrigin: { QueryStringsConfig: query } },
    },
  },
});

const OF_OTHER_VPC: Readonly<Record<string, TestResource>> = {
  Echo: {
    type: 'AWS::Lambda::Function',
    id: 'echo',
    properties: { VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } },
  },
  Subnet: { type: 'AWS::EC2::Subnet', id: 'subnet-1', properties: { VpcId: 'vpc-1' } },
};
const ENCLOSED: Readonly<Record<string, TestResource>> = {
  ...OF_OTHER_VPC,
  Vpc: { type: 'AWS::EC2::VPC', id: 'vpc-1', properties: {} },
};

export const LAMBDA: readonly SurpriseRow[] = [
  {
    // https://github.com/awslabs/aws-lambda-redshift-loader/issues/150
    code: 'VPC_WITHOUT_WAY_OUT',
    source,
    api,
    request,
    handler: CALLS_DYNAMODB,
    resources: ENCLOSED,
    values: { function: 'echo' },
    because:
      /runs in a VPC .* none of its subnets has a route to a NAT gateway.*Calls by the library that src\/index\.js:1 loads reach nothing on AWS/,
    change: /^Give the VPC an AWS::EC2::VPCEndpoint for each AWS service/m,
    not: { handler: "exports.main = async () => ({ statusCode: 200, body: 'ok' });" },
  },
  {
    // https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
    code: 'VPC_WITHOUT_WAY_OUT',
    name: 'of the stack itself: another VPC may have endpoints and a main route table',
    source,
    api,
    request,
    handler: CALLS_DYNAMODB,
    resources: ENCLOSED,
    values: { function: 'echo' },
    because:
      /runs in a VPC .* none of its subnets has a route to a NAT gateway.*Calls by the library that src\/index\.js:1 loads reach nothing on AWS/,
    change: /^Give the VPC an AWS::EC2::VPCEndpoint for each AWS service/m,
    not: { resources: OF_OTHER_VPC },
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    code: 'WORK_AFTER_RESPONSE',
    source,
    api,
    request,
    handler: async('  mail();', "  return { statusCode: 200, body: 'ok' };"),
    values: { place: 'src/index.js:3' },
    because: /src\/index\.js:3 calls mail\(…\) and does not await it\. Lambda freezes the process/,
    change: /^Write await before mail\(…\) at src\/index\.js:3/m,
    not: { handler: async('  await mail();', "  return { statusCode: 200, body: 'ok' };") },
  },
  {
    // https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/introduction/
    code: 'WORK_AFTER_RESPONSE',
    name: 'a command of the SDK, but no reply of a web framework',
    source,
    api,
    request,
    handler: async('  client.send(new PutCommand({}));', "  return { statusCode: 200, body: 'ok' };"),
    values: { place: 'src/index.js:3' },
    because: /src\/index\.js:3 calls client\.send\(…\) and does not await it/,
    change: /^Write await before client\.send\(…\)/m,
    not: {
      handler:
        "app.get('/', (req, res) => {\n  res.json({ ok: true });\n});\napp.get('/text', (req, res) => {\n  res.send('ok');\n});\nexports.main = wrap(app);",
    },
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html (callbackWaitsForEmptyEventLoop)
    code: 'WORK_AFTER_RESPONSE',
    name: 'an async handler, but no handler with a callback, whose work Lambda waits for',
    source,
    api,
    request,
    handler: async('  mail();', "  return { statusCode: 200, body: 'ok' };"),
    values: { place: 'src/index.js:3' },
    because: /src\/index\.js:3 calls mail\(…\) and does not await it/,
    change: /^Write await before mail\(…\)/m,
    not: {
      handler:
        'async function mail() {}\nexports.main = (event, context, callback) => {\n  mail();\n  setTimeout(mail, 10);\n  callback(null, {});\n};',
    },
  },
  {
    code: 'WORK_AFTER_RESPONSE',
    name: 'a timer',
    source,
    api,
    request,
    handler: async('  setTimeout(mail, 10);', "  return { statusCode: 200, body: 'ok' };"),
    values: { place: 'src/index.js:3' },
    because: /src\/index\.js:3 starts a timer that nothing awaits/,
    change: /^At src\/index\.js:3, await a promise that the timer resolves/m,
    not: {
      handler: async('  await new Promise((resolve) =>', '    setTimeout(resolve, 10));', '  return {};'),
    },
  },
  {
    // https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise/all
    code: 'WORK_AFTER_RESPONSE',
    name: 'Promise.all in a handler that refused',
    source,
    api: http({ statusCode: 409, body: 'no' }),
    request,
    handler: async('  try {\n    await Promise.all([check(), mail()]);\n  } catch {}', '  return {};'),
    values: { place: 'src/index.js:4' },
    because: /src\/index\.js:4 uses Promise\.all, which rejects as soon as one/,
    change:
      /^At src\/index\.js:4, use Promise\.allSettled, and then throw the reason of the first promise that was rejected, so that the work has ended/m,
    not: { api },
  },
  ...(
    [
      ['a call when the module is loaded', 'mail();'],
      ['a method', 'const app = {\n  fetch(request) {\n    return request;\n  },\n};'],
      ['a promise that is chained', 'const run = () => {\n  mail()\n    .then(log);\n};'],
      [
        'a timer that aborts a request',
        'const run = () => {\n  setTimeout(() => controller.abort(), 10);\n};',
      ],
      [
        'Promise.all whose rejection fails the function',
        'const run = () => {\n  return Promise.all([mail()]);\n};',
      ],
    ] as const
  ).map<SurpriseRow>(([name, code]) => ({
    code: 'WORK_AFTER_RESPONSE',
    name: `a call that is not awaited, but not ${name}`,
    source,
    api,
    request,
    handler: async('  mail();', "  return { statusCode: 200, body: 'ok' };"),
    values: { place: 'src/index.js:3' },
    because: /src\/index\.js:3 calls mail/,
    change: /^Write await before mail/m,
    not: {
      api: http({ statusCode: 409, body: 'no' }),
      handler: `async function mail() {}\n${code}\nexports.main = async () => ({});`,
    },
  })),
  {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    code: 'BUCKET_POLICY_DENIES',
    source,
    api,
    request,
    handler:
      "const { S3Client } = require('@aws-sdk/client-s3');\nexports.main = async () => ({ statusCode: 200, body: 'vault' });",
    resources: {
      Guard: {
        type: 'AWS::S3::BucketPolicy',
        properties: {
          Bucket: 'vault',
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Deny',
                Action: 's3:PutObject',
                Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
              },
            ],
          },
        },
      },
    },
    values: { bucket: 'vault' },
    because:
      /The bucket vault has a policy .* that denies s3:PutObject if .*does not evaluate bucket policies/,
    change:
      /^If src\/index\.js, or a module that it loads, calls s3:PutObject, change these calls so that they do not meet the condition/m,
    not: { handler: "const { S3Client } = require('@aws-sdk/client-s3');\nexports.main = async () => 1;" },
  },
  {
    // https://github.com/aws-samples/sample-collaborative-ai-dlc/issues/186
    code: 'ERROR_PAGE_REPLACES',
    source: 'docs/aws §21.2',
    api: proxy({ statusCode: 403, body: '{}' }),
    request: { target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one'] },
    resources: {
      Cdn: {
        type: 'AWS::CloudFront::Distribution',
        properties: {
          DistributionConfig: {
            Origins: [{ Id: 'api', DomainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com' }],
            CustomErrorResponses: [{ ErrorCode: 403, ResponseCode: 200, ResponsePagePath: '/index.html' }],
          },
        },
      },
    },
    values: { page: '/index.html', responseCode: '200' },
    because: /CloudFront replaces every 403 response with \/index\.html and the status 200/,
    change: /^Remove the entry for 403/m,
    not: { api: proxy({ statusCode: 404, body: '{}' }) },
  },
  {
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/QueryStringParameters.html
    code: 'NOT_FORWARDED_BY_EDGE',
    name: 'a query parameter, by a cache policy',
    source: 'docs/aws §21.1',
    api: proxy({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'all' }),
    request: { target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one'] },
    handler:
      'def handler(event, context):\n    query = event.get("queryStringParameters") or {}\n    limit = int(query.get("limit", 10))',
    resources: behindEdge({ CachePolicyId: 'policy' }, cachePolicy({ QueryStringBehavior: 'none' })),
    values: { names: ['limit'], place: /^template\.json:\d+$/ },
    because:
      /default cache behavior does not forward the query parameter limit: QueryStringBehavior of the cache policy is none \(template\.json:\d+\)\. The function reads it at src\/index\.js:3/,
    change:
      /have CloudFront forward it: in the cache policy \w+ \(template\.json:\d+\), add limit to QueryStrings, with QueryStringBehavior: whitelist\. /,
    not: { request: { target: '/dev/1?limit=1', headers: ['X-Amz-Cf-Id', 'one'] } },
  },
  {
    // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyQueryStringsConfig.html
    code: 'NOT_FORWARDED_BY_EDGE',
    name: 'a query parameter that a cache policy excludes',
    source: 'docs/aws §21.1',
    api: proxy({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'all' }),
    request: { target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one'] },
    handler: 'exports.handler = async (event) => event.queryStringParameters?.limit;',
    resources: behindEdge(
      { CachePolicyId: 'policy' },
      cachePolicy({ QueryStringBehavior: 'allExcept', QueryStrings: ['limit'] }),
    ),
    values: { names: ['limit'] },
    because: /does not forward the query parameter limit: /,
    change:
      /have CloudFront forward it: in the cache policy \w+ \(template\.json:\d+\), set QueryStringBehavior: all and remove QueryStrings, which excludes limit\./,
    not: { handler: 'exports.handler = async (event) => event.queryStringParameters?.page;' },
  },
  {
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
    code: 'NOT_FORWARDED_BY_EDGE',
    name: 'a query parameter, by a cache policy that AWS manages',
    source: 'docs/aws §21.1',
    api: proxy({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'all' }),
    request: { target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one'] },
    handler: 'exports.handler = async (event) => search(event.queryStringParameters?.q);',
    resources: behindEdge({ CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6' }),
    values: { names: ['q'], place: /^template\.json:\d+$/ },
    because:
      /does not forward the query parameter q: the managed cache policy CachingOptimized has no query parameters, and the behavior has no OriginRequestPolicyId/,
    change:
      /Also replace the cache policy CachingOptimized, whose cache key does not contain it, by .*\(CachingDisabled\)\. To cache each value separately, use instead only a cache policy of your own/,
    not: { request: { target: '/dev/1?q=tea', headers: ['X-Amz-Cf-Id', 'one'] } },
  },
  {
    code: 'NOT_FORWARDED_BY_EDGE',
    name: 'and not by a request policy that AWS manages',
    source: 'docs/aws §21.1',
    api: proxy({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'all' }),
    request: { target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one'] },
    handler: 'exports.handler = async (event) => [event.queryStringParameters?.q, event.headers["x-own"]];',
    resources: behindEdge({
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'acba4595-bd28-49b8-b9fe-13317c0390fa',
    }),
    values: { names: ['q', 'x-own'] },
    because:
      /the managed origin request policy UserAgentRefererHeaders has no query parameters .* and the managed origin request policy UserAgentRefererHeaders has only headers user-agent, referer/i,
    change: /replace acba4595-bd28-49b8-b9fe-13317c0390fa by b689b0a8/,
    not: {
      handler: 'exports.handler = async (event) => event.headers["user-agent"];',
    },
  },
  {
    code: 'NOT_FORWARDED_BY_EDGE',
    name: 'but a list has the parameter',
    source: 'docs/aws §21.1',
    api: proxy({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'all' }),
    request: { target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one'] },
    handler:
      'exports.handler = async (event) => {\n  const { page, limit = 10 } = event.queryStringParameters ?? {};\n};',
    resources: behindEdge(
      { CachePolicyId: 'policy' },
      cachePolicy({ QueryStringBehavior: 'whitelist', QueryStrings: ['page'] }),
    ),
    values: { names: ['limit'] },
    because:
      /does not forward the query parameter limit: QueryStringBehavior of the cache policy is whitelist/,
    not: {
      handler:
        'exports.handler = async (event) => {\n  const { page } = event.queryStringParameters ?? {};\n};',
    },
  },
  {
    code: 'NOT_FORWARDED_BY_EDGE',
    name: 'cookies, by ForwardedValues',
    source: 'docs/aws §21.1',
    api: http({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'all' }),
    request: { target: '/1', headers: ['X-Amz-Cf-Id', 'one'] },
    handler: 'exports.handler = async (event) => (event.cookies ?? []).length;',
    resources: behindEdge({ ForwardedValues: { QueryString: true } }),
    values: { names: ['cookie'] },
    because: /does not forward the cookies: Forward of Cookies is none/,
    // The behavior forwards all headers but a few, and CloudFormation ignores ForwardedValues beside a policy.
    change:
      /set Forward: all in Cookies of ForwardedValues in the default cache behavior \(template\.json:1\)\. Of cookies, CloudFront forwards only what ForwardedValues names\. Or remove ForwardedValues, and set CachePolicyId: [^;]*; beside a CachePolicyId, ForwardedValues has no effect\.$/m,
    not: { request: { target: '/1', headers: ['X-Amz-Cf-Id', 'one', 'Cookie', 'a=b'] } },
  },
];
