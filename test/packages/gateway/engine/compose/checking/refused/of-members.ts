/** Definitions with a member that the service permits only for another kind of the resource. */
import { FUNCTION } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

export const OF_MEMBERS: readonly RefusedDefinition[] = [
  ...['Types: [REGIONAL]', 'Types: [EDGE]'].map((types): RefusedDefinition => ({
    name: `VPC endpoints of an API with ${types}`,
    text: `
  Broken:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      EndpointConfiguration:
        ${types}
        VpcEndpointIds: [vpce-0123456789abcdef0] # here`,
    id: 'apigateway-restapi-endpointconfiguration',
    says: /^VPCEndpoints can only be specified with PRIVATE apis/,
    source: 'https://github.com/aws/aws-cdk/issues/9588',
  })),
  {
    name: 'an authorization type of a URL for another action',
    text: `
  Broken:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Function
      Action: lambda:InvokeFunction
      Principal: "*"
      FunctionUrlAuthType: NONE # here`,
    needs: ['function'],
    id: 'lambda-permission-functionurlauthtype',
    says: /^FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action$/,
    source: 'https://github.com/RJPearson94/terraform-aws-open-next/issues/73',
  },
  {
    name: 'a permission for $LATEST',
    text: `
  Broken:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Sub \${Function.Arn}:$LATEST # here
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com`,
    needs: ['function'],
    id: 'lambda-permission-functionname',
    says: /^We currently do not support adding policies for \$LATEST\.$/,
    source: 'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  },
  {
    name: 'provisioned concurrency of an alias and of its version',
    text: `
  Version:
    Type: AWS::Lambda::Version
    Properties: { FunctionName: !Ref Function, ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } }
  Broken:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Function
      FunctionVersion: !GetAtt Version.Version
      Name: live
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } # here`,
    needs: ['function'],
    id: 'lambda-alias-provisionedconcurrencyconfig',
    says: /^Alias can't be used for Provisioned Concurrency/,
    source: 'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  },
  ...['orders/v1', 'orders'].map((key): RefusedDefinition => ({
    name: `a mapping of version 2 with the key ${key} to an edge-optimized domain name`,
    text: `
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9
      EndpointConfiguration: { Types: [EDGE] }
  Broken:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      ApiId: !Ref Api
      ApiMappingKey: ${key}
      Stage: !Ref Stage
      DomainName: !Ref Domain # here`,
    needs: ['rest'],
    id: 'apigatewayv2-apimapping-domainname',
    says: /^Only REGIONAL domain names can be managed/,
    source: 'https://github.com/aws/aws-cdk/issues/15904',
  })),
  {
    name: 'a suffix of the role of a service that permits none',
    text: `
  Broken:
    Type: AWS::IAM::ServiceLinkedRole
    Properties:
      AWSServiceName: ops.apigateway.amazonaws.com
      CustomSuffix: shop # here`,
    id: 'iam-servicelinkedrole-customsuffix',
    says: /^Custom suffix is not allowed for ops\.apigateway\.amazonaws\.com$/,
    source: 'localstack/localstack, test_iam.snapshot.json, recorded',
  },
  ...[
    ['maxReceiveCount: 5', /Attribute maxReceiveCount is unknown\.$/],
    ['maxReceives: 5', /maxReceives/],
  ].map(([member, says]): RefusedDefinition => ({
    name: `a redrive policy of a subscription with ${String(member)}`,
    text: `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: arn:aws:sqs:us-east-1:123456789012:jobs
      RedrivePolicy:
        deadLetterTargetArn: arn:aws:sqs:us-east-1:123456789012:dead
        ${String(member)} # here`,
    id: 'sns-subscription-redrivepolicy',
    says: says as RegExp,
    source: 'https://github.com/cloudposse/terraform-aws-sns-topic/issues/48',
  })),
  ...['localhost:3000', "'*'", 'shop.example.com'].map((origin): RefusedDefinition => ({
    name: `the allowed origin ${origin} of an HTTP API`,
    text: `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      CorsConfiguration:
        AllowOrigins:
          - https://shop.example.com
          - "${origin}" # here`,
    id: 'apigatewayv2-api-corsconfiguration',
    says: /^Invalid format for origin /,
    source: 'https://github.com/swarmion/swarmion/issues/582',
  })),
  {
    name: 'a private API with IPv4 only',
    text: `
  Broken:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      EndpointConfiguration:
        Types: [PRIVATE]
        IpAddressType: ipv4 # here`,
    id: 'apigateway-restapi-endpointconfiguration',
    says: /^Only dualstack ipAddressType is supported for Private APIs\.$/,
    source: 'localstack/localstack, test_apigateway_api.snapshot.json, recorded',
  },
  {
    name: 'a private domain name that supports only IPv4',
    text: `
  Broken:
    Type: AWS::ApiGateway::DomainNameV2
    Properties:
      DomainName: api.internal.example.com
      CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9
      EndpointConfiguration:
        Types: [PRIVATE]
        IpAddressType: ipv4 # here`,
    id: 'apigateway-domainnamev2-endpointconfiguration',
    says: /only dualstack is supported/,
    source: 'API Gateway API reference, EndpointConfiguration, ipAddressType',
  },
  ...[
    ['SubnetIds', 'subnet-0a1b2c3d'],
    ['SecurityGroupIds', 'sg-0a1b2c3d'],
  ].map(([name, id]): RefusedDefinition => ({
    name: `a function of a VPC with ${String(name)} only`,
    text: FUNCTION(`      VpcConfig: { ${String(name)}: [${String(id)}] } # here`),
    id: 'lambda-function-vpcconfig',
    says: /^SubnetIds and SecurityIds must coexist or be both empty list\.$/,
    source: 'https://github.com/aws/aws-sdk-js/issues/1293',
  })),
  {
    name: 'an event source mapping without a source',
    text: `
  Broken: # here
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      BatchSize: 10`,
    needs: ['function'],
    id: 'lambda-eventsourcemapping',
    says: /^Unrecognized event source\.$/,
    source: 'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  },
  ...[
    ['numRetries: 5, maxDelayTarget: 60', /healthyRetryPolicy\.minDelayTarget must be specified$/],
    ['numRetries: 5, minDelayTarget: 1', /healthyRetryPolicy\.maxDelayTarget must be specified$/],
    ['minDelayTarget: 1, maxDelayTarget: 60', /healthyRetryPolicy\.numRetries must be specified$/],
    [
      'numRetries: 5, minDelayTarget: 0, maxDelayTarget: 60',
      /minDelayTarget must be greater than or equal to 1$/,
    ],
  ].map(([members, says]): RefusedDefinition => ({
    name: `a retry policy of a subscription with ${String(members)}`,
    text: `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: https
      Endpoint: https://hooks.example.com/orders
      DeliveryPolicy: { healthyRetryPolicy: { ${String(members)} } } # here`,
    id: 'sns-subscription-deliverypolicy',
    says: says as RegExp,
    source: 'https://github.com/hashicorp/terraform-provider-aws/pull/3289',
  })),
  {
    name: 'a policy of response headers without headers',
    text: `
  Broken:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig: # here
        Name: none`,
    id: 'cloudfront-responseheaderspolicy-responseheaderspolicyconfig',
    says: /^Invalid request provided: AWS::CloudFront::ResponseHeadersPolicy/,
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1156',
  },
  {
    name: 'an identity of SES whose ARN has no name',
    text: `
  Broken:
    Type: AWS::Cognito::UserPool
    Properties:
      EmailConfiguration:
        EmailSendingAccount: DEVELOPER
        SourceArn: !Sub arn:aws:ses:eu-west-1:\${AWS::AccountId}:identity/ # here`,
    id: 'cognito-userpool-emailconfiguration',
    says: /^Email arn does not belong to your account\.$/,
    source: 'https://github.com/aws/aws-cdk/issues/25115',
  },
  ...['MetricFilter', 'SubscriptionFilter'].map((kind): RefusedDefinition => ({
    name: `a ${kind} of the log group of a function that nothing creates`,
    text: `
  Broken:
    Type: AWS::Logs::${kind}
    Properties:
      FilterPattern: ERROR
      ${
        kind === 'MetricFilter'
          ? 'MetricTransformations: [{ MetricName: errors, MetricNamespace: shop, MetricValue: "1" }]'
          : 'DestinationArn: arn:aws:lambda:us-east-1:123456789012:function:ship'
      }
      LogGroupName: !Sub /aws/lambda/\${Function} # here`,
    needs: ['function'],
    id: `logs-${kind.toLowerCase()}-loggroupname`,
    says: /^The specified log group does not exist\.$/,
    source: 'https://github.com/gilt/s3-sftp-bridge/issues/2',
  })),
  {
    name: 'the route selection expression of a WebSocket API on an HTTP API',
    text: `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      RouteSelectionExpression: $request.body.action # here`,
    id: 'apigatewayv2-api-routeselectionexpression',
    says: /^For HTTP APIs, the routeSelectionExpression must be /,
    source: 'https://github.com/aws/aws-cdk/pull/31373',
  },
  {
    name: 'a flexible schedule without its window',
    text: `
  Broken:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(5 minutes)
      FlexibleTimeWindow: { Mode: FLEXIBLE } # here
      Target: { Arn: 'arn:aws:lambda:us-east-1:123456789012:function:f', RoleArn: 'arn:aws:iam::123456789012:role/any' }`,
    id: 'scheduler-schedule-flexibletimewindow',
    source: 'https://github.com/aws/aws-cdk/pull/28098',
  },
  {
    name: 'a log group with a key that CloudWatch Logs may not use',
    text: `
  Key:
    Type: AWS::KMS::Key
    Properties: { KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::\${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }] } }
  Broken:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: /shop/access
      KmsKeyId: !GetAtt Key.Arn # here`,
    id: 'logs-loggroup-kmskeyid',
    says: /^The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:us-east-1:123456789012:log-group:\/shop\/access'$/,
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/29282',
  },
  ...[
    [
      '!Equals [!Ref Stag, prod]',
      /^Template format error: Unresolved dependencies \[Stag\]\. Cannot reference resources/,
    ],
    [
      '!And [!Condition IsPrd, !Equals [a, a]]',
      /^Template format error: unresolved condition dependency IsPrd$/,
    ],
  ].map(([condition, says]): RefusedDefinition => ({
    name: `the unused condition ${String(condition)}`,
    text: `
Parameters: { Stage: { Type: String, Default: dev } }
Conditions:
  IsProd: ${String(condition)} # here
Resources:
  Queue: { Type: AWS::SQS::Queue }`,
    id: 'template',
    says: says as RegExp,
    source: 'https://github.com/aws-samples/aws-refarch-moodle/pull/64',
  })),
  ...[
    'MetricsEnabled: true',
    'ResourcePath: /, MetricsEnabled: true',
    'HttpMethod: GET, MetricsEnabled: true',
  ].map((setting): RefusedDefinition => ({
    name: `a method setting with ${setting} only`,
    text: `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [Root], Properties: { RestApiId: !Ref Api } }
  Root: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }
  Broken:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: dev
      MethodSettings: [{ ${setting} }] # here`,
    id: 'apigateway-stage-methodsettings',
    says: /^Invalid method setting path: .*null/,
    source: 'https://github.com/aws/serverless-application-model/issues/399',
  })),
  {
    name: 'all headers of a CORS policy together with credentials',
    text: `
  Broken:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig:
        Name: cors
        CorsConfig:
          AccessControlAllowCredentials: true
          AccessControlAllowHeaders: { Items: ['*'] } # here
          AccessControlAllowMethods: { Items: [GET] }
          AccessControlAllowOrigins: { Items: [https://shop.example.com] }
          OriginOverride: true`,
    id: 'cloudfront-responseheaderspolicy-responseheaderspolicyconfig',
    says: /Access-Control-Allow-Headers cannot contain \* when allowCredentials is true/,
    source: 'https://github.com/aws/aws-cdk/pull/35308',
  },
  {
    name: 'a self-managed cluster without credentials or subnets',
    text: `
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      StartingPosition: LATEST
      Topics: [orders]
      SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['a.example.com:9092'] } } # here`,
    needs: ['function'],
    id: 'lambda-eventsourcemapping-sourceaccessconfigurations',
    says: /^Required 'sourceAccessConfigurations' parameter is missing\.$/,
    source: 'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  },
];
