/** Updates of stacks, each with the public source of what AWS does with them. */
import type { PARTS } from './refused/definition.ts';

type Update = {
  readonly name: string;
  /** The text of `Resources` of the deployed template. */
  readonly before: string;
  readonly now: string;
  readonly needs?: readonly (keyof typeof PARTS)[];
  /** Severity, id and logical id of each finding. */
  readonly finds: readonly string[];
  readonly source: string;
};

const BEHAVIORS = 'CloudFormation user guide, "Update behaviors of stack resources"';
const SCHEMA = 'createOnlyProperties of the resource schema';
const TABLE = (more: string): string => `
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
${more}`;
const KEYS = (
  name: string,
  type = 'S',
): string => `      KeySchema: [{ AttributeName: ${name}, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: ${name}, AttributeType: ${type} }]`;
const INDEXED = (...names: readonly string[]): string =>
  TABLE(`      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      GlobalSecondaryIndexes:${names.length === 0 ? ' []' : ''}
${names.map((name) => `        - { IndexName: ${name}, KeySchema: [{ AttributeName: id, KeyType: HASH }], Projection: { ProjectionType: ${name === 'wide' ? 'ALL' : 'KEYS_ONLY'} } }`).join('\n')}`);
const PATH = (id: string, part: string, more = ''): string => `
  ${id}: { Type: AWS::ApiGateway::Resource, ${more}Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '${part}' } }`;
const METHOD = (of: string, more = ''): string => `
  Get: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref ${of}, HttpMethod: GET, AuthorizationType: NONE, ${more}Integration: { Type: MOCK } } }`;
const ROUTE = (id: string, key: string): string => `
  ${id}: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: '${key}', Target: !Sub 'integrations/\${Integration}' } }`;

