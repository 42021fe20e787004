/** A resource of each service, named `Probe`, that runs nothing once the service is removed. */
import { plainSource } from '../../../lab/bench/plain-stack.ts';

const PROBE = 'Probe';

type Resource = { readonly Type: string; readonly Properties: object; readonly DependsOn?: string };
type Resources = Readonly<Record<string, Resource>>;

const ACCOUNT = '123456789012';
const FUNCTION = { 'Fn::GetAtt': ['Answer', 'Arn'] };
const ofType = (Type: string, Properties: object = {}): Resources => ({ [PROBE]: { Type, Properties } });
const mappingOf = (EventSourceArn: unknown, more: object = {}): Resources =>
  ofType('AWS::Lambda::EventSourceMapping', { EventSourceArn, FunctionName: { Ref: 'Answer' }, ...more });

/** The probes by folder of the service. A service without a probe refutes the proof. */
export const PROBES: Readonly<Record<string, Resources>> = {
  // These services have only calls and no resource type, so no stack can contain a resource of theirs.
  cloudformation: ofType('AWS::CloudFormation::Macro'),
  'cloudwatch-logs': ofType('AWS::Logs::Destination'),
  xray: ofType('AWS::XRay::Group'),
  cloudwatch: ofType('AWS::CloudWatch::CompositeAlarm', { AlarmRule: 'FALSE' }),
  cloudfront: ofType('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      Enabled: true,
      Origins: [{ Id: 'api', DomainName: 'abc.execute-api.us-east-1.amazonaws.com' }],
      DefaultCacheBehavior: {
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      },
    },
  }),
  eventbridge: ofType('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 day)',
    Targets: [{ Id: 'one', Arn: FUNCTION }],
  }),
  kinesis: ofType('AWS::Kinesis::Stream', { ShardCount: 1 }),
  'lambda-events': {
    Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
    ...mappingOf({ 'Fn::GetAtt': ['Queue', 'Arn'] }),
  },
  s3: ofType('AWS::S3::Bucket', { BucketName: 'probe' }),
  scheduler: ofType('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 day)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: FUNCTION, RoleArn: `arn:aws:iam::${ACCOUNT}:role/any` },
  }),
  servicediscovery: ofType('AWS::ServiceDiscovery::HttpNamespace', { Name: 'probe' }),
  sns: ofType('AWS::SNS::Topic', { TopicName: 'probe' }),
  sqs: ofType('AWS::SQS::Queue', { QueueName: 'probe' }),
  states: ofType('AWS::StepFunctions::StateMachine', {
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/any`,
    DefinitionString: '{"StartAt":"One","States":{"One":{"Type":"Succeed"}}}',
  }),
  streams: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'probe',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      },
    },
    ...mappingOf({ 'Fn::GetAtt': ['Table', 'StreamArn'] }, { StartingPosition: 'LATEST' }),
  },
  waf: ofType('AWS::WAFv2::IPSet', {
    Scope: 'REGIONAL',
    IPAddressVersion: 'IPV4',
    Addresses: ['203.0.113.0/24'],
  }),
};

/** A REST API with a function behind `GET /`, and the given resources. */
export function plainRestTemplate(more: Resources = {}): string {
  const RestApiId = { Ref: 'Api' };
  const Uri = {
    'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Answer.Arn}/invocations',
  };
  const rest = (type: string, Properties: object): Resource => ({
    Type: `AWS::ApiGateway::${type}`,
    Properties,
  });
  const Resources: Resources = {
    Answer: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: `arn:aws:iam::${ACCOUNT}:role/any`,
        Code: { ZipFile: plainSource() },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: 'Answer' },
        Principal: 'apigateway.amazonaws.com',
      },
    },
    Api: rest('RestApi', { Name: 'plain' }),
    Get: rest('Method', {
      RestApiId,
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri },
    }),
    Deployment: { ...rest('Deployment', { RestApiId }), DependsOn: 'Get' },
    Stage: rest('Stage', { RestApiId, DeploymentId: { Ref: 'Deployment' }, StageName: 'dev' }),
    ...more,
  };
  return JSON.stringify({ Resources }, undefined, 2);
}

/** `template.json:41: Probe (AWS::SQS::Queue): what happens`: the line on which a start refuses the probe. */
export function refusalIn(output: string): string | undefined {
  const line = output.split('\n').find((text) => /:\d+: Probe[ .]/.test(text));
  return line?.trim().replace(/^.*\/(?=[^/]+:\d+: )/, '');
}
