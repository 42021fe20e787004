/**
 * A role with which API Gateway cannot call is explained, the advice is written into the template, and the request
 * passes (docs/aws §8: Miserlou/Zappa#479, terraform-aws-modules/terraform-aws-apigateway-v2#87,
 * aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws#479).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addItem, advisedText, anAdvisedProject } from '../../../../support/an-advised-project.ts';

const HANDLER = `
exports.main = async () => ({ statusCode: 200, body: 'ok' });
exports.guard = async () => ({
  principalId: 'alice',
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }] },
});`;

const INVOKE = 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${NAME.Arn}/invocations';
const uriOf = (name: string): string => `!Sub '${INVOKE.replace('NAME', name)}'`;

type Stack = { readonly trusted: string; readonly rights: string; readonly api: string };

/** A role named `Caller` that trusts one service, and an API that calls with it. */
const template = ({ trusted, rights, api }: Stack): string => `
Resources:
  Mail: { Type: AWS::SQS::Queue }
  Caller:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: { Service: ${trusted} }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - ${rights}
  FunctionRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  Main:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: ., Handler: index.main, Role: !GetAtt FunctionRole.Arn }
  Guard:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: ., Handler: index.guard, Role: !GetAtt FunctionRole.Arn }
${api}`;

const rest = (integration: string, more = 'AuthorizationType: NONE'): string => `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      ${more}
      MethodResponses: [{ StatusCode: '200' }]
      Integration: ${integration}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: { RestApiId: !Ref Api } }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev }`;

const TO_QUEUE = rest(
  `{ Type: AWS, IntegrationHttpMethod: POST, Credentials: !GetAtt Caller.Arn, Uri: !Sub 'arn:aws:apigateway:\${AWS::Region}:sqs:path/\${AWS::AccountId}/\${Mail.QueueName}', RequestParameters: { integration.request.header.Content-Type: "'application/x-www-form-urlencoded'" }, RequestTemplates: { application/json: 'Action=SendMessage&MessageBody=hello' }, IntegrationResponses: [{ StatusCode: '200' }] }`,
);
const TO_FUNCTION = rest(
  `{ Type: AWS_PROXY, IntegrationHttpMethod: POST, Credentials: !GetAtt Caller.Arn, Uri: ${uriOf('Main')} }`,
);
const GUARDED = `${rest(
  "{ Type: MOCK, RequestTemplates: { application/json: '{\"statusCode\": 200}' }, IntegrationResponses: [{ StatusCode: '200' }] }",
  'AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Door',
)}
  Door:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: door
      Type: TOKEN
      IdentitySource: method.request.header.Authorization
      AuthorizerUri: ${uriOf('Guard')}
      AuthorizerCredentials: !GetAtt Caller.Arn`;
const SUBTYPE = `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: SQS-SendMessage
      PayloadFormatVersion: '1.0'
      CredentialsArn: !GetAtt Caller.Arn
      RequestParameters: { QueueUrl: !Ref Mail, MessageBody: hello }
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: GET /, Target: !Sub 'integrations/\${Integration}' }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }`;

const SEND = '{ Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Mail.Arn }';
const INVOKE_ALL = "{ Effect: Allow, Action: lambda:InvokeFunction, Resource: '*' }";
const GATEWAY = 'apigateway.amazonaws.com';

const ROWS: readonly (readonly [name: string, stack: Stack, body: string, key: string, because: RegExp])[] = [
  [
    'a REST integration of a service',
    { trusted: 'lambda.amazonaws.com', rights: SEND, api: TO_QUEUE },
    '{"message": "Internal server error"}',
    'AssumeRolePolicyDocument',
    /cannot assume the role \S+ of the integration/,
  ],
  [
    'a REST integration of a function',
    { trusted: 'lambda.amazonaws.com', rights: INVOKE_ALL, api: TO_FUNCTION },
    '{"message": "Internal server error"}',
    'AssumeRolePolicyDocument',
    /cannot assume the role \S+ of the integration/,
  ],
  [
    'a REST authorizer',
    { trusted: 'lambda.amazonaws.com', rights: INVOKE_ALL, api: GUARDED },
    '{"message":null}',
    'AssumeRolePolicyDocument',
    /cannot assume the role \S+ of authorizer door/,
  ],
  [
    'an integration of an HTTP API',
    { trusted: 'lambda.amazonaws.com', rights: SEND, api: SUBTYPE },
    '{"message":"Internal Server Error"}',
    'AssumeRolePolicyDocument',
    /cannot assume the role \S+ of the integration/,
  ],
  [
    'a role that may not invoke the function',
    { trusted: GATEWAY, rights: SEND, api: TO_FUNCTION },
    '{"message": "Internal server error"}',
    'PolicyDocument',
    /an AWS::Lambda::Permission has no effect/,
  ],
  [
    'a role that may not invoke the authorizer',
    { trusted: GATEWAY, rights: SEND, api: GUARDED },
    '{"message":null}',
    'PolicyDocument',
    /an AWS::Lambda::Permission has no effect/,
  ],
];

