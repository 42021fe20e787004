/**
 * The file and line of the rule that decided, or of the code that made the response, for each kind of
 * refusal and for a header that the gateway replaced.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

type Row = {
  readonly kind: string;
  readonly template: string;
  readonly code?: string;
  readonly request?: Parameters<ReturnType<typeof anAdvisedProject>['ask']>[0];
  readonly status: number;
  /** The text of the line that must be named, as in the file. */
  readonly rule: RegExp;
  readonly file?: string;
};

const sam = (events: string, more = '', auth = '', runtime = 'nodejs22.x'): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: ${runtime}
      CodeUri: .
      Handler: index.main
      Events:
        Root: ${events}${auth}
${more}`;

const REST = '{ Type: Api, Properties: { Path: /, Method: GET } }';
const HTTP = '{ Type: HttpApi, Properties: { Path: /, Method: GET } }';
const OF_API = '{ Type: Api, Properties: { Path: /, Method: GET, RestApiId: !Ref Api } }';

const withAuthorizer = (event: string, api: string): string =>
  sam(
    event,
    `  Guard: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: auth.main } }
  Api:
    Type: ${api === 'rest' ? 'AWS::Serverless::Api' : 'AWS::Serverless::HttpApi'}
    Properties:
      ${api === 'rest' ? 'StageName: dev' : ''}
      Auth: { DefaultAuthorizer: own, Authorizers: { own: { FunctionArn: !GetAtt Guard.Arn } } }`,
  );
const SENT = { headers: { authorization: 'a' } };

const ROWS: readonly Row[] = [
  {
    kind: 'an error that a handler throws',
    template: sam(REST),
    code: 'exports.main = async () => {\n  throw new Error("no");\n};',
    status: 502,
    file: 'index.js',
    rule: /throw new Error/,
  },
  {
    kind: 'an error that a handler in Python throws',
    template: sam(REST, '', '', 'python3.12'),
    file: 'index.py',
    code: 'def main(event, context):\n    raise ValueError("no")\n',
    status: 502,
    rule: /raise ValueError/,
  },
  {
    kind: 'a response that is not valid for a proxy',
    template: sam(REST),
    code: 'exports.main = async () => {\n  const body = 1;\n  return {\n    statusCode: 200,\n    body: { a: body },\n  };\n};',
    status: 502,
    file: 'index.js',
    rule: /body: \{/,
  },
  {
    kind: 'a module that is missing',
    template: sam(REST),
    code: "// comment\nconst { S3 } = require('aws-sdk');\nexports.main = async () => new S3();",
    status: 502,
    file: 'index.js',
    rule: /require\('aws-sdk'\)/,
  },
  {
    kind: 'an error status that a handler returns',
    template: sam(HTTP),
    code: 'exports.main = async (event) => {\n  if (event.headers.a) return { statusCode: 200 };\n  return { statusCode: 401, body: "no" };\n};',
    status: 401,
    file: 'index.js',
    rule: /statusCode: 401/,
  },
  {
    kind: 'one of several places with the same status',
    template: sam(HTTP),
    code: 'exports.main = async (event) => {\n  if (event.headers.a) return { statusCode: 403, body: "banned" };\n  return { statusCode: 403, body: "no role" };\n};',
    status: 403,
    file: 'index.js',
    rule: /no role/,
  },
  {
    kind: 'an error that an authorizer throws',
    template: withAuthorizer(OF_API, 'rest'),
    code: 'exports.main = async (event) => {\n  return event.nothing.at;\n};',
    request: SENT,
    status: 500,
    file: 'auth.js',
    rule: /event\.nothing/,
  },
  {
    kind: 'a value of the context of an authorizer',
    template: withAuthorizer(OF_API, 'rest'),
    code: `exports.main = async (event) => ({
  principalId: 'a',
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn }] },
  context: {
    roles: ['a'],
  },
});`,
    request: SENT,
    status: 500,
    file: 'auth.js',
    rule: /roles:/,
  },
  {
    // https://github.com/dherault/serverless-offline/pull/1376
    kind: 'a value of the context of an authorizer, although other values have its name',
    template: withAuthorizer(OF_API, 'rest'),
    code: `const users = { a: { roles: ['x'] } };
