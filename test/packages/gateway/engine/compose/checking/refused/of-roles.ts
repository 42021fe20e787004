/** Definitions whose roles cannot be assumed, or lack rights that a service checks when it creates a resource. */
import { broken, deployed, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const ROLE = (service: string, statement = ''): string => `
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: ${service} }, Action: 'sts:AssumeRole' }] }
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]${
        statement === ''
          ? ''
          : `
      Policies: [{ PolicyName: own, PolicyDocument: { Version: '2012-10-17', Statement: [${statement}] } }]`
      }`;
const SOURCES = `
  Dead: { Type: AWS::SQS::Queue }
  Topic: { Type: AWS::SNS::Topic }
  Stream: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Table:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST, StreamSpecification: { StreamViewType: KEYS_ONLY }, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] }`;
const FUNCTION = (more: string, name = 'Broken', role = '!GetAtt Role.Arn'): string => `
  ${name}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Role: ${role}
${more}`;
const MAPPING = (source: string, more = ''): string => `${FUNCTION('', 'Function')}
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function${more}
      EventSourceArn: !GetAtt ${source} # here`;
const CREATE_INTERFACE = 'aws/aws-sam-cli#617: "CreateNetworkInterface on EC2"';
const VPC = '      VpcConfig: { SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d] }';

export const OF_ROLES: readonly RefusedDefinition[] = [
  {
    name: 'a role that Lambda cannot assume',
    text: FUNCTION('', 'Broken', '!GetAtt Role.Arn # here') + ROLE('apigateway.amazonaws.com'),
    id: 'lambda-function-role',
    says: /cannot be assumed by Lambda/,
    source: 'pdomala/LambdaCDDemo#1: "The role defined for the function cannot be assumed by Lambda."',
  },
  {
    name: 'a role that Step Functions cannot assume',
    text: `
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn # here
      Definition: { StartAt: Done, States: { Done: { Type: Succeed } } }${ROLE('lambda.amazonaws.com')}`,
    id: 'stepfunctions-statemachine-rolearn',
    source:
      'lumigo-io/lumigo-CLI#83: "Neither the global service principal states.amazonaws.com, nor the regional one"',
  },
  {
    name: 'a role that EventBridge Scheduler cannot assume',
    text: `
  Broken:
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: { Mode: 'OFF' }
      ScheduleExpression: rate(5 minutes)
      Target:
        Arn: arn:aws:lambda:us-east-1:123456789012:function:any
        RoleArn: !GetAtt Role.Arn # here${ROLE('events.amazonaws.com')}`,
    id: 'scheduler-schedule-target',
    source: 'EventBridge Scheduler user guide: "must allow AWS EventBridge Scheduler to assume the role"',
  },
  {
    name: 'a role for the logs of API Gateway that it cannot assume',
    text: `
  Broken:
    Type: AWS::ApiGateway::Account
    Properties:
      CloudWatchRoleArn: !GetAtt Role.Arn # here${ROLE('logs.amazonaws.com')}`,
    id: 'apigateway-account-cloudwatchrolearn',
    source: 'API Gateway developer guide, CloudWatch logging: "grant trust permission for API Gateway"',
  },
  {
    name: 'a function in a VPC whose role cannot create network interfaces',
    text: FUNCTION(`${VPC} # here`) + ROLE('lambda.amazonaws.com'),
    id: 'lambda-function-vpcconfig',
    says: /does not have permissions to call CreateNetworkInterface on EC2/,
    source: CREATE_INTERFACE,
  },
  {
    name: 'a dead-letter queue that the role may not write to',
    text: `${FUNCTION('      DeadLetterConfig:\n        TargetArn: !GetAtt Dead.Arn # here')}${ROLE('lambda.amazonaws.com', "{ Effect: Allow, Action: 'sqs:ReceiveMessage', Resource: '*' }")}${SOURCES}`,
    id: 'lambda-function-deadletterconfig',
    says: /does not have permissions to call SendMessage on SQS/,
    source: 'aws-samples/aws-serverless-ecommerce-platform#41: "SendMessage on SQS"',
  },
  {
    name: 'a dead-letter topic that the role may not publish to',
    text: `${FUNCTION('      DeadLetterConfig:\n        TargetArn: !Ref Topic # here')}${ROLE('lambda.amazonaws.com')}${SOURCES}`,
    id: 'lambda-function-deadletterconfig',
    says: /does not have permissions to call Publish on SNS/,
    source: 'serverless/serverless#4770: "Publish on SNS"',
  },
  {
    name: 'a destination that the role may not publish to',
    text: `${FUNCTION('', 'Function')}
  Broken:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Function
      Qualifier: $LATEST
      DestinationConfig:
        OnFailure:
          Destination: !Ref Topic # here${ROLE('lambda.amazonaws.com')}${SOURCES}`,
    id: 'lambda-eventinvokeconfig-destinationconfig',
    source: 'aws-amplify/amplify-cli#10395',
  },
  {
    name: 'a queue that the role may not read',
    text: `${MAPPING('Dead.Arn')}${ROLE('lambda.amazonaws.com')}${SOURCES}`,
    id: 'lambda-eventsourcemapping-eventsourcearn',
    says: /does not have permissions to call ReceiveMessage on SQS/,
    source: 'functionalone/serverless-iam-roles-per-function#21: "ReceiveMessage on SQS"',
  },
  ...['Stream.Arn', 'Table.StreamArn'].map((source): RefusedDefinition => ({
    name: `the stream ${source} that the role may not read`,
    text: `${MAPPING(source, '\n      StartingPosition: LATEST')}${ROLE('lambda.amazonaws.com')}${SOURCES}`,
    id: 'lambda-eventsourcemapping-eventsourcearn',
    says: /^Cannot access stream/,
    source: 'aws-amplify/amplify-cli#12965: "Cannot access stream"',
  })),
  {
    name: 'a role of API Gateway that permits nothing on logs',
    text: `
  Broken: { Type: AWS::ApiGateway::Account, Properties: { CloudWatchRoleArn: !GetAtt Role.Arn } } # here
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: apigateway.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Policies: [{ PolicyName: own, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'sqs:*', Resource: '*' }] } }]`,
    id: 'apigateway-account-cloudwatchrolearn',
    says: /does not have required permissions configured/,
    source: 'aws-cloudformation/rain#163',
  },
  {
    name: 'active tracing with a role that may not write to X-Ray',
    text: FUNCTION('      TracingConfig: { Mode: Active } # here') + ROLE('lambda.amazonaws.com'),
    id: 'lambda-function-tracingconfig',
    says: /^The provided execution role does not have permissions to call PutTraceSegments on XRAY/,
    source: 'https://github.com/functionalone/serverless-iam-roles-per-function/issues/39',
  },
  {
    name: 'a role of a user pool that may not publish',
    text: `
  Broken:
    Type: AWS::Cognito::UserPool
    Properties:
      SmsConfiguration:
        ExternalId: customers
        SnsCallerArn: !GetAtt Role.Arn # here${ROLE(
          'cognito-idp.amazonaws.com',
          "{ Effect: Allow, Action: 'sns:SetSMSAttributes', Resource: '*' }",
        )}`,
    id: 'cognito-userpool-smsconfiguration',
    says: /^Role does not have permission to publish with SNS$/,
    source: 'https://github.com/OElesin/querypal/issues/6',
  },
  ...(
    [
      [
        'a trust policy with resources',
        'hashicorp/terraform#34231',
        [
          '- Effect: Allow',
          "  Action: ['logs:PutLogEvents', 'logs:CreateLogStream']",
          "  Resource: '*' # here",
        ],
      ],
      [
        'a trust policy for everyone without a type',
        deployed('pf-iam-trust-policy-principal-star-string'),
        ['- Effect: Allow', '  Action: sts:AssumeRole', "  Principal: '*' # here"],
      ],
      [
        'a trust policy for all identity pools',
        deployed('pf-iam-trust-policy-cognito-condition'),
        [
          '- Effect: Allow',
          '  Action: sts:AssumeRoleWithWebIdentity',
          '  Principal: { Federated: cognito-identity.amazonaws.com } # here',
        ],
      ],
    ] as const
  ).map(([name, source, lines]) =>
    one(
      name,
      broken(
        'IAM::Role',
        'AssumeRolePolicyDocument:',
        "  Version: '2012-10-17'",
        '  Statement:',
        ...lines.map((line) => `    ${line}`),
      ),
      'iam-role-assumerolepolicydocument',
      source,
    ),
  ),
  ...(
    [
      ['a region in the ARN of a bucket', 'global-service-arn', 'arn:aws:s3:us-east-1:123456789012:orders/*'],
      ['an ARN with four parts', 'arn-segments', 'arn:aws:s3:orders'],
    ] as const
  ).map(([name, rule, resource]) =>
    one(
      name,
      broken(
        'IAM::ManagedPolicy',
        'PolicyDocument:',
        "  Version: '2012-10-17'",
        '  Statement:',
        '    - Effect: Allow',
        '      Action: s3:GetObject',
        '      Resource:',
        `        - ${resource} # here`,
      ),
      'iam-managedpolicy-policydocument',
      deployed(`pf-iam-policy-resource-${rule}`),
    ),
  ),
];
