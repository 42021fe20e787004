/** Definitions with a member that the service permits only for another kind of the resource. */
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
  {
    name: 'a private API that supports only IPv4',
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
  ...['SubnetIds: [subnet-0123456789abcdef0]', 'SecurityGroupIds: [sg-0123456789abcdef0]'].map(
    (given): RefusedDefinition => ({
      name: `the VPC of a function with only ${given}`,
      text: `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Handler: index.handler
      Runtime: nodejs22.x
      Role: arn:aws:iam::123456789012:role/shop
      VpcConfig:
        ${given} # here`,
      id: 'lambda-function-vpcconfig',
      says: /^SubnetIds and SecurityIds must coexist or be both empty list\.$/,
      source: 'https://github.com/aws/aws-sdk-js/issues/1293',
    }),
  ),
  {
    name: 'an event source mapping without a source',
    text: `
  Broken: # here
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      BatchSize: 5`,
    needs: ['function'],
    id: 'lambda-eventsourcemapping',
    says: /^Unrecognized event source\.$/,
    source: 'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  },
  ...['numRetries: 5', 'minDelayTarget: 20', 'maxDelayTarget: 60'].map(
    (left, index, all): RefusedDefinition => ({
      name: `a retry policy of a subscription without ${left}`,
      text: `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: https
      Endpoint: https://hooks.example.com/orders
      DeliveryPolicy:
        healthyRetryPolicy: # here
          ${all.filter((one) => one !== left).join('\n          ')}`,
      id: 'sns-subscription-deliverypolicy',
      says: new RegExp(
        `^Invalid parameter: DeliveryPolicy: healthyRetryPolicy\\.${left.replace(/:.*/, '')} must be specified$`,
      ),
      source:
        index === 1
          ? 'https://github.com/hashicorp/terraform-provider-aws/pull/3289'
          : 'https://github.com/triggermesh/aws-event-sources/pull/220',
    }),
  ),
  {
    name: 'a policy of response headers that names no headers',
    text: `
  Broken:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig: # here
        Name: shop`,
    id: 'cloudfront-responseheaderspolicy-responseheaderspolicyconfig',
    says: /^Invalid request provided: AWS::CloudFront::ResponseHeadersPolicy$/,
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1156',
  },
  {
    name: 'an allowed origin without a scheme',
    text: `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      CorsConfiguration:
        AllowOrigins:
          - https://shop.example.com
          - localhost:3000 # here`,
    id: 'apigatewayv2-api-corsconfiguration',
    says: /^Invalid format for origin localhost:3000$/,
    source: 'https://github.com/swarmion/swarmion/issues/582',
  },
  {
    name: 'an expression of a WebSocket API in an HTTP API',
    text: `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      RouteSelectionExpression: $request.body.action # here`,
    id: 'apigatewayv2-api-routeselectionexpression',
    says: /^For HTTP APIs, the routeSelectionExpression must be/,
    source: 'API Gateway API reference, CreateApi, routeSelectionExpression',
  },
  {
    name: 'the sender of a user pool whose ARN names no identity',
    text: `
  Broken:
    Type: AWS::Cognito::UserPool
    Properties:
      EmailConfiguration:
        EmailSendingAccount: DEVELOPER
        SourceArn: arn:aws:ses:us-east-1:123456789012:identity/ # here`,
    id: 'cognito-userpool-emailconfiguration',
    says: /^Email arn does not belong to your account\.$/,
    source: 'https://github.com/aws/aws-cdk/issues/25115',
  },
  ...[
    ['MetricFilter', 'MetricTransformations: [{ MetricName: a, MetricNamespace: b, MetricValue: "1" }]'],
    ['SubscriptionFilter', 'DestinationArn: arn:aws:lambda:us-east-1:123456789012:function:other'],
  ].map(([type = '', more = '']): RefusedDefinition => ({
    name: `a ${type} on the log group of a function that has not run yet`,
    text: `
  Broken:
    Type: AWS::Logs::${type}
    Properties:
      LogGroupName: !Sub /aws/lambda/\${Function} # here
      FilterPattern: ERROR
      ${more}`,
    needs: ['function'],
    id: `logs-${type.toLowerCase()}-loggroupname`,
    says: /^The specified log group does not exist\.$/,
    source: 'https://github.com/gilt/s3-sftp-bridge/issues/2',
  })),
];
