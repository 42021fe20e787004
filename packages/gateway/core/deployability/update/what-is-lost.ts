/**
 * Describes the data or address that is lost together with a resource, and lists the types whose replacement has no
 * visible effect.
 */

/**
 * The loss if a resource of the type is deleted: data that CloudFormation does not restore, or an address or id that
 * callers outside the stack know.
 */
const LOST: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::ApiKey': 'its value, which customers send',
  'AWS::ApiGateway::DomainName': 'the target to which DNS points',
  'AWS::ApiGateway::RestApi': 'its id, and with it the address https://ID.execute-api…',
  'AWS::ApiGateway::Stage': 'its address',
  'AWS::ApiGateway::UsagePlan': 'the counted usage of its keys',
  'AWS::ApiGatewayV2::Api': 'its id, and with it the address https://ID.execute-api…',
  'AWS::ApiGatewayV2::DomainName': 'the target to which DNS points',
  'AWS::ApiGatewayV2::Stage': 'its address',
  'AWS::CloudFront::Distribution': 'its domain name',
  'AWS::Cognito::UserPool': 'its users',
  'AWS::Cognito::UserPoolClient': 'its client id, which applications use',
  'AWS::Cognito::UserPoolDomain': 'the address of its sign-in pages',
  'AWS::Cognito::UserPoolUser': 'the user',
  'AWS::DynamoDB::Table': 'its items',
  'AWS::KMS::Key': 'the key, which is needed to decrypt all data that it encrypted',
  'AWS::Kinesis::Stream': 'its records',
  'AWS::Lambda::Url': 'its address',
  'AWS::Logs::LogGroup': 'its log lines',
  'AWS::Route53::HostedZone': 'its records and name servers',
  'AWS::S3::Bucket': 'its objects',
  'AWS::SNS::Topic': 'its ARN, and the subscriptions that others made',
  'AWS::SQS::Queue': 'its messages and its URL',
  'AWS::SecretsManager::Secret': 'its value',
  'AWS::StepFunctions::StateMachine': 'its executions',
};

/** Types that are replaced with every change, or that nothing outside of the stack refers to. */
const UNNOTICED: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::DocumentationPart',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Model',
  'AWS::ApiGateway::RequestValidator',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::Deployment',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::IntegrationResponse',
  'AWS::ApiGatewayV2::Model',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::RouteResponse',
  'AWS::IAM::RolePolicy',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::LayerVersionPermission',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::SubscriptionFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicInlinePolicy',
  'AWS::SQS::QueueInlinePolicy',
  'AWS::WAFv2::WebACLAssociation',
]);

/**
 * Returns a description of the data or address that is lost together with a resource of the type; undefined if nothing
 * is lost.
 */
export function lostWith(type: string): string | undefined {
  return LOST[type];
}

export function isNoticed(type: string): boolean {
  return !UNNOTICED.has(type);
}
