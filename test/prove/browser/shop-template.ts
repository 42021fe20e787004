/**
 * A shop with an HTTP API whose function uses a table and a queue, a queue whose function always fails, and a schedule.
 */

const role = (service: string, actions: readonly string[]): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
    },
    Policies: [
      {
        PolicyName: 'all',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
        },
      },
    ],
  },
});

const lambda = (name: string, code: string, variables: object = {}): object => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: variables },
    Code: { ZipFile: code },
  },
});

/** One green pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC';

const PLACE = `exports.handler = async ({ rawPath }) => {
  console.log('placing', rawPath);
  console.error('low stock');
  if (rawPath === '/picture')
    return { statusCode: 200, isBase64Encoded: true, headers: { 'content-type': 'image/png' }, body: '${PNG}' };
  if (rawPath === '/events')
    return { statusCode: 200, headers: { 'content-type': 'text/event-stream' }, body: 'event: add\\nid: 1\\ndata: soup\\n\\n' };
  if (rawPath === '/large')
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(Array.from({ length: 3000 }, (_, item) => ({ item }))) };
  return { statusCode: 201, headers: { 'content-type': 'application/json' }, body: '{"placed":true}' };
};`;

export const SHOP = {
  Resources: {
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead-jobs' } },
    Jobs: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'jobs',
        VisibilityTimeout: 3,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 1 },
      },
    },
    Orders: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'shop-orders',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Role: role('lambda.amazonaws.com', ['sqs:*', 'logs:*']),
    Place: lambda('shop-place', PLACE, { TABLE: { Ref: 'Orders' }, QUEUE: { Ref: 'Jobs' } }),
    Work: lambda('shop-work', "exports.handler = async () => { throw new Error('no cook'); };"),
    Reader: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, FunctionName: { Ref: 'Work' } },
    },
    Nightly: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'nightly',
        ScheduleExpression: 'rate(1 day)',
        Targets: [{ Id: 'place', Arn: { 'Fn::GetAtt': ['Place', 'Arn'] } }],
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['Place', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: '$default',
        Target: { 'Fn::Sub': 'integrations/${Integration}' },
      },
    },
    ...Object.fromEntries(
      ['apigateway', 'events'].map((service) => [
        `From${service}`,
        {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: { Ref: 'Place' },
            Principal: `${service}.amazonaws.com`,
          },
        },
      ]),
    ),
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
  },
};
