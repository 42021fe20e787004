/** Questions about functions, authorizers and the addresses of an API, with the page of AWS that names the cause. */
import { OK, OPEN, rest } from './deciding-rows.ts';
import type { AdvisedProject } from '../../../../support/an-advised-project.ts';

export type AskedRow = {
  /** A page of AWS. Pages of the knowledge center are at https://repost.aws/knowledge-center/. */
  readonly source: string;
  readonly cause: string;
  /** The line that decides may end with `# here`. */
  readonly template: string;
  readonly code: string;
  readonly auth?: string;
  readonly request?: Parameters<AdvisedProject['ask']>[0];
  readonly status: number;
  readonly because: RegExp;
  readonly change: RegExp;
};

/** An API of SAM with a function at GET /pets. */
const sam = (api: string, more = ''): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.handler
      Events: { Pets: { Type: Api, Properties: { Path: /pets, Method: GET, RestApiId: !Ref Api } } }
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
${api}${more}`;
const GUARD = `
  Guard: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: auth.handler } }`;
const KEYED = `
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Value: key-of-a-customer-123 } }
  Test: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: test } }
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages: [{ ApiId: !Ref Api, Stage: !Ref Stage }, { ApiId: !Ref Api, Stage: !Ref Test }]
      Quota: { Limit: 1, Period: DAY } # here
  Link: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan } }`;
/** The time of a signature, as a client writes it that takes its local time for UTC. */
const timeInZone = (hours: number): string =>
  new Date(Date.now() + hours * 3_600_000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
const signedAt = (time: string): Readonly<Record<string, string>> => ({
  'X-Amz-Date': time,
  Authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/${time.slice(0, 8)}/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
});
const PETS = { path: '/pets' };

export const ASKED_OF_FUNCTIONS: readonly AskedRow[] = [
  {
    source: 'malformed-502-api-gateway',
    cause: 'a promise that nobody awaits is rejected',
    template: rest(OPEN),
    code: 'exports.handler = async () => {\n  Promise.reject(new Error("late"));\n  await new Promise((end) => setTimeout(end, 50));\n  return { statusCode: 200 };\n};',
    status: 502,
    because: /UnhandledPromiseRejection: Error: late[^]*its code \S*index\.js:2\b/,
    change: /^Fix the function at \S*index\.js:2/m,
  },
  {
    source: 'malformed-502-api-gateway',
    cause: 'the function ends its process',
    template: rest(OPEN),
    code: 'exports.handler = async () => {\n  process.exit(1);\n};',
    status: 502,
    because: /Runtime exited with error: exit status 1[^]*its code \S*index\.js:2\b/,
    change: /return instead of ending its process/,
  },
  {
    source: 'api-gateway-401-error-lambda-authorizer',
    cause: 'the header of the token is empty',
    template: sam(
      `      Auth:
        DefaultAuthorizer: Own
        Authorizers:
          Own: { FunctionPayloadType: REQUEST, FunctionArn: !GetAtt Guard.Arn, Identity: { Headers: [X-Token] } }`,
      GUARD,
    ),
    code: OK,
    request: { ...PETS, headers: { 'X-Token': '' } },
    status: 401,
    because: /reads the caller from header X-Token, which is empty in the request/,
    change: /^Send header X-Token with a credential/m,
  },
  {
    source: 'api-gateway-403-error-lambda-authorizer',
    cause: 'a list of SAM’s resource policy denies the address',
    template: sam('      Auth: { ResourcePolicy: { IpRangeBlacklist: [127.0.0.0/8] } }'),
    code: OK,
    request: PETS,
    status: 403,
    because: /has Effect Deny where aws:SourceIp is 127\.0\.0\.1/,
    change:
      /^Remove the range that contains 127\.0\.0\.1 from IpRangeBlacklist in Auth\.ResourcePolicy of Api \(template\.yaml\)/m,
  },
  {
    source: 'api-gateway-troubleshoot-403-forbidden',
    cause: 'a private API is called from elsewhere',
    template: sam(`      EndpointConfiguration: { Type: PRIVATE } # here
      Auth:
        ResourcePolicy:
          CustomStatements: [{ Effect: Allow, Principal: '*', Action: execute-api:Invoke, Resource: 'execute-api:/*' }]`),
    code: OK,
    request: PETS,
    status: 200,
    because: /The API is private .* On AWS, only callers in a VPC with an interface endpoint for execute-api/,
    change: /set EndpointConfiguration: \{ Type: REGIONAL \}/,
  },
  {
    source: 'api-gateway-lambda-stage-variable-500',
    cause: 'the stage variable names a function that does not exist',
    template: rest(OPEN)
      .replace('${Fn.Arn}', 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.fn}')
      .replace('StageName: dev }', 'StageName: dev, Variables: { fn: fnn } } # here'),
    code: OK,
    status: 500,
    because: /Function not found: fnn/,
    change:
      /or correct the value of the stage variable fn, from which the Uri of the integration gets this name/,
  },
  {
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html',
    cause: 'a gateway response for another type than that of a path without a route',
    template: sam(`      GatewayResponses:
        RESOURCE_NOT_FOUND: # here
          StatusCode: 404`),
    code: OK,
    request: { path: '/pet' },
    status: 403,
    because:
      /RESOURCE_NOT_FOUND \(template\.yaml:\d+\) does not apply to this reply: .* gets MISSING_AUTHENTICATION_TOKEN/,
    change: /write MISSING_AUTHENTICATION_TOKEN in place of RESOURCE_NOT_FOUND/,
  },
  {
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html',
    cause: 'one quota for all stages of a usage plan',
    template: rest(`${OPEN}\n      ApiKeyRequired: true`, KEYED),
    code: OK,
    request: { headers: { 'x-api-key': 'key-of-a-customer-123' }, times: 2 },
    status: 429,
    because: /The plan has the stages dev and test, and a key has one quota for all stages of its plan/,
    change: /give each a usage plan and an API key of its own/,
  },
  {
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html',
    cause: 'a signature with the local time of the client',
    template: rest('      AuthorizationType: AWS_IAM'),
    code: OK,
    request: {
      // Signed when the request is sent, because a run of many tests may load this file minutes before.
      get headers() {
        return signedAt(timeInZone(-5));
      },
    },
    status: 403,
    because: /The time of the signature is 5 hours behind the time of the gateway, to the minute/,
    change: /^Write X-Amz-Date, and the date in the credential scope, in UTC/m,
  },
  {
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html',
    cause: 'a binary media type makes the body of a request base64',
    template: sam('      BinaryMediaTypes:\n        - application~1json # here').replace(
      'Method: GET',
      'Method: POST',
    ),
    code: 'exports.handler = async (event) => ({ statusCode: 200, body: JSON.parse(event.body).name });',
    request: {
      ...PETS,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"a"}',
    },
    status: 502,
    because: /but the function got it as base64/,
    change: /^Decode the body in the function/m,
  },
  {
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
    cause: 'an async handler that responds with its callback',
    template: rest(OPEN).replace('nodejs22.x', 'nodejs20.x'),
    code: 'exports.handler = async (event, context, callback) => {\n  setTimeout(() => {\n    callback(null, { statusCode: 200 });\n  }, 50);\n};',
    status: 502,
    because: /The handler is async, so it ended .* before the callback at \S*index\.js:3 was called/,
    change: /^Remove async from the handler/m,
  },
  {
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
    cause: 'a handler that calls its callback on one path only',
    template: rest(OPEN).replace('nodejs22.x', 'nodejs20.x'),
    code: 'exports.handler = (event, context, callback) => {\n  if (event.queryStringParameters) callback(null, { statusCode: 200 });\n};',
    status: 502,
    because: /The handler ended without a call of its callback \(\S*index\.js:2\)/,
    change: /^Call callback\(null, \{ statusCode, headers, body \}\) on every path/m,
  },
];
