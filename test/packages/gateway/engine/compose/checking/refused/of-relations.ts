import { CFN, one, rest } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const many = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `\n${row(index)}`).join('');
/** Refusals that follow from two resources, or from their number. */
export const OF_RELATIONS: readonly RefusedDefinition[] = [
  one(
    'a queue whose visibility timeout is shorter than the timeout of its function',
    `
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Slow
      EventSourceArn: !GetAtt Queue.Arn
  Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 10 } } # here
  Slow:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Timeout: 60, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'x' } }`,
    'sqs-queue-visibilitytimeout',
    'hashicorp/terraform-provider-aws#18099',
  ),
  one(
    'a queue whose default visibility timeout is shorter than the timeout of its function',
    `
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Slow
      EventSourceArn: !GetAtt Queue.Arn # here
  Queue: { Type: AWS::SQS::Queue }
  Slow:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Timeout: 60, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'x' } }`,
    'lambda-eventsourcemapping-eventsourcearn',
    'hashicorp/terraform-provider-aws#18099',
  ),
  one(
    'a FIFO queue with a standard dead-letter queue',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn # here
        maxReceiveCount: 3
  Dead: { Type: AWS::SQS::Queue }`,
    'sqs-queue-redrivepolicy',
    'awslabs/aws-solutions-constructs#342',
  ),
  one(
    'a schedule on a bus of its own',
    `
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }
  Broken:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      ScheduleExpression: rate(1 hour) # here`,
    'events-rule-scheduleexpression',
    'aws-controllers-k8s/community#1984',
  ),
  rest(
    'a private API without a resource policy',
    `
  Broken:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: private
      EndpointConfiguration: # here
        Types: [PRIVATE]
  BrokenMethod:
    Type: AWS::ApiGateway::Method
    Properties:
      { RestApiId: !Ref Broken, ResourceId: !GetAtt Broken.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }
  BrokenDeployment: { Type: AWS::ApiGateway::Deployment, DependsOn: BrokenMethod, Properties: { RestApiId: !Ref Broken, StageName: dev } }`,
    'apigateway-restapi-endpointconfiguration',
    'hashicorp/terraform-provider-aws#14290',
  ),
  rest(
    'two resources with one path',
    `
  First: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders } }
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: orders # here`,
    'apigateway-resource-pathpart',
    'serverless/serverless#2730',
  ),
  one(
    'two tables with one name',
    `
  First: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders, BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: a, AttributeType: S }], KeySchema: [{ AttributeName: a, KeyType: HASH }] } }
  Broken:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders # here
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: a, AttributeType: S }]
      KeySchema: [{ AttributeName: a, KeyType: HASH }]`,
    'shared-name',
    'CloudFormation: "already exists in stack"',
  ),
  one(
    'an attribute that a topic does not have',
    `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !GetAtt Topic.Arn # here`,
    'unknown-attribute',
    'CloudFormation template reference, AWS::SNS::Topic, Return values',
  ),
  one(
    'a type that is spelt wrong',
    `
  Broken: # here
    Type: AWS::SQS::Queues`,
    'unknown-type',
    'CloudFormation: "Unrecognized resource types"',
  ),
  one(
    'a runtime of 2016',
    `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs10.x # here
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'x' }`,
    'old-runtime',
    'Lambda developer guide, "Lambda runtimes"',
  ),
  one(
    'a trust policy with a resource',
    `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
            Resource: '*' # here`,
    'iam-role-assumerolepolicydocument',
    'IAM: "Has prohibited field Resource"',
  ),
  one(
    'a subscription by an unknown protocol',
    `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: queue # here
      Endpoint: a`,
    'sns-subscription-protocol',
    'SNS API reference, Subscribe',
  ),
  one(
    'a deletion policy that does not exist',
    `
  Broken:
    Type: AWS::SQS::Queue
    DeletionPolicy: Keep # here`,
    'sqs-queue-deletionpolicy',
    `${CFN}, DeletionPolicy attribute`,
  ),
  {
    name: 'the 301st route',
    text: `${many(300, (index) => `  R${index}: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /r${index} } }`)}
  Broken: # here
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: GET /last }`,
    needs: ['http'],
    id: 'quota',
    source: 'API Gateway developer guide, Quotas',
  },
  {
    name: 'permissions over 20 KB for one function',
    text: `${many(72, (index) => `  P${index}: { Type: AWS::Lambda::Permission, Properties: { FunctionName: orders, Action: 'lambda:InvokeFunction', Principal: apigateway.amazonaws.com, SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/*/GET/orders/a-rather-long-path-${String(index).padStart(2, '0')}' } }`)}
  Broken: # here
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: orders, Action: 'lambda:InvokeFunction', Principal: apigateway.amazonaws.com, SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/*/GET/orders/a-rather-long-path-66' }`,
    needs: ['function'],
    id: 'function-policy-size',
    source: 'serverless/serverless#2853: "The final policy size (20539) is bigger than the limit (20480)"',
  },
];
