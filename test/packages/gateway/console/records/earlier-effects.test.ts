import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const fn = (name: string): string => `
  ${name}:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: ${name.toLowerCase()}.handler, Role: 'arn:aws:iam::123456789012:role/fn', Code: . }`;

/** POST puts the body into a queue whose worker takes only mail, and GET shows how many orders failed. */
const template = (filter: string): string => `
Resources:${fn('Read')}${fn('Work')}
  Queue: { Type: AWS::SQS::Queue }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Queue.Arn
      FunctionName: !Ref Work
${filter}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: apigateway.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: send
          PolicyDocument: { Statement: [{ Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn }] }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: intake, ProtocolType: HTTP } }
  Send:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: SQS-SendMessage
      PayloadFormatVersion: '1.0'
      CredentialsArn: !GetAtt Role.Arn
      RequestParameters: { QueueUrl: !Ref Queue, MessageBody: $request.body }
  Run:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Read.Arn, PayloadFormatVersion: '2.0' }
  Post: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: POST /orders, Target: !Sub 'integrations/\${Send}' } }
  Get: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /failed, Target: !Sub 'integrations/\${Run}' } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
  May: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Read, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com } }`;

const FILTER = `      FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["mail"]}}' }] }`;
const FILES = {
  'read.js':
    "exports.handler = async () => ({ statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: '{\"failed\":0}' });",
  'work.js': 'exports.handler = async () => undefined;',
};
const POST = {
  path: '/orders',
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"kind":"fax"}',
};

// https://github.com/aws/aws-lambda-go/issues/430: the fault is seen in what another request reads
describe('a request that reads what another request caused', () => {
  for (const { name, filter, tells, wanted } of [
    { name: 'is told of', filter: FILTER, tells: /does not pass the event on/, wanted: true },
    { name: 'is not told of, if its events went well', filter: '', tells: /Work/, wanted: false },
  ])
    it(`${name} the earlier request`, async () => {
      const project = anAdvisedProject('template.yaml', { 'template.yaml': template(filter), ...FILES });
      try {
        await using served = await project.serve();
        await served.ask({ ...POST, tells });

        const { status, sentences } = await served.ask({ path: '/failed' });

        assert.equal(status, 200);
        const isTold =
          /^The request before it that may change data, POST \/orders, caused an event that failed or was not delivered\. .*`gatewright explain \S+`/m;
        assert.equal(isTold.test(sentences.join('\n')), wanted, sentences.join('\n'));
      } finally {
        project[Symbol.dispose]();
      }
    });
});