/** Adds the condition to the first statement that lets a service assume a role, which is the one of `Caller`. */
const withCondition = (text: string, condition: string): string =>
  text.replace('Action: sts:AssumeRole }', `Action: sts:AssumeRole, Condition: ${condition} }`);

describe('a role with which API Gateway cannot call', () => {
  for (const [name, stack, body, key, because] of ROWS)
    it(`is refused, and the advice helps: ${name}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': template(stack),
        'index.js': HANDLER,
      });
      const request = { path: '/', headers: { Authorization: 'token' } };
      const refused = await project.ask(request);

      assert.equal(refused.status, 500, refused.body);
      assert.equal(refused.body, body);
      assert.match(refused.sentences.join('\n'), because);
      assert.equal(refused.changes.length, 1, refused.changes.join('\n'));
      const text = advisedText(refused.changes, /^Add to /);
      const yaml = project.read('template.yaml');
      const lines = yaml.split('\n');
      const caller = lines.findIndex((line) => line === '  Caller:');
      const document = lines.findIndex((line, index) => index > caller && line.trim() === `${key}:`);
      const list = lines.findIndex((line, index) => index > document && line.trim() === 'Statement:');
      project.write('template.yaml', addItem(yaml, list + 1, text));

      const passed = await project.ask(request);
      assert.equal(passed.status, 200, passed.sentences.join('\n'));
    });

  for (const [name, api] of [
    ['an integration of a service', TO_QUEUE],
    ['an integration of a function', TO_FUNCTION],
    ['an authorizer', GUARDED],
    ['an integration of an HTTP API', SUBTYPE],
  ] as const)
    it(`is told to lose its condition on aws:SourceAccount: ${name}`, async () => {
      const rights = api === TO_QUEUE || api === SUBTYPE ? SEND : INVOKE_ALL;
      const open = template({ trusted: GATEWAY, rights, api });
      const asking = withCondition(open, '{ StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }');
      using project = anAdvisedProject('template.yaml', { 'template.yaml': asking, 'index.js': HANDLER });
      const request = { path: '/', headers: { Authorization: 'token' } };
      const refused = await project.ask(request);
      assert.equal(refused.status, 500, refused.body);
      assert.match(refused.sentences.join('\n'), /has a condition on aws:SourceAccount/);
      assert.doesNotMatch(refused.sentences.join('\n'), /does not name/);
      assert.deepEqual(refused.changes, [
        'Remove the condition on aws:SourceAccount from AssumeRolePolicyDocument.Statement.0 of the role Caller (template.yaml:10).',
      ]);
      project.write('template.yaml', open);
      assert.equal((await project.ask(request)).status, 200);
    });

  for (const [condition, why] of [
    ['{ StringEqualsIfExists: { aws:SourceAccount: !Ref AWS::AccountId } }', 'is met without the key'],
    ["{ StringNotEquals: { aws:SourceAccount: '210987654321' } }", 'is met without the key'],
    ["{ ArnLike: { aws:SourceArn: 'arn:aws:execute-api:*:*:*' } }", 'is not evaluated (docs/aws §8)'],
  ] as const)
    it(`may be assumed if its condition ${why}: ${condition}`, async () => {
      const open = template({ trusted: GATEWAY, rights: SEND, api: TO_QUEUE });
      const text = withCondition(open, condition);
      using project = anAdvisedProject('template.yaml', { 'template.yaml': text, 'index.js': HANDLER });
      assert.equal((await project.ask({ path: '/' })).status, 200);
    });

  it('is not explained for a role whose trust policy names everybody, or that no loaded stack has', async () => {
    const open = template({ trusted: 'lambda.amazonaws.com', rights: SEND, api: TO_QUEUE }).replace(
      'Principal: { Service: lambda.amazonaws.com }',
      "Principal: '*'",
    );
    const elsewhere = template({
      trusted: 'lambda.amazonaws.com',
      rights: SEND,
      api: TO_QUEUE.replace('!GetAtt Caller.Arn', 'arn:aws:iam::123456789012:role/elsewhere'),
    });
    for (const text of [open, elsewhere]) {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': text, 'index.js': HANDLER });
      assert.equal((await project.ask({ path: '/' })).status, 200);
    }
  });
});
