/**
 * REST APIs read values of SSM and Secrets Manager by integrations. LocalStack recorded the answers of AWS in the
 * snapshot of test_ssm_aws_integration, 2024-07-12.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const WRITTEN = `
ssm:
  param-test-123: "123"
secretsmanager:
  app/db: hush-hush
`;

type Mapped = { readonly uri: string; readonly request: object; readonly role?: string };

const INTEGRATIONS: Readonly<Record<string, Mapped>> = {
  query: {
    uri: 'ssm:action/GetParameter',
    request: { RequestParameters: { 'integration.request.querystring.Name': "'param-test-123'" } },
  },
  body: {
    uri: 'ssm:action/GetParameter',
    request: { RequestTemplates: { 'application/json': '{"Name":"param-test-123"}' } },
  },
  gone: {
    uri: 'ssm:action/GetParameter',
    request: { RequestTemplates: { 'application/json': '{"Name":"gone"}' } },
  },
  denied: {
    uri: 'ssm:action/GetParameter',
    request: { RequestTemplates: { 'application/json': '{"Name":"param-test-123"}' } },
    role: 'Poor',
  },
  secret: {
    uri: 'secretsmanager:action/GetSecretValue',
    request: {
      RequestParameters: {
        'integration.request.header.X-Amz-Target': "'secretsmanager.GetSecretValue'",
        'integration.request.header.Content-Type': "'application/x-amz-json-1.1'",
      },
      RequestTemplates: { 'application/json': '{"SecretId":"app/db"}' },
    },
  },
};

const POST = 'POST';

function methodsOf(name: string, { uri, request, role = 'Rich' }: Mapped): object {
  return {
    [`${name}Path`]: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: name,
      },
    },
    [`${name}Method`]: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: `${name}Path` },
        HttpMethod: POST,
        AuthorizationType: 'NONE',
        MethodResponses: [{ StatusCode: '200' }],
        Integration: {
          Type: 'AWS',
          IntegrationHttpMethod: POST,
          Uri: { 'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:${uri}` },
          Credentials: { 'Fn::GetAtt': [role, 'Arn'] },
          IntegrationResponses: [{ StatusCode: '200' }],
          ...request,
        },
      },
    },
  };
}

function roleThatMay(Action: string): object {
  const Statement = [{ Effect: 'Allow', Action, Resource: '*' }];
  const trusted = {
    Effect: 'Allow',
    Principal: { Service: 'apigateway.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trusted] },
      Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement } }],
    },
  };
}

describe('Integrations that read values', () => {
  let started: StartedGateway;
  before(async () => {
    const methods = Object.entries(INTEGRATIONS).map(([name, mapped]) => methodsOf(name, mapped));
    const resources = {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'values' } },
      Rich: roleThatMay('*'),
      Poor: roleThatMay('sqs:*'),
      Deployed: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: { Ref: 'Api' } } },
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { RestApiId: { Ref: 'Api' }, DeploymentId: { Ref: 'Deployed' }, StageName: 'dev' },
      },
    };
    started = await aGateway(
      Object.assign(resources, ...methods) as object,
      { roles: true },
      { 'gatewright.values.yml': WRITTEN },
    );
  });
  after(() => started.close());

  async function ask(path: string): Promise<[status: number, body: Record<string, unknown>]> {
    const reply = await fetch(`${started.urlOf('rest')}/${path}`, { method: POST });
    return [reply.status, (await reply.json()) as Record<string, unknown>];
  }

  it('answer in the shape of the query protocol if parameters are in the query', async () => {
    const [status, body] = await ask('query');

    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, {
      GetParameterResponse: {
        GetParameterResult: {
          Parameter: {
            ARN: 'arn:aws:ssm:eu-west-1:123456789012:parameter/param-test-123',
            DataType: 'text',
            Name: 'param-test-123',
            Selector: null,
            SourceResult: null,
            Type: 'String',
            Value: '123',
            Version: 1,
          },
        },
      },
    });
    assert.deepEqual(Object.keys(body['GetParameterResponse'] as object), [
      'GetParameterResult',
      'ResponseMetadata',
    ]);
  });

  it('answer in the shape of the JSON protocol if a template makes the body', async () => {
    const [status, body] = await ask('body');

    assert.deepEqual([status, (body['Parameter'] as Record<string, unknown>)['Value']], [200, '123']);
  });

  it('answer with the error of the service', async () => {
    assert.deepEqual(await ask('gone'), [200, { __type: 'ParameterNotFound' }]);
  });

  it('read with the permissions of the role of the method', async () => {
    const [, body] = await ask('denied');

    assert.equal(body['__type'], 'AccessDeniedException');
    assert.match(
      String(body['message'] ?? body['Message']),
      /is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:123456789012:parameter\/param-test-123/,
    );
  });

  it('reach Secrets Manager in the same way', async () => {
    const [status, body] = await ask('secret');

    assert.deepEqual([status, body['SecretString']], [200, 'hush-hush']);
  });
});
