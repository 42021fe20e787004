/** Definitions from public threads that quote AWS's refusal when they were deployed. */
import { one, rest } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const TARGETS = (more: string): string => `
  Broken:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [shop] }
      Targets:
${more}`;
const TRUST = (principal: string): string => `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal:
              ${principal} # here`;
const EDGE = 'arn:aws:acm:us-east-1:123456789012:certificate/0f52b4ab-4a6d-4a4e-8f0a-0a4d3b2f2a10';

export const OF_THREADS: readonly RefusedDefinition[] = [
  one(
    'the certificate of an edge endpoint for a regional domain',
    `
  Broken:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      CertificateArn: ${EDGE} # here
      EndpointConfiguration: { Types: [REGIONAL] }`,
    'apigateway-domainname-certificatearn',
    'anomalyco/sst#4131: "Cannot import certificates for EDGE while REGIONAL is active."',
  ),
  one(
    'the certificate of a regional endpoint for an edge domain',
    `
  Broken:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      RegionalCertificateArn: ${EDGE} # here`,
    'apigateway-domainname-regionalcertificatearn',
    'anomalyco/sst#4131, for the other endpoint type',
  ),
  one(
    'a domain without a certificate',
    `
  Broken:
    Type: AWS::ApiGateway::DomainName
    Properties: { DomainName: api.example.com } # here`,
    'apigateway-domainname-certificatearn',
    'hashicorp/terraform-provider-aws#3276: "A certificate was not provided for the endpoint type EDGE."',
  ),
  one(
    'an edge domain for HTTP APIs',
    `
  Broken:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: api.example.com
      DomainNameConfigurations:
        - CertificateArn: ${EDGE}
          EndpointType: EDGE # here`,
    'apigatewayv2-domainname-domainnameconfigurations',
    'amplify-education/serverless-domain-manager#401',
  ),
  one(
    'TLS 1.0 for HTTP APIs',
    `
  Broken:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: api.example.com
      DomainNameConfigurations:
        - CertificateArn: ${EDGE}
          SecurityPolicy: TLS_1_0 # here`,
    'apigatewayv2-domainname-domainnameconfigurations',
    'amplify-education/serverless-domain-manager#381',
  ),
  ...['states:us-east-1:123456789012:stateMachine:m', 'kinesis:us-east-1:123456789012:stream/s'].map((arn) =>
    one(
      `a target of ${arn.split(':')[0] ?? ''} without a role`,
      TARGETS(`        - { Id: T1, Arn: 'arn:aws:${arn}' } # here`).trimEnd(),
      'events-rule-targets',
      'awsdocs/aws-cloudformation-user-guide#1178: "RoleArn is required for target"',
    ),
  ),
  one(
    'a FIFO queue as target without a message group',
    `${TARGETS(`        - Id: T1 # here
          Arn: !GetAtt Queue.Arn`)}
  Queue: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }`,
    'events-rule-targets',
    'hashicorp/terraform#20263: "Parameter(s) SqsParameters must be specified for target"',
  ),
  one(
    'a log group as target whose template is not an object',
    TARGETS(`        - Id: T1
          Arn: arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/a
          InputTransformer:
            InputPathsMap: { id: $.detail.id }
            InputTemplate: '"id = <id>"' # here`),
    'events-rule-targets',
    'awsdocs/aws-cloudformation-user-guide#1010: "Input for target LogGroupTarget is not a valid JSON text."',
  ),
  {
    name: 'a placeholder that a target does not define',
    text: TARGETS(`        - Id: T1
          Arn: !GetAtt Function.Arn
          InputTransformer:
            InputPathsMap: { id: $.detail.id }
            InputTemplate: '{"name": <name>}' # here`),
    needs: ['function'],
    id: 'events-rule-targets',
    source: 'localstack/localstack#10789: "InputTemplate for target T1 contains invalid placeholder name."',
  },
  {
    name: 'the name of a role if a target needs its ARN',
    text: TARGETS(`        - Id: T1
          Arn: arn:aws:states:us-east-1:123456789012:stateMachine:m
          RoleArn: !Ref Role # here`),
    needs: ['role'],
    id: 'events-rule-targets',
    source: 'EventBridge: "Parameter RoleArn is not valid. Reason: Provided Arn is not in correct format."',
  },
  {
    name: 'the name of a role if a function needs its ARN',
    text: `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: !Ref Role # here
      Code: { ZipFile: 'exports.handler = async () => 1' }`,
    needs: ['role'],
    id: 'lambda-function-role',
    source: 'Lambda API reference, CreateFunction: pattern of Role',
  },
  {
    name: 'the name of a role if an integration needs its ARN',
    text: `
  Broken:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub 'arn:aws:apigateway:\${AWS::Region}:sqs:path/\${AWS::AccountId}/orders'
        Credentials: !Ref Role # here`,
    needs: ['rest', 'role'],
    id: 'apigateway-method-integration',
    source: 'aws-cloudformation/aws-cloudformation-templates#379: "Invalid ARN specified in the request"',
  },
  {
    name: 'one role if a list of roles is needed',
    text: `
  Broken:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: read
      Roles: !Ref Role # here
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 's3:GetObject', Resource: '*' }] }`,
    needs: ['role'],
    id: 'iam-policy-roles',
    source: 'binoculars/aws-lambda-ffmpeg#22: "Value of property Roles must be of type List of String"',
  },
  ...[
    ["AWS: !Sub 'arn:${AWS::Partition}::iam::${AWS::AccountId}:root'", 'aws-cloudformation/cfn-lint#4287'],
    ['AWS: []', 'terraform-aws-modules/terraform-aws-iam#47'],
    ['Service: lambda', 'IAM user guide, AWS JSON policy elements: Principal'],
  ].map(([principal = '', source = '']) =>
    one(
      `a trust policy with the principal ${principal}`,
      TRUST(principal),
      'iam-role-assumerolepolicydocument',
      source,
    ),
  ),
  {
    name: 'a file system outside of a VPC',
    text: `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => 1' }
      FileSystemConfigs: [{ Arn: 'arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0', LocalMountPath: /mnt/data }] # here`,
    id: 'lambda-function-vpcconfig',
    source: 'aws-cloudformation/cfn-lint#4369: "Function must be configured to execute in a VPC"',
  },
  {
    name: 'provisioned concurrency for an alias of $LATEST',
    text: `
  Broken:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Function
      Name: live
      FunctionVersion: $LATEST # here
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 }`,
    needs: ['function'],
    id: 'lambda-alias-functionversion',
    source: 'hashicorp/terraform-provider-aws#12120',
  },
  ...[
    ['amazonaws.com', 'Pocket/terraform-modules#1037'],
    ['arn:aws:iam:000000000000:role/xxxx', 'aws/aws-cli#7408'],
    ['apigateway', 'Lambda API reference, AddPermission'],
  ].map(([principal = '', source = '']): RefusedDefinition => ({
    name: `a permission for the principal ${principal}`,
    text: `
  Broken:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Function
      Action: lambda:InvokeFunction
      Principal: ${principal} # here`,
    needs: ['function'],
    id: 'lambda-permission-principal',
    source: `${source}: "The provided principal was invalid."`,
  })),
  {
    name: 'a filter pattern of a mapping whose stream is elsewhere',
    text: `
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      EventSourceArn: arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2024-01-01T00:00:00.000
      StartingPosition: LATEST
      FilterCriteria:
        Filters: [{ Pattern: '{"eventName": "INSERT"}' }] # here`,
    needs: ['function'],
    id: 'lambda-eventsourcemapping-filtercriteria',
    source: 'aws/aws-cdk#23057: "Invalid filter pattern definition."',
  },
  one(
    'a filter policy of a subscription that is not served',
    `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: https
      Endpoint: https://example.com/hook
      FilterPolicy: { Amount: [] } # here`,
    'sns-subscription-filterpolicy',
    'aws/aws-cdk#16549: "Empty arrays are not allowed"',
  ),
  one(
    'a FIFO queue as subscriber of a standard topic',
    `
  Topic: { Type: AWS::SNS::Topic }
  Queue: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Queue.Arn # here`,
    'sns-subscription-endpoint',
    'getmoto/moto#8957: "FIFO SQS Queues can not be subscribed to standard SNS topics"',
  ),
  one(
    'a global index without throughput in a provisioned table',
    `
  Broken:
    Type: AWS::DynamoDB::Table
    Properties:
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }
      AttributeDefinitions: [{ AttributeName: key, AttributeType: S }, { AttributeName: tt, AttributeType: S }]
      KeySchema: [{ AttributeName: key, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: ByTt # here
          KeySchema: [{ AttributeName: tt, KeyType: HASH }]
          Projection: { ProjectionType: ALL }`,
    'dynamodb-table-globalsecondaryindexes',
    'aws/aws-cli#6138: "No provisioned throughput specified for the global secondary index"',
  ),
  rest(
    'a text without quotes in a gateway response',
    `
  Broken:
    Type: AWS::ApiGateway::GatewayResponse
    DependsOn: Api
    Properties:
      RestApiId: !Ref Api
      ResponseType: ACCESS_DENIED
      ResponseParameters:
        gatewayresponse.header.x-test: test-value # here`,
    'apigateway-gatewayresponse-responseparameters',
    'aws/aws-cdk#20274: "Invalid mapping expression specified: test-value"',
  ),
  rest(
    'a usage plan that does not wait for its stage',
    `
  Broken:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages:
        - ApiId: !Ref Api
          Stage: dev # here`,
    'apigateway-usageplan-apistages',
    'serverless/serverless#2831: "API Stage not found"',
  ),
  rest(
    'a base path mapping that does not wait for its stage',
    `
  Broken:
    Type: AWS::ApiGateway::BasePathMapping
    Properties:
      DomainName: api.example.com
      RestApiId: !Ref Api
      Stage: dev # here`,
    'apigateway-basepathmapping-stage',
    'aws/serverless-application-model#192: "Invalid stage identifier specified"',
  ),
];
