import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { draftExpectation } from '../../../../lab/tools/corpus/draft.ts';
import type { Expectation } from '../../../../lab/tools/corpus/expectation.ts';

let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'corpus-'));
});
after(() => {
  rmSync(folder, { recursive: true });
});

function draft(name: string, files: Readonly<Record<string, string>>): Expectation | undefined {
  const project = join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(project, file, '..'), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  return draftExpectation(project);
}

/** `GET /a open`, one line per route. */
function linesOf(expectation: Expectation | undefined): string[] {
  return (expectation?.routes ?? []).map(({ protocol, api, method, path, statuses }) =>
    [protocol, api, method, path, statuses.includes('401') ? 'guarded' : 'open'].join(' '),
  );
}

const SAM = `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs24.x } }
Parameters:
  Table: { Type: String }
  Size: { Type: Number }
  ApiKeyValue: { Type: String }
  Mode: { Type: String, AllowedValues: [fast, slow] }
  Given: { Type: String, Default: x }
Resources:
  Keyed:
    Type: AWS::Serverless::Api
    Properties: { StageName: a, Auth: { ApiKeyRequired: true } }
  Written:
    Type: AWS::Serverless::HttpApi
    Properties: { DefinitionUri: api.yaml }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Plain: { Type: Api, Properties: { Path: '/orders/{id}', Method: get } }
        Key: { Type: Api, Properties: { Path: /k, Method: post, RestApiId: !Ref Keyed } }
        NoKey: { Type: Api, Properties: { Path: /n, Method: post, RestApiId: !Ref Keyed, Auth: { ApiKeyRequired: false } } }
        Iam: { Type: Api, Properties: { Path: /i, Method: get, Auth: { Authorizer: AWS_IAM } } }
        Any: { Type: HttpApi }
        Queue: { Type: SQS, Properties: { Queue: !GetAtt Q.Arn } }
`;
const DOCUMENT = `
openapi: 3.0.1
security: [{ jwt: [] }]
paths:
  /a: { get: {}, x-amazon-apigateway-any-method: { security: [] } }
  /b: { parameters: [], post: { security: [{ NONE: [] }] } }
`;

describe('a draft of what may be answered', () => {
  it('has the events and the document of a SAM template', () => {
    assert.deepEqual(linesOf(draft('sam', { 'template.yaml': SAM, 'api.yaml': DOCUMENT })), [
      'http Written GET /a guarded',
      'http Written ANY /a open',
      'http Written POST /b open',
      'rest ServerlessRestApi GET /orders/{id} open',
      'rest Keyed POST /k guarded',
      'rest Keyed POST /n open',
      'rest ServerlessRestApi GET /i guarded',
      'http ServerlessHttpApi ANY $default open',
    ]);
  });

  it('invents values for parameters that have none', () => {
    assert.deepEqual(draft('sam', { 'template.yaml': SAM })?.arguments, [
      '--param',
      'Table=local',
      '--param',
      'Size=1',
      '--param',
      'ApiKeyValue=local-key-of-30-characters-000',
      '--param',
      'Mode=fast',
    ]);
  });

  it('contains the events of functions in serverless.yml, the events of another file, and its resources', () => {
    const service = `
provider: { name: aws, runtime: python3.12 }
functions: \${file(more.yml):functions}
resources:
  Resources:
    Api: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: WEBSOCKET } }
    Connect: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $connect, AuthorizationType: AWS_IAM } }
    Talk: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: talk } }
`;
    const more = `
functions:
  a: { handler: a.h, events: [{ http: get a }, { http: { path: b, method: post, private: true } }, { sqs: q }] }
  b: { handler: b.h, events: [{ httpApi: '*' }, { httpApi: { method: get, path: /c, authorizer: { name: j } } }] }
  c: { handler: c.h, events: [{ websocket: $connect }, { websocket: $default }] }
`;
    const drafted = draft('sls', { 'serverless.yml': service, 'more.yml': more });

    assert.deepEqual(linesOf(drafted), [
      'rest ApiGatewayRestApi GET a open',
      'rest ApiGatewayRestApi POST b guarded',
      'http HttpApi ANY $default open',
      'http HttpApi GET /c guarded',
      'websocket WebsocketsApi CONNECT $connect open',
      'websocket Api CONNECT $connect guarded',
    ]);
    assert.equal(drafted?.needs, 'python3.12');
  });

  it('has the methods and routes of synthesised templates', () => {
    const template = {
      Resources: {
        Api: { Type: 'AWS::ApiGateway::RestApi' },
        Pets: {
          Type: 'AWS::ApiGateway::Resource',
          Properties: { PathPart: 'pets', ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] } },
        },
        Pet: {
          Type: 'AWS::ApiGateway::Resource',
          Properties: { PathPart: '{id}', ParentId: { Ref: 'Pets' } },
        },
        Get: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ResourceId: { Ref: 'Pet' },
            HttpMethod: 'GET',
            AuthorizationType: 'NONE',
          },
        },
        Post: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            RestApiId: { Ref: 'Api' },
            ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
            HttpMethod: 'POST',
            ApiKeyRequired: true,
          },
        },
      },
    };

    const drafted = draft('cdk', { 'cdk.out/a.template.json': JSON.stringify(template) });

    assert.deepEqual(linesOf(drafted), ['rest Api GET /pets/{id} open', 'rest Api POST / guarded']);
    assert.equal(drafted?.kind, 'CDK');
  });

  it('names the template if its name is unusual, and is empty if there is no template', () => {
    const text = 'Resources: { Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Target: x } } }';
    const drafted = draft('cfn', { 'api.yml': text });

    assert.deepEqual([drafted?.kind, drafted?.source], ['CloudFormation', 'api.yml']);
    assert.deepEqual(linesOf(drafted), ['http Api ANY $default open']);
    assert.equal(draft('none', { 'readme.md': '' }), undefined);
  });
});
