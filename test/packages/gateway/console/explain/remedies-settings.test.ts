/**
 * Refusals by a setting of a REST API: the value that decides is named, and the request passes once exactly that is
 * changed (docs/aws §4.1, §4.2, §4.3, §4.4, §5.3, §6).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const KEY = 'abcdefghij0123456789abcdefghij';
const HANDLER = `exports.main = async () => ({ statusCode: 200, body: 'ok' });`;
const MAIN =
  "!Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Main.Arn}/invocations'";
const GUARD = MAIN.replace('Main', 'Guard');

type Parts = { readonly api?: string; readonly method?: string; readonly more?: string };

const template = ({ api = '', method = '', more = '' }: Parts): string => `
Resources:
  Main:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: ., Handler: index.main, Role: arn:aws:iam::123456789012:role/main }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Main, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop${api} } }
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      Integration: { Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: ${MAIN} }
      ${method}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: { RestApiId: !Ref Api } }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev }
${more}`;

const KEYED = (key: string, stages: string): string => `
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Name: alice, Value: ${KEY}${key} } }
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    DependsOn: Stage
    Properties: { UsagePlanName: free, ApiStages: [${stages}] }
  Link:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan }`;
const DEV = '{ ApiId: !Ref Api, Stage: dev }';
/** A plan of the stage, and a key that nothing joins. */
const LONE = (key: string): string => KEYED(key, DEV).replace(/\n {2}Link:[^]*/, '');
const GUARDED = {
  method: 'AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Door',
  more: `
  Guard:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: ., Handler: index.guard, Timeout: 1, Role: arn:aws:iam::123456789012:role/guard }
  MayAsk:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Guard, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
  Door:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: door
      Type: TOKEN
      IdentitySource: method.request.header.Authorization
      AuthorizerUri: ${GUARD}`,
};
const policyBy = (effect: string, afterMs = 0): string =>
  `${HANDLER}\nexports.guard = async (event) => { await new Promise((done) => setTimeout(done, ${afterMs})); return { principalId: 'ann', policyDocument: { Version: '2012-10-17', Statement: [{ Effect: '${effect}', Action: 'execute-api:Invoke', Resource: event.methodArn }] } }; };`;

const ADDRESSES = (list: string): string =>
  `, Policy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: '*', Action: execute-api:Invoke, Resource: execute-api:/* }, { Effect: Deny, Principal: '*', Action: execute-api:Invoke, Resource: execute-api:/*, Condition: { NotIpAddress: { aws:SourceIp: [${list}] } } }] }`;

const throttled = (limit: number): string =>
  template({}).replace(
    'StageName: dev',
    `StageName: dev, MethodSettings: [{ ResourcePath: /, HttpMethod: GET, ThrottlingRateLimit: ${limit}, ThrottlingBurstLimit: ${limit} }]`,
  );

type Request = NonNullable<Parameters<ReturnType<typeof anAdvisedProject>['ask']>[0]>;
type State = { readonly template: string; readonly index?: string; readonly request?: Request };

