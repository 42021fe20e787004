import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

/** Settings that a service has only for some resources, and values in a form that the service does not read. */
export const OF_SETTINGS: readonly RefusedDefinition[] = [
  one(
    'a metric filter of a log group for infrequent access',
    `
  G: { Type: AWS::Logs::LogGroup, Properties: { LogGroupClass: INFREQUENT_ACCESS } }
  F:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref G # here
      FilterPattern: ERROR
      MetricTransformations: [{ MetricName: a, MetricNamespace: b, MetricValue: '1' }]`,
    'logs-metricfilter-loggroupname',
    'CloudWatch Logs user guide, log classes',
  ),
  one(
    'a subscription filter of a log group for infrequent access',
    `
  G: { Type: AWS::Logs::LogGroup, Properties: { LogGroupClass: INFREQUENT_ACCESS } }
  P: { Type: AWS::Lambda::Permission, Properties: { Action: 'lambda:InvokeFunction', FunctionName: !Ref Fn, Principal: logs.amazonaws.com } }
  F:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref G # here
      FilterPattern: ERROR
      DestinationArn: !GetAtt Fn.Arn
  Fn:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }`,
    'logs-subscriptionfilter-loggroupname',
    'CloudWatch Logs user guide, log classes',
  ),
  one(
    'a key policy that nobody may change',
    `
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: # here
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: kms:*
            Resource: '*'`,
    'kms-key-keypolicy',
    'widdix/aws-cf-templates#259',
  ),
  one(
    'the rotation of an asymmetric key',
    `
  K:
    Type: AWS::KMS::Key
    Properties:
      KeySpec: RSA_2048
      KeyUsage: SIGN_VERIFY
      EnableKeyRotation: true # here`,
    'kms-key-enablekeyrotation',
    'CloudFormation template reference, AWS::KMS::Key, EnableKeyRotation',
  ),
  one(
    'two versions of one layer',
    `
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: x }
      Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:a:1','arn:aws:lambda:eu-west-1:123456789012:layer:a:2'] # here`,
    'lambda-function-layers',
    'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  ),
  one(
    'two layers of the template with one name, which are two versions',
    `
  A: { Type: AWS::Lambda::LayerVersion, Properties: { LayerName: a, Content: { S3Bucket: builds, S3Key: k } } }
  B: { Type: AWS::Lambda::LayerVersion, Properties: { LayerName: a, Content: { S3Bucket: builds, S3Key: l } } }
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: x }
      Layers: [!Ref A, !Ref B] # here`,
    'lambda-function-layers',
    'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  ),
  one(
    'SnapStart of a runtime that does not have it',
    `
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x # here
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: x }
      SnapStart: { ApplyOn: PublishedVersions }`,
    'lambda-function-runtime',
    'Lambda developer guide, SnapStart',
  ),
  one(
    'the URL of $LATEST',
    `
  U:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !Ref Fn
      AuthType: NONE
      Qualifier: $LATEST # here
  Fn:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }`,
    'lambda-url-qualifier',
    'localstack/localstack, test_lambda_api.snapshot.json, recorded',
  ),
  one(
    'execution logs of an HTTP API',
    `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: dev
      AutoDeploy: true
      DefaultRouteSettings:
        DataTraceEnabled: true # here`,
    'apigatewayv2-stage-defaultroutesettings',
    'CloudFormation template reference, RouteSettings: only for WebSocket APIs',
  ),
  one(
    'the name of a hosted zone without its last dot',
    `
  R:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com # here
      Name: api.example.com
      Type: CNAME
      TTL: '300'
      ResourceRecords: [a.example.com]`,
    'route53-recordset-hostedzonename',
    'CloudFormation template reference, HostedZoneName: "You must include a trailing dot"',
  ),
  one(
    'a CNAME at the apex of its zone',
    `
  R:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: example.com
      Type: CNAME # here
      TTL: '300'
      ResourceRecords: [a.example.com]`,
    'route53-recordset-type',
    'Route 53 developer guide, CNAME record type',
  ),
  one(
    'a record outside of its zone',
    `
  R:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: api.example.org # here
      Type: CNAME
      TTL: '300'
      ResourceRecords: [a.example.com]`,
    'route53-recordset-name',
    'aws-cloudformation/cfn-lint#1400',
  ),
  one(
    'a TXT record without quotation marks',
    `
  R:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneName: example.com.
      Name: api.example.com
      Type: TXT
      TTL: '300'
      ResourceRecords: [hello] # here`,
    'route53-recordset-resourcerecords',
    'Route 53 developer guide, TXT record type',
  ),
  one(
    'a header in the key of a cache that caches nothing',
    `
  P:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: none
        DefaultTTL: 0
        MinTTL: 0
        MaxTTL: 0
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: false
          HeadersConfig: { HeaderBehavior: whitelist, Headers: [Authorization] } # here
          CookiesConfig: { CookieBehavior: none }
          QueryStringsConfig: { QueryStringBehavior: none }`,
    'cloudfront-cachepolicy-cachepolicyconfig',
    'aws/aws-cdk#13441',
  ),
  one(
    'a space in the name of a secret',
    `
  S:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: shop secret # here
      SecretString: x`,
    'secretsmanager-secret-name',
    'localstack/localstack, test_secretsmanager.snapshot.json, recorded',
  ),
  one(
    'a space in the name of a dashboard',
    `
  S:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardName: shop dashboard # here
      DashboardBody: '{"widgets":[]}'`,
    'cloudwatch-dashboard-dashboardname',
    'localstack/localstack, test_cloudwatch.snapshot.json, recorded',
  ),
  one(
    'a dashboard whose body is no JSON',
    `
  S:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardName: shop
      DashboardBody: 'widgets' # here`,
    'cloudwatch-dashboard-dashboardbody',
    'CloudWatch API reference, PutDashboard',
  ),
  one(
    'a statement without an action, whose resource is a reference',
    `
  B: { Type: AWS::S3::Bucket }
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref B
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow # here
            Principal: { AWS: '123456789012' }
            Resource: !Sub '\${B.Arn}/*'`,
    's3-bucketpolicy-policydocument',
    'IAM user guide, grammar of policies',
  ),
];
