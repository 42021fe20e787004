/**
 * The permission that an API lacks is explained with the sources that are permitted, written as advised, and then the
 * request passes, and no other route does (docs/aws §4.4, §8.1).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advisedText, anAdvisedProject } from '../../../../support/an-advised-project.ts';

const HANDLER = `
exports.main = async () => ({ statusCode: 200, body: 'ok' });
exports.guard = async () => ({
  principalId: 'alice',
  policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }] },
});`;

const uri = (name: string): string =>
  `!Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations'`;
const PERMITTED = (name: string): string => `
  ${name}IsPermitted:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref ${name}, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }`;

const FUNCTIONS = `
Resources:
  Main:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: ., Handler: index.main, Role: arn:aws:iam::123456789012:role/main }
  Guard:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: ., Handler: index.guard, Role: arn:aws:iam::123456789012:role/guard }`;

const method = (name: string, verb: string, more: string): string => `
  ${name}:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: ${verb}
      ${more}
      Integration: { Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: ${uri('Main')} }`;
const rest = (guard: string): string => `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Item:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{id}' }
${method('GetItem', 'GET', guard)}${method('PutItem', 'PUT', 'AuthorizationType: NONE')}
  Deployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [GetItem, PutItem]
    Properties: { RestApiId: !Ref Api }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev }`;
const DOOR = `
  Door:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: door
      Type: TOKEN
      IdentitySource: method.request.header.Authorization
      AuthorizerUri: ${uri('Guard')}`;
const route = (name: string, key: string): string => `
  ${name}:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: '${key}', Target: !Sub 'integrations/\${Integration}' }`;
const HTTP = `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: !GetAtt Main.Arn }
${route('GetItem', 'GET /{id}')}${route('PutItem', 'PUT /{id}')}
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }`;

const ROWS: readonly (readonly [name: string, resources: string, source: RegExp, others: number])[] = [
  [
    'a method of a REST API',
    rest('AuthorizationType: NONE'),
    /execute-api:\$\{AWS::Region\}:\$\{AWS::AccountId\}:\$\{Api\}\/dev\/GET\/\*'/,
    500,
  ],
  ['a route of an HTTP API', HTTP, /\$\{Api\}\/\$default\/GET\/\*'/, 500],
  [
    'an authorizer',
    rest('AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Door') + DOOR + PERMITTED('Main'),
    /\$\{Api\}\/authorizers\/\$\{Door\}'/,
    200,
  ],
];

describe('an API that may not invoke a function', () => {
  for (const [name, resources, source, others] of ROWS)
    it(`gets the permission for what was called, and for nothing else: ${name}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': FUNCTIONS + resources,
        'index.js': HANDLER,
      });
      const request = { path: '/1', headers: { Authorization: 'token' } };
      const refused = await project.ask(request);

      assert.equal(refused.status, 500, refused.sentences.join('\n'));
      const text = advisedText(refused.changes, /^Add to Resources in template\.yaml: /);
      assert.match(text, source);
      project.write('template.yaml', `${project.read('template.yaml')}\n  ${text}\n`);

      const passed = await project.ask(request);
      assert.equal(passed.status, 200, passed.sentences.join('\n'));
      assert.equal((await project.ask({ ...request, method: 'PUT' })).status, others);
    });

  // SAM property reference, LambdaAuthorizationIdentity: an HTTP API gets no permission for its authorizer by default.
  it('gets it by the setting of the authorizer of SAM', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': `Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs22.x, CodeUri: . } }
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Door
        Authorizers:
          Door:
            FunctionArn: !GetAtt Guard.Arn
            AuthorizerPayloadFormatVersion: '1.0'
            Identity: { Headers: [Authorization] }
  Guard: { Type: AWS::Serverless::Function, Properties: { Handler: index.guard } }
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.main
      Events: { Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: '/{id}', Method: get } } }`,
      'index.js': HANDLER,
    });
    const request = { path: '/1', headers: { Authorization: 'token' } };
    const refused = await project.ask(request);
    const text = advisedText(refused.changes, /^Add to Door in Auth\.Authorizers of Api: /);
    const given = project.read('template.yaml');
    project.write(
      'template.yaml',
      given.replace('          Door:\n', `          Door:\n            ${text}\n`),
    );
    assert.equal((await project.ask(request)).status, 200);
  });

  it('gets one that does not refer to an authorizer that SAM makes from Globals in the document of the API', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': `Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: nodejs22.x, CodeUri: . }
  HttpApi:
    Auth:
      DefaultAuthorizer: Door
      Authorizers:
        Door:
          FunctionArn: !GetAtt Guard.Arn
          AuthorizerPayloadFormatVersion: '1.0'
          Identity: { Headers: [Authorization] }
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  Guard: { Type: AWS::Serverless::Function, Properties: { Handler: index.guard } }
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.main
      Events: { Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: '/{id}', Method: get } } }`,
      'index.js': HANDLER,
    });
    const request = { path: '/1', headers: { Authorization: 'token' } };
    const refused = await project.ask(request);
    const text = advisedText(refused.changes, /^Add to Resources in template\.yaml: /);

    assert.match(text, /:\$\{Api\}\/authorizers\/\*'/);
    project.write('template.yaml', `${project.read('template.yaml')}\n  ${text}\n`);
    assert.equal((await project.ask(request)).status, 200);
  });

  it('is explained with the sources that the permissions of the function have', async () => {
    const own = `${PERMITTED('Main').slice(0, -2)}, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*/PUT/*' }`;
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': FUNCTIONS + rest('AuthorizationType: NONE') + own,
      'index.js': HANDLER,
    });
    const refused = await project.ask({ path: '/1' });

    assert.match(
      refused.sentences.join('\n'),
      /Its permissions are for other sources: MainIsPermitted \(template\.yaml:\d+\) for arn:aws:execute-api:us-east-1:123456789012:\$\{Api\}\/\*\/PUT\/\*\./,
    );
  });

  it('is explained by the stage that the source names, which is not the one that is called', async () => {
    const own = (stage: string): string =>
      `${PERMITTED('Main').slice(0, -2)}, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/${stage}/GET/*' }`;
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': FUNCTIONS + rest('AuthorizationType: NONE') + own('prod'),
      'index.js': HANDLER,
    });
    const refused = await project.ask({ path: '/1' });
    const story = refused.sentences.join('\n');

    assert.equal(refused.status, 500, story);
    assert.match(
      story,
      /The SourceArn of MainIsPermitted \(template\.yaml:\d+\) names stage prod, but the call comes from stage dev\./,
    );
    assert.match(
      refused.changes.join('\n'),
      /End the SourceArn of MainIsPermitted \(template\.yaml:\d+\) with \$\{Api\}\/dev\/GET\/\* \(or \$\{Api\}\/\*\/GET\/\* for every stage\)\./,
    );
    project.write('template.yaml', FUNCTIONS + rest('AuthorizationType: NONE') + own('dev'));
    assert.equal((await project.ask({ path: '/1' })).status, 200);
  });

  it('is explained by the permission for the function itself, which does not apply to its alias', async () => {
    const aliased = HTTP.replace('!GetAtt Main.Arn', "!Sub '${Main.Arn}:live'");
    const own = `${PERMITTED('Main').slice(0, -2)}, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*' }`;
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': `${FUNCTIONS}
  Version: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Main } }
  Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Main, FunctionVersion: !GetAtt Version.Version, Name: live } }${aliased}${own}`,
      'index.js': HANDLER,
    });
    const refused = await project.ask({ path: '/1' });
    const story = refused.sentences.join('\n');

    assert.equal(refused.status, 500, story);
    assert.match(
      story,
      /MainIsPermitted \(template\.yaml:\d+\) permits calls only to the function itself: an alias or version has its own policy\./,
    );
    assert.doesNotMatch(story, /for other sources/);
  });
});
