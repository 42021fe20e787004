/**
 * Schemas for what services refuse although CloudFormation's schemas permit it. Each schema names AWS's page, or a public
 * thread that quotes AWS's message.
 */
import { POLICY_SCHEMAS, PRINCIPALS_OF } from './policy-schemas.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const named = (property: string, pattern: string): JsonObject => ({
  properties: { [property]: { pattern } },
});

/** The value of a nested property must be an ARN. Templates often have the Ref of a role there, which is its name. */
const arnAt = (...path: readonly string[]): JsonObject =>
  path.reduceRight<JsonObject>((inner, name) => ({ properties: { [name]: inner } }), { pattern: '^arn:' });

/**
 * The attributes that every user pool has. Only these can be required.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
 */
const STANDARD_ATTRIBUTES = (
  'address birthdate email email_verified family_name gender given_name locale middle_name name nickname ' +
  'phone_number phone_number_verified picture preferred_username profile sub updated_at website zoneinfo'
).split(' ');

const OWN_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::SQS::Queue': {
    // aws/aws-cdk#8550: "Unknown Attribute FifoQueue"
    properties: { FifoQueue: { const: true } },
    // SQS API reference, CreateQueue: up to 80 letters, digits, hyphens and underscores, and .fifo
    allOf: [named('QueueName', String.raw`^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$`)],
  },
  // SNS API reference, CreateTopic
  'AWS::SNS::Topic': {
    ...named('TopicName', String.raw`^(?=.{1,256}$)[A-Za-z0-9_-]+(\.fifo)?$`),
    // "Invalid parameter: Topic Name", as for a FIFO topic whose name does not end with .fifo
    if: { properties: { FifoTopic: { const: true } }, required: ['FifoTopic', 'TopicName'] },
    then: named('TopicName', String.raw`\.fifo$`),
  },
  // IAM API reference, CreatePolicy, PutRolePolicy
  'AWS::IAM::ManagedPolicy': named('ManagedPolicyName', String.raw`^[\w+=,.@-]{1,128}$`),
  'AWS::IAM::Policy': named('PolicyName', String.raw`^[\w+=,.@-]{1,128}$`),
  // CloudFormation template reference: "This property is required for WebSocket APIs."
  'AWS::ApiGatewayV2::Api': {
    if: { properties: { ProtocolType: { const: 'WEBSOCKET' } }, required: ['ProtocolType'] },
    then: { requiredOr: ['RouteSelectionExpression', 'Body', 'BodyS3Location'] },
  },
  // SNS API reference, Subscribe: "Does not support this protocol string"
  'AWS::SNS::Subscription': {
    properties: {
      Protocol: {
        enum: ['http', 'https', 'email', 'email-json', 'sms', 'sqs', 'application', 'lambda', 'firehose'],
      },
    },
  },
  // CloudFormation template reference, AWS::SecretsManager::Secret: "not both"
  'AWS::SecretsManager::Secret': { dependentExcluded: { SecretString: ['GenerateSecretString'] } },
  // EventBridge API reference, CreateEventBus
  'AWS::Events::EventBus': { properties: { Name: { not: { const: 'default' } } } },
  // Step Functions API reference, CreateStateMachine
  'AWS::StepFunctions::StateMachine': {
    ...arnAt('RoleArn'),
    allOf: [named('StateMachineName', String.raw`^[^\s<>{}\[\]?*"#%\\^|~${'`'}$&,;:/]+$`)],
  },
  // aws-cloudformation/aws-cloudformation-templates#379: "Invalid ARN specified in the request"
  'AWS::ApiGateway::Method': arnAt('Integration', 'Credentials'),
  'AWS::ApiGateway::Authorizer': arnAt('AuthorizerCredentials'),
  // EventBridge API reference, Target, RoleArn: the ARN of a role, not its name
  'AWS::Events::Rule': { properties: { Targets: { items: arnAt('RoleArn') } } },
  // aws-cloudformation/cfn-lint#4369: "Function must be configured to execute in a VPC to reference access point …"
  'AWS::Lambda::Function': {
    if: { properties: { FileSystemConfigs: { minItems: 1 } }, required: ['FileSystemConfigs'] },
    then: { required: ['VpcConfig'] },
  },
  // hashicorp/terraform-provider-aws#12120: "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
  'AWS::Lambda::Alias': {
    if: { required: ['ProvisionedConcurrencyConfig'] },
    then: { properties: { FunctionVersion: { not: { const: '$LATEST' } } } },
  },
  // Pocket/terraform-modules#1037, aws/aws-cli#7408: "The provided principal was invalid."
  'AWS::Lambda::Permission': named(
    'Principal',
    String.raw`^(?!amazonaws\.com$)(${PRINCIPALS_OF.AWS}|${PRINCIPALS_OF.Service})$`,
  ),
  // hashicorp/terraform-provider-aws#18430: "Required custom attributes are not supported currently."
  'AWS::Cognito::UserPool': {
    properties: {
      Schema: {
        items: {
          if: { properties: { Required: { const: true } }, required: ['Required'] },
          then: { properties: { Name: { enum: STANDARD_ATTRIBUTES } } },
        },
      },
    },
  },
  // cisagov/crossfeed#440: "CallbackUrls can not be empty when code flow or implicit flow is selected"
  'AWS::Cognito::UserPoolClient': {
    if: {
      properties: {
        AllowedOAuthFlowsUserPoolClient: { const: true },
        AllowedOAuthFlows: { type: 'array', contains: { enum: ['code', 'implicit'] } },
      },
      required: ['AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient'],
    },
    then: { required: ['CallbackURLs'] },
  },
  // Lambda API reference, UpdateFunctionEventInvokeConfig
  'AWS::Lambda::EventInvokeConfig': {
    properties: {
      MaximumEventAgeInSeconds: { minimum: 60, maximum: 21_600 },
      MaximumRetryAttempts: { minimum: 0, maximum: 2 },
    },
  },
};

/** Returns the schema of a type, extended by what its service refuses. */
export function withOwnSchema(type: string, schema: JsonObject): JsonObject {
  const own = [OWN_SCHEMAS, POLICY_SCHEMAS].flatMap((table) =>
    Object.hasOwn(table, type) ? [table[type] ?? {}] : [],
  );
  if (own.length === 0) return schema;
  const { allOf = [] } = schema;
  return { ...schema, allOf: [...(Array.isArray(allOf) ? (allOf as readonly JsonObject[]) : []), ...own] };
}