const ROWS: readonly {
  readonly name: string;
  readonly refused: State;
  readonly status: number;
  readonly because: RegExp;
  readonly change: RegExp;
  readonly never?: RegExp;
  readonly mended: State;
}[] = [
  {
    name: 'a resource policy that denies all but some addresses',
    refused: { template: template({ api: ADDRESSES("'203.0.113.0/24'") }) },
    status: 403,
    because: /statement 2 of 2 has Effect Deny where aws:SourceIp is 127\.0\.0\.1 \(NotIpAddress\)/,
    change: /add 127\.0\.0\.1 to the values of NotIpAddress aws:SourceIp of statement 2 of 2/,
    never: /does not deny/,
    mended: { template: template({ api: ADDRESSES("'203.0.113.0/24', 127.0.0.1") }) },
  },
  // aws-samples/amazon-s3-multipart-upload-transfer-acceleration#19
  {
    name: 'a resource policy that denies all but 0.0.0.0',
    refused: { template: template({ api: ADDRESSES("'0.0.0.0'") }) },
    status: 403,
    because: /statement 2 of 2 has Effect Deny where aws:SourceIp is 127\.0\.0\.1 \(NotIpAddress\)/,
    change:
      /If every address is meant, write 0\.0\.0\.0\/0 in place of 0\.0\.0\.0 in statement 2 of 2 of .*: 0\.0\.0\.0 without a range is this one address\./,
    never: /Send the request so that aws:SourceIp/,
    mended: { template: template({ api: ADDRESSES("'0.0.0.0/0'") }) },
  },
  {
    name: 'a key whose template does not set Enabled',
    refused: {
      template: template({ method: 'ApiKeyRequired: true', more: KEYED('', DEV) }),
      request: { headers: { 'x-api-key': KEY } },
    },
    status: 403,
    because: /API key alice \(\w+\) is disabled/,
    change: /set Enabled: true on the AWS::ApiGateway::ApiKey/,
    mended: {
      template: template({ method: 'ApiKeyRequired: true', more: KEYED(', Enabled: true', DEV) }),
      request: { headers: { 'x-api-key': KEY } },
    },
  },
  {
    name: 'a key whose plan lacks the stage',
    refused: {
      template: template({ method: 'ApiKeyRequired: true', more: KEYED(', Enabled: true', '') }),
      request: { headers: { 'x-api-key': KEY } },
    },
    status: 403,
    because: /the usage plan free of API key alice \(\w+\) does not include the stage dev of this API/,
    change: /^Add the item \{ ApiId: !Ref Api, Stage: !Ref Stage \} to ApiStages of the usage plan free\.$/,
    mended: {
      template: template({ method: 'ApiKeyRequired: true', more: KEYED(', Enabled: true', DEV) }),
      request: { headers: { 'x-api-key': KEY } },
    },
  },
  // https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden
  {
    name: 'a key that nothing joins to the plan of the stage',
    refused: {
      template: template({ method: 'ApiKeyRequired: true', more: LONE(', Enabled: true') }),
      request: { headers: { 'x-api-key': KEY } },
    },
    status: 403,
    because: /API key alice \(\w+\) is enabled but belongs to no usage plan/,
    change:
      /^Add the key to the usage plan free of the stage dev with an AWS::ApiGateway::UsagePlanKey \{ KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan \}\.$/,
    never: /Give the stage a usage plan/,
    mended: {
      template: template({ method: 'ApiKeyRequired: true', more: KEYED(', Enabled: true', DEV) }),
      request: { headers: { 'x-api-key': KEY } },
    },
  },
  {
    name: 'a key where the stage has a plan without keys',
    refused: {
      template: template({
        method: 'ApiKeyRequired: true',
        more: LONE('').replace(/ {2}Key:.*/, ''),
      }),
    },
    status: 403,
    because: /needs an API key, and the request has no x-api-key header/,
    change:
      /^No key is accepted for the stage dev yet\. Add an API key that is enabled, and join it to the usage plan free of the stage with an AWS::ApiGateway::UsagePlanKey \{ KeyId: !Ref KEY, KeyType: API_KEY, UsagePlanId: !Ref Plan \}\.$/,
    never: /UsagePlan with ApiStages/,
    mended: {
      template: template({ method: 'ApiKeyRequired: true', more: KEYED(', Enabled: true', DEV) }),
      request: { headers: { 'x-api-key': KEY } },
    },
  },
  {
    name: 'a key where nothing makes one',
    refused: { template: template({ method: 'ApiKeyRequired: true' }) },
    status: 403,
    because: /needs an API key, and the request has no x-api-key header/,
    change:
      /^No key is accepted for the stage dev yet\. Add an AWS::ApiGateway::ApiKey with Enabled: true, an AWS::ApiGateway::UsagePlan with ApiStages: \[\{ ApiId: !Ref Api, Stage: !Ref Stage \}\], and an AWS::ApiGateway::UsagePlanKey/,
    mended: {
      template: template({ method: 'ApiKeyRequired: true', more: KEYED(', Enabled: true', DEV) }),
      request: { headers: { 'x-api-key': KEY } },
    },
  },
  {
    name: 'a query parameter in another case',
    refused: {
      template: template({
        method:
          'RequestValidatorId: !Ref Check\n      RequestParameters: { method.request.querystring.page: true }',
        more: '  Check: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestParameters: true } }',
      }),
      request: { path: '/?Page=1' },
    },
    status: 400,
    because: /The query has Page: names of query parameters are case-sensitive\./,
    change: /^Send the missing parameter/,
    mended: {
      template: template({
        method:
          'RequestValidatorId: !Ref Check\n      RequestParameters: { method.request.querystring.page: true }',
        more: '  Check: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestParameters: true } }',
      }),
      request: { path: '/?page=1' },
    },
  },
  {
    name: 'a denial from the cache, for the same route',
    refused: {
      template: template(GUARDED),
      index: policyBy('Deny'),
      request: { headers: { Authorization: 'a' }, times: 2 },
    },
    status: 403,
    because:
      /Authorizer door was not called: its result from \d+ \w+ before this request is cached for 300 s/,
    change: /allow|Allow for execute-api:Invoke/,
    never: /cover more requests|for another|GET \/\*/,
    mended: {
      template: template(GUARDED),
      index: policyBy('Allow'),
      request: { headers: { Authorization: 'a' }, times: 2 },
    },
  },
  {
    name: 'a throttle of 0',
    refused: { template: throttled(0) },
    status: 429,
    because: /The throttle of GET \/ on stage dev was exceeded: burst limit 0, rate limit 0 per second/,
    change: /^With a limit of 0, waiting does not help: raise ThrottlingRateLimit and/,
    never: /more slowly/,
    mended: { template: throttled(5) },
  },
  {
    name: 'an authorizer that exceeds its own Timeout',
    refused: {
      template: template(GUARDED),
      index: policyBy('Allow', 1_500),
      request: { headers: { Authorization: 'a' } },
    },
    status: 500,
    because: /Task timed out after 1\.00 seconds/,
    change:
      /give it a larger Timeout \(3 s if the template sets none\): API Gateway waits 29 s for an authorizer\./,
    never: /integration timeout/,
    mended: {
      template: template(GUARDED).replace('Timeout: 1', 'Timeout: 4'),
      index: policyBy('Allow', 1_500),
      request: { headers: { Authorization: 'a' } },
    },
  },
];

