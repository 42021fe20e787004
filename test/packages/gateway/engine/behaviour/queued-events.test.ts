/**
 * An integration that sends `X-Amz-Invocation-Type: Event` puts the event into Lambda's queue, so the event is retried,
 * and goes to the destination or the dead-letter queue, like the event of any other asynchronous invocation.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Failed: { Type: AWS::SQS::Queue, Properties: { QueueName: failed } }
  Import:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: import
      Runtime: nodejs24.x
      Handler: index.handler
      DeadLetterQueue: { Type: SQS, TargetArn: !GetAtt Failed.Arn }
      EventInvokeConfig: { MaximumRetryAttempts: 0 }
      InlineCode: |
        exports.handler = async ({ file }) => {
          if (file === undefined) throw new Error('file is required');
        };
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /imports:
            post:
              responses: { '200': { description: ok } }
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Import.Arn}/invocations'
                requestParameters:
                  integration.request.header.X-Amz-Invocation-Type: "'Event'"
                responses: { default: { statusCode: '200' } }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Import, Principal: apigateway.amazonaws.com }
`;

describe('an event that an integration puts into Lambda’s queue', () => {
  const project = anAdvisedProject('template.yaml', { 'template.yaml': TEMPLATE });
  after(() => project[Symbol.dispose]());
  const post = (body: string, tells?: RegExp) =>
    project.ask({ path: '/imports', method: 'POST', body, ...(tells && { tells }) });

  it('goes to the dead-letter queue of the function after its last failed attempt, and the story tells it', async () => {
    const { status, sentences } = await post('{}', /queue failed/);
    const story = sentences.join('\n');
    assert.equal(status, 200);
    assert.match(story, /Lambda accepted the event for the function import and responded at once/);
    assert.match(story, /import failed with Error: file is required/);
    assert.match(story, /queue failed/);
  });

  it('is not retried if the function returns', async () => {
    const { sentences } = await post('{"file": "a.csv"}', /import handled the event/);
    assert.doesNotMatch(sentences.join('\n'), /failed/);
  });

  it('is refused by Lambda if it is larger than 1 MB', async () => {
    const { status, sentences } = await post(JSON.stringify({ file: 'x'.repeat(1024 * 1024) }));
    assert.equal(status, 413, sentences.join('\n'));
  });
});

// A walk in which every asynchronous invocation of a service in eu-central-1 was refused with 429.
describe('an asynchronous event of a stack in another region than the gateway’s', () => {
  const project = anAdvisedProject('template.yaml', {
    'template.yaml': TEMPLATE,
    'samconfig.toml': 'version = 0.1\n[default.deploy.parameters]\nregion = "eu-central-1"\n',
  });
  after(() => project[Symbol.dispose]());

  it('goes to the dead-letter queue of the function in that region', async () => {
    const { status, sentences } = await project.ask({
      path: '/imports',
      method: 'POST',
      body: '{}',
      tells: /queue failed/,
    });
    assert.equal(status, 200);
    assert.match(sentences.join('\n'), /import failed with Error: file is required/);
  });
});
