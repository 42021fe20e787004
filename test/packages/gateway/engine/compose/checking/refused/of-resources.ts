/** Definitions of buckets, queues, topics, tables, user pools and state machines that AWS refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const BUCKET = (notifications: string): string => `
  Jobs: { Type: AWS::SQS::Queue }
  JobsPolicy: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Jobs], PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: s3.amazonaws.com }, Action: 'sqs:SendMessage', Resource: '*' }] } } }
  Broken:
    Type: AWS::S3::Bucket
    DependsOn: JobsPolicy
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
${notifications}`;
const POLICY = (type: string, members: string, actions: string): string => `
  Broken:
    Type: AWS::${type}
    Properties:
      ${members}
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { AWS: '123456789012' }
            Resource: '*'
            ${actions}`;
const TABLE = (more: string): string => `
  Broken:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
${more}`;
const MACHINE = (states: string): string => `
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/any
      Definition:
${states}`;
const OVERLAP = 'aws-solutions/aws-waf-security-automations#49: "Configuration is ambiguously defined."';
const SFN = 'localstack/localstack#11978: "MISSING_TRANSITION_TARGET"';
const EVENT = (event: string, rules: string): string =>
  `{ Event: '${event}', Queue: !GetAtt Jobs.Arn, Filter: { S3Key: { Rules: [${rules}] } } }`;

export const OF_RESOURCES: readonly RefusedDefinition[] = [
  one(
    'two notifications for one event, of which one has no filter',
    BUCKET(`          - { Event: 's3:ObjectCreated:*', Queue: !GetAtt Jobs.Arn }
          - ${EVENT('s3:ObjectCreated:Put', '{ Name: prefix, Value: in/ }')} # here`),
    's3-bucket-notificationconfiguration',
    OVERLAP,
  ),
  one(
    'two notifications whose prefixes and suffixes overlap',
    BUCKET(`          - ${EVENT('s3:ObjectRemoved:*', '{ Name: prefix, Value: a }, { Name: suffix, Value: pg }')}
          - ${EVENT('s3:ObjectRemoved:*', '{ Name: prefix, Value: ab }, { Name: suffix, Value: jpg }')} # here`),
    's3-bucket-notificationconfiguration',
    OVERLAP,
  ),
  one(
    'a notification of a topic that only its owner may use',
    `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        TopicConfigurations:
          - { Event: 's3:ObjectCreated:*', Topic: !Ref Topic } # here`,
    's3-bucket-notificationconfiguration',
    'serverless/serverless#12361: "Unable to validate the following destination configurations"',
  ),
  one(
    'raw delivery to a function',
    `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: lambda
      Endpoint: arn:aws:lambda:us-east-1:123456789012:function:any
      RawMessageDelivery: true # here`,
    'sns-subscription-rawmessagedelivery',
    'aws-controllers-k8s/community#2192: "Delivery protocol [lambda] does not support raw message delivery."',
  ),
  one(
    'an action in the policy of a topic that concerns no topic',
    POLICY(
      'SNS::TopicPolicy',
      "Topics: ['arn:aws:sns:us-east-1:123456789012:any']",
      "Action: ['sns:Publish', 'sns:CreateTopic'] # here",
    ),
    'sns-topicpolicy-policydocument',
    'hashicorp/terraform#12740: "Policy statement action out of service scope!"',
  ),
  one(
    'an action of another service in the policy of a topic',
    POLICY(
      'SNS::TopicPolicy',
      "Topics: ['arn:aws:sns:us-east-1:123456789012:any']",
      'Action: sqs:SendMessage # here',
    ),
    'sns-topicpolicy-policydocument',
    'hashicorp/terraform#12740: "Policy statement action out of service scope!"',
  ),
  one(
    'an action in the policy of a queue that concerns no queue',
    POLICY('SQS::QueuePolicy', 'Queues: [any]', 'Action: sqs:ListQueues # here'),
    'sqs-queuepolicy-policydocument',
    'aws/aws-cdk#15602: "Invalid value for the parameter Policy."',
  ),
  one(
    'eight actions in a statement of the policy of a queue',
    POLICY(
      'SQS::QueuePolicy',
      'Queues: [any]',
      `Action: [${['AddPermission', 'ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'PurgeQueue', 'ReceiveMessage', 'SendMessage'].map((name) => `'sqs:${name}'`).join(', ')}] # here`,
    ),
    'sqs-queuepolicy-policydocument',
    'ministryofjustice/cloud-platform-environments#9082: "max allowed is 7"',
  ),
  one(
    'throughput of a table on demand',
    TABLE('      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } # here'),
    'dynamodb-table-provisionedthroughput',
    'aws-controllers-k8s/dynamodb-controller#73: "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified"',
  ),
  one(
    'throughput of an index of a table on demand',
    TABLE(`      GlobalSecondaryIndexes:
        - IndexName: all
          KeySchema: [{ AttributeName: id, KeyType: HASH }]
          Projection: { ProjectionType: ALL }
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } # here`),
    'dynamodb-table-globalsecondaryindexes',
    'awslabs/aws-lambda-redshift-loader#192: "ProvisionedThroughput should not be specified for index"',
  ),
  one(
    'a custom attribute that a sign-up must have',
    `
  Broken:
    Type: AWS::Cognito::UserPool
    Properties:
      Schema:
        - { Name: email, AttributeDataType: String, Required: true }
        - { Name: tenant, AttributeDataType: String, Required: true } # here`,
    'cognito-userpool-schema',
    'hashicorp/terraform-provider-aws#18430: "Required custom attributes are not supported currently."',
  ),
  one(
    'a code flow without callback',
    `
  Pool: { Type: AWS::Cognito::UserPool }
  Broken:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [code] # here
      AllowedOAuthScopes: [openid]`,
    'cognito-userpoolclient-callbackurls',
    'cisagov/crossfeed#440: "CallbackUrls can not be empty when code flow or implicit flow is selected"',
  ),
  one(
    'a state that nothing leads to',
    MACHINE(`        StartAt: First
        States:
          First: { Type: Succeed }
          Second: { Type: Succeed } # here`),
    'stepfunctions-statemachine-definition',
    SFN,
  ),
  one(
    'a transition of a caught error to no state',
    MACHINE(`        StartAt: First
        States:
          First:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Nowhere # here
            End: true`),
    'stepfunctions-statemachine-definition',
    SFN,
  ),
  one(
    'a branch that starts at a state of the whole machine',
    MACHINE(`        StartAt: Both
        States:
          Both:
            Type: Parallel
            End: true
            Branches:
              - StartAt: Both # here
                States: {}`),
    'stepfunctions-statemachine-definition',
    'Amazon States Language, Parallel: "States in a branch may only transition to each other"',
  ),
  {
    ...one(
      'two authorizers of an API with one name',
      `
  First: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Api, Name: login, AuthorizerType: JWT, IdentitySource: [$request.header.Authorization], JwtConfiguration: { Issuer: 'https://example.com', Audience: [a] } } }
  Broken:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: login # here
      AuthorizerType: JWT
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration: { Issuer: 'https://example.com', Audience: [b] }`,
      'apigatewayv2-authorizer-name',
      'aws/aws-cdk#20170: "Authorizer name must be unique. Authorizer auth2b already exists in this RestApi."',
    ),
    needs: ['http'],
  },
  one(
    'the second statement of the second policy of a role',
    `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Policies:
        - PolicyName: first
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }
        - PolicyName: second
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - { Effect: Allow, Action: '*', Resource: '*' }
              - Effect: Allow # here
                Action: logs:PutLogEvents`,
    'iam-role-policies',
    'aws-samples/aws-health-aware#1: "Policy statement must contain resources."',
  ),
  one(
    'a list as the value of an output',
    `
Resources:
  Topic: { Type: AWS::SNS::Topic }
Outputs:
  Arn:
    Value: # here
      - !Ref Topic`,
    'template',
    'aws-samples/sessions-with-aws-sam#7: "The Value field of every Outputs member must evaluate to a String."',
  ),
  {
    name: 'a deployment of a WebSocket API that waits for no route',
    text: `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }
  Connect: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $connect, Target: !Sub 'integrations/\${Mock}' } }
  Mock: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: MOCK } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: dev, DeploymentId: !Ref Broken } }
  Broken: # here
    Type: AWS::ApiGatewayV2::Deployment
    Properties: { ApiId: !Ref Api }`,
    id: 'deployment-without-methods',
    source:
      'aws/serverless-application-model#2512: "At least one route is required before deploying the Api"',
  },
  {
    name: 'a reference that closes a circle',
    text: `
  First:
    Type: AWS::SQS::Queue
    Properties:
      Tags: [{ Key: other, Value: a }]
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Second.Arn # here
        maxReceiveCount: 3
  Second: { Type: AWS::SQS::Queue, Properties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt First.Arn, maxReceiveCount: 3 } } }`,
    id: 'circular-dependency',
    source: 'CloudFormation user guide, troubleshooting, dependency error',
  },
  ...(
    [
      ['http', 'https://example.com/hook', 'Endpoint must match the specified protocol'],
      ['https', 'http://example.com/hook', 'Endpoint must match the specified protocol'],
      ['sqs', 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs', 'SQS endpoint ARN'],
      ['lambda', 'orders', 'Lambda endpoint ARN'],
      ['firehose', 'arn:aws:kinesis:us-east-1:123456789012:stream/logs', 'Firehose endpoint ARN'],
    ] as const
  ).map(([protocol, endpoint, words]) =>
    one(
      `a subscription by ${protocol} whose endpoint is another one`,
      `
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: arn:aws:sns:us-east-1:123456789012:any
      SubscriptionRoleArn: arn:aws:iam::123456789012:role/any
      Protocol: ${protocol}
      Endpoint: ${endpoint} # here`,
      'sns-subscription-endpoint',
      `SNS API reference, Subscribe: "Invalid parameter: ${words}"`,
    ),
  ),
  ...(
    [
      ['arn:aws:states:::sns:publish.waitForTaskToken', "'.waitForTaskToken' service integration"],
      ['arn:aws:states:::states:startExecution.sync', "'.sync' service integration"],
      ['arn:aws:states:::states:startExecution.sync:2', "'.sync' service integration"],
      ['arn:aws:states:us-east-1:123456789012:activity:pick', 'Activity ARN'],
    ] as const
  ).map(([resource, what]) =>
    one(
      `the resource ${resource} in an Express workflow`,
      `
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: EXPRESS
      RoleArn: arn:aws:iam::123456789012:role/any
      Definition:
        StartAt: Wait
        States:
          Wait:
            Type: Task
            Resource: ${resource} # here
            End: true`,
      'stepfunctions-statemachine-definition',
      `localstack/localstack, test_sfn_api_express.snapshot.json, recorded: "Express state machine does not support ${what}"`,
    ),
  ),
  ...(
    [
      [
        'a rule with an OverrideAction that references no rule group',
        'OverrideAction: { None: {} } # here',
        'IPSetReferenceStatement: { Arn: arn:aws:wafv2:us-east-1:123456789012:regional/ipset/a/0123 }',
      ],
      [
        'a rule with an Action that references a rule group',
        'Action: { Count: {} } # here\n          OverrideAction: { None: {} }',
        'ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesCommonRuleSet }',
      ],
    ] as const
  ).map(([name, action, statement]) =>
    one(
      name,
      `
  Broken:
    Type: AWS::WAFv2::WebACL
    Properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: acl }
      Rules:
        - Name: one
          Priority: 0
          ${action}${name.includes('OverrideAction') ? '\n          Action: { Block: {} }' : ''}
          Statement: { ${statement} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: one }`,
      'wafv2-webacl-rules',
      'hashicorp/terraform-provider-aws#14120: "A reference in your rule statement is not valid."',
    ),
  ),
  ...(
    [
      ['a stage of an HTTP API', 'arn:aws:apigateway:us-east-1::/apis/a1b2c3d4e5/stages/dev'],
      ['a distribution', 'arn:aws:cloudfront::123456789012:distribution/E123456789ABCD'],
    ] as const
  ).map(([what, arn]) =>
    one(
      `the association of a web ACL with ${what}`,
      `
  Broken:
    Type: AWS::WAFv2::WebACLAssociation
    Properties:
      WebACLArn: arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acl/0123
      ResourceArn: ${arn} # here`,
      'wafv2-webaclassociation-resourcearn',
      'hashicorp/terraform-provider-aws#28753: "The ARN isn\'t valid."',
    ),
  ),
];
