/**
 * Every reference to an alias chooses one of its versions at random, not only Lambda's Invoke. The weight of the other
 * version is 1, so that the choice is known.
 * @see Lambda developer guide, "Implement Lambda canary deployments using a weighted alias"
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { aGateway, type StartedGateway } from '../support/a-gateway.ts';

const SOURCE = `exports.handler = async (event, { functionVersion: version, invokedFunctionArn: arn }) => {
  const [, , , , , , , alias] = arn.split(':');
  if (event.Records !== undefined || event.source === 'aws.events') console.log('from', event.source ?? 'queue', version, alias);
  if (event.type === 'TOKEN') {
    const Statement = [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }];
    return { principalId: 'ada', policyDocument: { Version: '2012-10-17', Statement }, context: { version, alias } };
  }
  const { version: guardVersion, alias: guardAlias } = event.requestContext?.authorizer ?? {};
  return { statusCode: 200, body: JSON.stringify({ version, alias, guardVersion, guardAlias }) };
};`;

const STREAM = `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  stream.write(context.functionVersion + ' ' + context.invokedFunctionArn.split(':')[7]);
  stream.end();
});`;

const withAlias = (name: string, code: string): Record<string, object> => ({
  [name]: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: name.toLowerCase(),
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'none',
      Timeout: 20,
      Code: { ZipFile: code },
    },
  },
  [`${name}One`]: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: name } } },
  [`${name}Two`]: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: name } } },
  [`${name}Live`]: {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      FunctionName: { Ref: name },
      Name: 'live',
      FunctionVersion: { 'Fn::GetAtt': [`${name}One`, 'Version'] },
      RoutingConfig: {
        AdditionalVersionWeights: [
          { FunctionVersion: { 'Fn::GetAtt': [`${name}Two`, 'Version'] }, FunctionWeight: 1 },
        ],
      },
    },
  },
});

const aUrl = (name: string, InvokeMode: string): object => ({
  Type: 'AWS::Lambda::Url',
  Properties: { TargetFunctionArn: { Ref: name }, Qualifier: 'live', AuthType: 'NONE', InvokeMode },
});

const invocations = (arn: unknown): object => ({
  'Fn::Sub': [
    'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Arn}/invocations',
    { Arn: arn },
  ],
});

const RESOURCES = {
  ...withAlias('Echo', SOURCE),
  ...withAlias('Flow', STREAM),
  EchoUrl: aUrl('Echo', 'BUFFERED'),
  FlowUrl: aUrl('Flow', 'RESPONSE_STREAM'),
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
  FromQueue: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, FunctionName: { Ref: 'EchoLive' } },
  },
  Nightly: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'nightly',
      ScheduleExpression: 'rate(30 days)',
      Targets: [{ Id: 'r', Arn: { Ref: 'EchoLive' } }],
    },
  },
  Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest' } },
  Guard: {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: {
      RestApiId: { Ref: 'Rest' },
      Name: 'guard',
      Type: 'TOKEN',
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerUri: invocations({ Ref: 'EchoLive' }),
    },
  },
  Method: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Rest' },
      ResourceId: { 'Fn::GetAtt': ['Rest', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Guard' },
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        // The guides of SAM and Serverless let a stage refer to its alias in this way.
        Uri: {
          'Fn::Sub':
            'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Echo.Arn}:${!stageVariables.alias}/invocations',
        },
      },
    },
  },
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: 'Method',
    Properties: { RestApiId: { Ref: 'Rest' } },
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: { Ref: 'Rest' },
      DeploymentId: { Ref: 'Deployment' },
      StageName: 'v1',
      Variables: { alias: 'live' },
    },
  },
  Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'http', ProtocolType: 'HTTP' } },
  HttpIntegration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Http' },
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: { Ref: 'EchoLive' },
    },
  },
  HttpRoute: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Http' },
      RouteKey: '$default',
      Target: { 'Fn::Sub': 'integrations/${HttpIntegration}' },
    },
  },
  HttpStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Http' }, StageName: '$default', AutoDeploy: true },
  },
};

describe('an alias whose other version has all the weight', () => {
  let started: StartedGateway;
  let messages: (line: string) => void = () => undefined;
  const seen: string[] = [];
  before(async () => {
    started = await aGateway(RESOURCES, {
      functionLog({ message }) {
        seen.push(message);
        messages(message);
      },
    });
  });
  after(() => started.close());

  const line = (text: string): Promise<void> =>
    new Promise((resolve) => {
      messages = (message) => message === text && resolve();
      if (seen.includes(text)) resolve();
    });

  const urlOf = (name: string): string => {
    const found = started.listening.apis.find((api) => api.name === name);
    return found?.url ?? assert.fail(`${name} is not served`);
  };

  it('uses that version for an integration with a stage variable and for the authorizer of a REST API', async () => {
    const response = await fetch(`${started.urlOf('rest')}/`, { headers: { authorization: 'ada' } });

    const expected = { version: '2', alias: 'live', guardVersion: '2', guardAlias: 'live' };
    assert.deepEqual(await response.json(), expected);
  });

  it('uses that version for an integration of an HTTP API', async () => {
    const response = await fetch(urlOf('http'));

    assert.deepEqual(await response.json(), { version: '2', alias: 'live' });
  });

  it('uses that version for a function URL, buffered and streamed', async () => {
    const buffered = await fetch(urlOf('echo:live'));
    const streamed = await fetch(urlOf('flow:live'));

    assert.deepEqual(await buffered.json(), { version: '2', alias: 'live' });
    assert.equal(await streamed.text(), '2 live');
  });

  it('uses that version for invocations by a queue and by a schedule', async () => {
    const folder = dirname(started.gateway.stacks[0]?.file ?? '');
    const { controlSecret } = JSON.parse(
      readFileSync(join(folder, '.gatewright', 'credentials.json'), 'utf8'),
    ) as { controlSecret: string };
    for (const [target, from] of [
      ['jobs', 'queue'],
      ['nightly', 'aws.events'],
    ]) {
      const { status } = await fetch(`${started.listening.control}/_gatewright/events`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${controlSecret}` },
        body: JSON.stringify({ target, body: 'x' }),
      });
      assert.equal(status, 200);
      await line(`from ${from} 2 live`);
    }
  });
});