describe('a refusal by a setting', () => {
  for (const { name, refused, status, because, change, never, mended } of ROWS)
    it(`names the value, and passes once it is changed: ${name}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': refused.template,
        'index.js': refused.index ?? HANDLER,
      });
      const asked = await project.ask(refused.request);
      const story = [...asked.sentences, ...asked.changes].join('\n');

      assert.equal(asked.status, status, story);
      assert.match(asked.sentences.join('\n'), because);
      assert.match(asked.changes.join('\n'), change);
      if (never !== undefined) assert.doesNotMatch(story, never);

      project.write('template.yaml', mended.template);
      project.write('index.js', mended.index ?? HANDLER);
      const passed = await project.ask(mended.request);
      assert.equal(passed.status, 200, passed.sentences.join('\n'));
    });
});

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
describe('a route of SAM that needs an API key', () => {
  const sam = (plan: string): string => `
Transform: AWS::Serverless-2016-10-31
Globals: { Api: { Auth: { ApiKeyRequired: true${plan} } } }
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.main
      Events: { Get: { Type: Api, Properties: { Path: /, Method: get } } }`;

  it('gets a key as SAM makes it, which the next explanation names', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': sam(''), 'index.js': HANDLER });
    const asked = await project.ask();
    assert.equal(asked.status, 403);
    assert.match(
      asked.changes.join('\n'),
      /^No key is accepted for the stage Prod yet\. Add UsagePlan: \{ CreateUsagePlan: PER_API \} to Globals\.Api\.Auth/,
    );

    project.write('template.yaml', sam(', UsagePlan: { CreateUsagePlan: PER_API }'));
    const next = await project.ask();
    assert.equal(next.status, 403);
    assert.match(next.changes.join('\n'), /^Send an API key that the stage .* accepts/);
  });
});
