/** Definitions with a member that belongs to another kind of API, integration, function or queue. */
import { METHOD, rest } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const SQS_URI = 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/jobs';

export const OF_INTEGRATIONS: readonly RefusedDefinition[] = [
  rest(
    'an integration with a service that has no role',
    METHOD(`      AuthorizationType: NONE
      Integration:
        IntegrationHttpMethod: POST
        Uri: ${SQS_URI}
        Type: AWS # here`),
    'apigateway-method-integration',
    'aws/aws-cdk#1465, hashicorp/terraform-provider-aws#7916',
  ),
  ...['AuthorizerResultTtlInSeconds: 300', 'AuthorizerPayloadFormatVersion: "2.0"'].map(
    (member): RefusedDefinition => ({
      name: `an authorizer of a WebSocket API with ${member}`,
      text: `
  Broken:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: keys
      AuthorizerType: REQUEST
      IdentitySource: [route.request.header.Authorization]
      AuthorizerUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Function.Arn}/invocations
      ${member} # here`,
      needs: ['websocket', 'function'],
      id: `apigatewayv2-authorizer-${member.split(':')[0]?.toLowerCase() ?? ''}`,
      source: 'anomalyco/sst#905, hashicorp/terraform-provider-aws#15232; API reference, CreateAuthorizer',
    }),
  ),
  {
    name: 'attributes of a message that are plain JSON',
    text: `
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: SQS-SendMessage
      CredentialsArn: arn:aws:iam::123456789012:role/any
      PayloadFormatVersion: '1.0'
      RequestParameters:
        QueueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/jobs
        MessageBody: $request.body
        MessageAttributes: '{"from":{"DataType":"String","StringValue":"shop"}}' # here`,
    needs: ['http'],
    id: 'apigatewayv2-integration-requestparameters',
    source: 'hashicorp/terraform-provider-aws#17348',
  },
  {
    name: 'a base path mapping of version 1 to an HTTP API',
    text: `
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555', EndpointConfiguration: { Types: [REGIONAL] } }
  Broken:
    Type: AWS::ApiGateway::BasePathMapping
    DependsOn: Stage
    Properties:
      DomainName: !Ref Domain
      RestApiId: !Ref Api # here
      Stage: $default`,
    needs: ['http'],
    id: 'apigateway-basepathmapping-restapiid',
    source: 'CodeGenieApp/serverless-express#596, serverless/serverless#7459',
  },
  {
    name: 'a permission for an alias that the function does not have',
    text: `
  Version: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Function } }
  Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Function, FunctionVersion: !GetAtt Version.Version, Name: live } }
  Broken:
    Type: AWS::Lambda::Permission
    DependsOn: Live
    Properties:
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      FunctionName: !Sub '\${Function.Arn}:provisioned' # here`,
    needs: ['function'],
    id: 'lambda-permission-functionname',
    source: 'serverless/serverless#11053: "Cannot find alias arn"',
  },
  {
    name: 'a standard dead-letter queue of a FIFO subscription',
    text: `
  Topic: { Type: AWS::SNS::Topic, Properties: { FifoTopic: true } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Dead: { Type: AWS::SQS::Queue }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Jobs.Arn
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn # here`,
    id: 'sns-subscription-redrivepolicy',
    source: 'localstack/localstack, test_sns.snapshot.json, test_validations_for_fifo, recorded',
  },
  {
    name: 'a filter pattern that is not valid JSON',
    text: `
  Jobs: { Type: AWS::SQS::Queue }
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      EventSourceArn: !GetAtt Jobs.Arn
      FilterCriteria:
        Filters:
          - Pattern: '{"body":{"a":[1]}}'
          - Pattern: INSERT # here`,
    needs: ['function'],
    id: 'lambda-eventsourcemapping-filtercriteria',
    source: 'localstack/localstack, test_lambda_integration_dynamodbstreams.snapshot.json, recorded',
  },
  {
    name: 'a weight for the version to which the alias points',
    text: `
  Version: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Function } }
  Broken:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Function
      FunctionVersion: !GetAtt Version.Version
      Name: live
      RoutingConfig:
        AdditionalVersionWeights:
          - FunctionWeight: 0.2
            FunctionVersion: !GetAtt Version.Version # here`,
    needs: ['function'],
    id: 'lambda-alias-routingconfig',
    source: 'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  },
  {
    name: 'a condition without an operator',
    text: `
  Broken:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: apigateway:GET
            Resource: '*'
            Condition:
              aws:RequestedRegion: eu-west-1 # here`,
    id: 'iam-managedpolicy-policydocument',
    source: 'aws-cloudformation/cfn-lint#3751',
  },
  ...(
    [
      ['DAY', 1],
      ['WEEK', 7],
      ['MONTH', 28],
    ] as const
  ).map(([period, offset]): RefusedDefinition => ({
    name: `an offset of ${offset} in a quota for the period ${period}`,
    text: `
  Broken:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      Quota:
        Limit: 100
        Period: ${period}
        Offset: ${offset} # here`,
    id: 'apigateway-usageplan-quota',
    source: 'hashicorp/terraform-provider-aws, validUsagePlanQuotaSettings',
  })),
  {
    name: 'source queues that every queue may be',
    text: `
  Source: { Type: AWS::SQS::Queue }
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      RedriveAllowPolicy:
        sourceQueueArns: [!GetAtt Source.Arn]
        redrivePermission: allowAll # here`,
    id: 'sqs-queue-redriveallowpolicy',
    source: 'SQS API reference, CreateQueue, RedriveAllowPolicy',
  },
  {
    name: 'a subscription of a delivery stream that has no role',
    text: `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: firehose # here
      Endpoint: arn:aws:firehose:us-east-1:123456789012:deliverystream/any`,
    id: 'sns-subscription-subscriptionrolearn',
    source: 'SNS API reference, Subscribe, SubscriptionRoleArn',
  },
];