exports.main = async (event) => ({
  principalId: 'a',
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn }] },
  context: {
    roles: users.a.roles,
  },
});`,
    request: SENT,
    status: 500,
    file: 'auth.js',
    rule: /roles: users\.a/,
  },
  {
    // https://github.com/amazon-archives/realworld-serverless-application/pull/11
    kind: 'the API whose own error has no CORS header',
    template: withAuthorizer(OF_API, 'rest'),
    request: { headers: { authorization: 'a', origin: 'https://shop.example' } },
    status: 500,
    rule: /^ {2}Api:|Type: AWS::Serverless::Api/,
  },
  {
    kind: 'the API that has no binary media types',
    template: sam(OF_API, '  Api: { Type: AWS::Serverless::Api, Properties: { StageName: dev } }'),
    code: "exports.main = async () => ({ statusCode: 200, headers: { 'content-type': 'image/png' }, isBase64Encoded: true, body: 'iVBORw0KGgo=' });",
    status: 200,
    rule: /^ {2}Api:/,
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    kind: 'a function for which no concurrency is left',
    template: sam(REST).replace('CodeUri: .', 'CodeUri: .\n      ReservedConcurrentExecutions: 0'),
    code: 'exports.main = async () => ({ statusCode: 200 });',
    status: 500,
    rule: /ReservedConcurrentExecutions/,
  },
  {
    kind: 'an authorizer that throws Unauthorized',
    template: withAuthorizer(OF_API, 'rest'),
    code: "exports.main = async (event) => {\n  throw new Error('Unauthorized');\n};",
    request: SENT,
    status: 401,
    file: 'auth.js',
    rule: /Unauthorized/,
  },
  {
    kind: 'a policy of an authorizer that denies',
    template: withAuthorizer(OF_API, 'rest'),
    code: `exports.main = async (event) => ({
  principalId: 'a',
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: '*' }] },
});`,
    request: SENT,
    status: 403,
    file: 'auth.js',
    rule: /Deny/,
  },
  {
    kind: 'a resource policy that denies',
    template: sam(
      OF_API,
      `  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      Auth:
        ResourcePolicy:
          CustomStatements:
            - { Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }
            - { Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*/GET/*' }`,
    ),
    code: 'exports.main = async () => ({ statusCode: 200 });',
    status: 403,
    rule: /Effect: Deny.*GET/,
  },
  {
    kind: 'a rule of a web ACL',
    template: sam(
      OF_API,
      `  Api: { Type: AWS::Serverless::Api, Properties: { StageName: dev } }
  Acl:
    Type: AWS::WAFv2::WebACL
    Properties:
      Name: shield
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: a }
      Rules:
        - Name: no-robots
          Priority: 1
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: b }
          Statement: { ByteMatchStatement: { SearchString: robot, FieldToMatch: { SingleHeader: { Name: x-kind } }, PositionalConstraint: EXACTLY, TextTransformations: [{ Priority: 0, Type: NONE }] } }
  Link:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: { WebACLArn: !GetAtt Acl.Arn, ResourceArn: !Sub 'arn:aws:apigateway:\${AWS::Region}::/restapis/\${Api}/stages/dev' }`,
    ),
    code: 'exports.main = async () => ({ statusCode: 200 });',
    request: { headers: { 'x-kind': 'robot' } },
    status: 403,
    rule: /SearchString: robot/,
  },
  {
    kind: 'the CORS configuration that replaces headers of a handler',
    template: sam(
      '{ Type: HttpApi, Properties: { Path: /, Method: GET, ApiId: !Ref Api } }',
      `  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: { AllowOrigins: ['https://shop.example'] }`,
    ),
    code: "exports.main = async () => ({ statusCode: 200, headers: { 'access-control-allow-origin': '*' }, body: '{}' });",
    request: { headers: { origin: 'https://other.example' } },
    status: 200,
    rule: /CorsConfiguration/,
  },
];

describe('the place of what decided', () => {
  for (const { kind, template, code = '', request, status, rule, file = 'template.yaml' } of ROWS)
    it(`is named with file and line: ${kind}`, async () => {
      const main = file.startsWith('index.')
        ? { [file]: code }
        : { 'index.js': 'exports.main = async () => ({ statusCode: 200 });', 'auth.js': code };
      const own = file === 'template.yaml' ? { 'index.js': code } : main;
      using project = anAdvisedProject('template.yaml', { 'template.yaml': template, ...own });

      const asked = await project.ask(request);

      const story = [...asked.sentences, ...asked.changes].join('\n');
      assert.equal(asked.status, status, story);
      const [places = ''] = asked.sentences.filter((text) => text.startsWith('Defined at: '));
      const lines = project.read(file).split('\n');
      const named = [...places.matchAll(/(\S+):(\d+)/g)]
        .filter(([, name = '']) => basename(name) === file)
        .map(([, , line]) => lines[Number(line) - 1] ?? '');
      assert.ok(
        named.some((line) => rule.test(line)),
        `${places}\n${story}`,
      );
    });
});