export const UPDATES: readonly Update[] = [
  {
    name: 'a template that did not change',
    before: TABLE(KEYS('id')),
    now: TABLE(KEYS('id')),
    needs: ['rest', 'function'],
    finds: [],
    source: BEHAVIORS,
  },
  {
    name: 'a change in place',
    before: '\n  Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 10 } }',
    now: '\n  Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 20 } }',
    finds: [],
    source: BEHAVIORS,
  },
  {
    name: 'a queue that becomes a FIFO queue, and is therefore replaced',
    before: '\n  Queue: { Type: AWS::SQS::Queue }',
    now: '\n  Queue: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }',
    finds: ['differs update-loses Queue'],
    source: SCHEMA,
  },
  {
    name: 'a table whose key changes',
    before: TABLE(KEYS('id')),
    now: TABLE(KEYS('orderId')),
    finds: ['differs update-loses Orders'],
    source: 'conditionalCreateOnlyProperties of the resource schema',
  },
  {
    name: 'a table whose key gets another type',
    before: TABLE(KEYS('id')),
    now: TABLE(KEYS('id', 'N')),
    finds: ['differs update-loses Orders'],
    source: 'ministackorg/ministack#1433',
  },
  {
    name: 'a table with its own name that must be replaced',
    before: TABLE(`      TableName: orders\n${KEYS('id')}`),
    now: TABLE(`      TableName: orders\n${KEYS('id', 'N')}`),
    finds: ['refused update-replaces-named Orders'],
    source: 'ministackorg/ministack#1433',
  },
  {
    name: 'a table that gets another name',
    before: TABLE(`      TableName: orders\n${KEYS('id')}`),
    now: TABLE(`      TableName: orders-2\n${KEYS('id')}`),
    finds: ['differs update-loses Orders'],
    source: SCHEMA,
  },
  {
    name: 'a table that is removed',
    before: `${TABLE(KEYS('id'))}\n  Queue: { Type: AWS::SQS::Queue }`,
    now: '\n  Queue: { Type: AWS::SQS::Queue }',
    finds: ['differs update-loses Orders'],
    source: BEHAVIORS,
  },
  {
    name: 'a table that is removed and retained',
    before: `${TABLE(KEYS('id'))}\n    DeletionPolicy: Retain\n  Queue: { Type: AWS::SQS::Queue }`,
    now: '\n  Queue: { Type: AWS::SQS::Queue }',
    finds: [],
    source: 'CloudFormation template reference, "DeletionPolicy attribute"',
  },
  {
    name: 'a table without a name under another logical id',
    before: TABLE(KEYS('id')),
    now: TABLE(KEYS('id')).replace('Orders:', 'Purchases:'),
    finds: ['differs update-loses Orders'],
    source: 'AWS CDK developer guide, "Logical ID stability"',
  },
  {
    name: 'a table with a name under another logical id',
    before: TABLE(`      TableName: orders\n${KEYS('id')}`),
    now: TABLE(`      TableName: orders\n${KEYS('id')}`).replace('Orders:', 'Purchases:'),
    finds: ['refused update-creates-first Purchases'],
    source: 'serverless/serverless#1677',
  },
  {
    name: 'two new indexes of one table',
    before: INDEXED(),
    now: INDEXED('one', 'two'),
    finds: ['refused update-forbidden Orders'],
    source: 'aws/aws-cdk#14920',
  },
  {
    name: 'one new index',
    before: INDEXED('one'),
    now: INDEXED('one', 'two'),
    finds: [],
    source: 'aws/aws-cdk#14920',
  },
  {
    name: 'a user pool whose sign-in changes',
    before: '\n  Users: { Type: AWS::Cognito::UserPool }',
    now: '\n  Users: { Type: AWS::Cognito::UserPool, Properties: { UsernameConfiguration: { CaseSensitive: false } } }',
    finds: ['refused update-forbidden Users'],
    source: 'aws-samples/sample-voice-of-customer-datalake#184',
  },
  {
    name: 'a logical id that gets another type',
    before: '\n  Dead: { Type: AWS::SNS::Topic }',
    now: '\n  Dead: { Type: AWS::SQS::Queue }',
    finds: ['refused update-changes-type Dead'],
    source: 'aws/aws-sam-cli#6786',
  },
  {
    name: 'a path parameter that gets another name',
    before: `${PATH('Order', '{id}')}${METHOD('Order')}`,
    now: `${PATH('Order', '{orderId}')}${METHOD('Order')}`,
    needs: ['rest'],
    finds: ['refused update-creates-first Order', 'differs update-not-deployed Deployment'],
    source: 'aws-samples/sample-llm-search-citation-analysis-with-amazon-bedrock#111',
  },
  {
    name: 'a path parameter that gets another name together with its logical id',
    before: PATH('OrderIdVar', '{id}'),
    now: PATH('OrderOrderIdVar', '{orderId}'),
    needs: ['rest'],
    finds: ['refused update-creates-first OrderOrderIdVar', 'differs update-not-deployed Deployment'],
    source: 'serverless/serverless#3785',
  },
  {
    name: 'a route that moves to another logical id',
    before: ROUTE('List', 'GET /orders'),
    now: ROUTE('ListOrders', 'GET /orders'),
    needs: ['http'],
    finds: ['refused update-creates-first ListOrders'],
    source: 'anomalyco/sst#513',
  },
  {
    name: 'a route under another logical id whose variable has another name',
    before: ROUTE('List', 'GET /orders/{order_id}'),
    now: ROUTE('ListOrders', 'GET /orders/{orderId}'),
    needs: ['http'],
    finds: ['refused update-creates-first ListOrders'],
    source: 'plutomi/plutomi#271',
  },
  {
    name: 'a route of an API that deploys itself',
    before: ROUTE('List', 'GET /orders'),
    now: `${ROUTE('List', 'GET /orders')}${ROUTE('Add', 'POST /orders')}`,
    needs: ['http'],
    finds: [],
    source: 'API Gateway developer guide, "Stages for HTTP APIs"',
  },
  {
    name: 'a method that the deployment of the API does not get, because the deployment stays',
    before: PATH('Orders', 'orders'),
    now: `${PATH('Orders', 'orders')}${METHOD('Orders')}`,
    needs: ['rest'],
    finds: ['differs update-not-deployed Deployment'],
    source: 'CloudFormation template reference, AWS::ApiGateway::Deployment',
  },
  {
    name: 'an API that is replaced by another kind',
    before: '\n  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }',
    now: '\n  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }',
    finds: ['differs update-loses Api'],
    source: SCHEMA,
  },
  {
    name: 'what refers to a resource that is replaced',
    before: `\n  Users: { Type: AWS::Cognito::UserPool }
  Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Users } }`,
    now: `\n  Others: { Type: AWS::Cognito::UserPool }
  Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Others } }`,
    finds: ['differs update-loses Client', 'differs update-loses Users'],
    source: SCHEMA,
  },
  {
    name: 'a second stage',
    before: '',
    now: '\n  Second: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: prod } }',
    needs: ['rest'],
    finds: [],
    source: BEHAVIORS,
  },
  {
    name: 'a path parameter below another one',
    before: PATH('Order', '{id}'),
    now: `${PATH('Order', '{id}')}
  Item: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Order, PathPart: '{item}' } }
  Next: { Type: AWS::ApiGateway::Deployment, DependsOn: [Root], Properties: { RestApiId: !Ref Api } }`,
    needs: ['rest'],
    finds: [],
    source: 'serverless/serverless#3785',
  },
  {
    name: 'a method that a deployment with a new logical id gets',
    before: `${PATH('Orders', 'orders')}
  Deployment1: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }`,
    now: `${PATH('Orders', 'orders')}${METHOD('Orders')}
  Deployment2: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }`,
    needs: ['rest'],
    finds: [],
    source: 'osls names each deployment after the time at which it is packaged',
  },
  {
    name: 'a function whose package type changes although it has a name',
    before: `
  Worker: { Type: AWS::Lambda::Function, Properties: { FunctionName: worker, Runtime: nodejs22.x, Handler: a.b, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: x } } }`,
    now: `
  Worker: { Type: AWS::Lambda::Function, Properties: { FunctionName: worker, PackageType: Image, Role: 'arn:aws:iam::123456789012:role/any', Code: { ImageUri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1' } } }`,
    finds: ['refused update-replaces-named Worker'],
    source: SCHEMA,
  },
  {
    name: 'a rule that moves to another bus and has no name',
    before: '\n  Rule: { Type: AWS::Events::Rule, Properties: { EventPattern: { source: [a] } } }',
    now: '\n  Rule: { Type: AWS::Events::Rule, Properties: { EventBusName: shop, EventPattern: { source: [a] } } }',
    finds: ['differs update-replaces Rule'],
    source: 'conditionalCreateOnlyProperties of the resource schema',
  },
];
