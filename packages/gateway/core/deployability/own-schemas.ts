/**
 * Schemas for values that services refuse although CloudFormation's schemas permit them. Each schema names AWS's page,
 * a recording, or a public thread that quotes AWS's message. `says` next to a keyword is the message about a value that
 * violates it, in AWS's words if they are known, and `fix` is the remedy.
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { ARN_SCHEMAS } from './arn-schemas.ts';
import { BUCKET_SCHEMA } from './bucket-schemas.ts';
import { DELIVERY_SCHEMAS } from './delivery-schemas.ts';
import { EVENT_SCHEMAS } from './event-schemas.ts';
import { EXCLUSIVE_SCHEMAS } from './exclusive-schemas.ts';
import { FUNCTION_SCHEMAS } from './function-schemas.ts';
import { HEALTH_CHECK_SCHEMAS } from './health-check-schemas.ts';
import { IDENTITY_SCHEMAS } from './identity-schemas.ts';
import { MEMBER_SCHEMAS } from './member-schemas.ts';
import { MODEL_SCHEMAS } from './model-schemas.ts';
import { POLICY_SCHEMAS, PRINCIPALS_OF } from './policy-schemas.ts';
import { RECORD_SCHEMAS } from './record-schemas.ts';
import { STORE_SCHEMAS } from './store-schemas.ts';
import { USER_CLIENT_SCHEMAS } from './user-client-schemas.ts';
import { USER_POOL_SCHEMAS } from './user-pool-schemas.ts';
import { METHOD_SETTINGS } from '../deployment/stage/method-settings.ts';

const named = (property: string, pattern: string, more: JsonObject = {}): JsonObject => ({
  properties: { [property]: { pattern, ...more } },
});

/** Requires the ARN of a role. A frequent mistake is the Ref of a role, which returns the role's name. */
const arnAt = (...path: readonly string[]): JsonObject =>
  path.reduceRight<JsonObject>((inner, name) => ({ properties: { [name]: inner } }), { pattern: '^arn:' });

/**
 * The pattern of the endpoints of a protocol, and SNS's message about an endpoint that does not match ("SQS endpoint
 * ARN" is recorded in localstack/localstack, test_sns.snapshot.json).
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
const ENDPOINTS: Readonly<Record<string, readonly [pattern: string, says: string]>> = {
  http: ['^http://', 'Invalid parameter: Endpoint must match the specified protocol'],
  https: ['^https://', 'Invalid parameter: Endpoint must match the specified protocol'],
  sqs: ['^arn:[^:]+:sqs:', 'Invalid parameter: SQS endpoint ARN'],
  lambda: ['^arn:[^:]+:lambda:', 'Invalid parameter: Lambda endpoint ARN'],
  firehose: ['^arn:[^:]+:firehose:', 'Invalid parameter: Firehose endpoint ARN'],
};

const endpointFor = (protocol: string): string =>
  protocol.startsWith('http')
    ? `write an address that begins with ${protocol}://`
    : `specify the ARN of a resource of ${protocol} (Fn::GetAtt NAME.Arn), or set Protocol to the protocol that fits Endpoint`;

/** The ARN of a destination of asynchronous invocations must be of one of the services. */
const destination = (services: string): JsonObject => ({
  properties: {
    Destination: {
      pattern: `^arn:[^:]+:(${services}):`,
      fix: `specify the ARN of a resource of ${services.split('|').join(', ')}`,
      says: 'The provided destination config DestinationConfig(destination={value}) is invalid.',
    },
  },
});

/**
 * AWS responds with "A reference in your rule statement is not valid" (hashicorp/terraform-provider-aws#14120). Action
 * "is used only for rules whose statements don't reference a rule group", and OverrideAction "only for rules whose
 * statements reference a rule group" (WAF API reference, Rule).
 */
const RULE_OF_WEB_ACL: JsonObject = {
  if: {
    properties: {
      Statement: {
        anyOf: [{ required: ['ManagedRuleGroupStatement'] }, { required: ['RuleGroupReferenceStatement'] }],
      },
    },
  },
  then: {
    properties: {
      Action: {
        not: {},
        fix: 'write OverrideAction: { None: {} } instead of Action',
        says: 'a rule that references a rule group has an OverrideAction instead of an Action',
      },
    },
    required: ['OverrideAction'],
  },
  else: {
    properties: {
      OverrideAction: {
        not: {},
        fix: 'write Action instead of OverrideAction',
        says: 'Error reason: A reference in your rule statement is not valid., field: RULE, parameter: Statement (OverrideAction is only for rules that reference a rule group; use Action)',
      },
    },
    required: ['Action'],
  },
};

/** aws-cloudformation/cfn-lint#173, which quotes the message and its set of characters */
const OF_SECURITY_RULE: JsonObject = {
  properties: {
    Description: {
      pattern: String.raw`^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}$`,
      fix: 'use only characters of this set in Description, and fewer than 256 of them',
      says: 'Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
    },
  },
};

/**
 * iann0036/former2#190; CloudFormation template reference, MethodSetting, ResourcePath: "the initial slash must include
 * a forward slash". API Gateway does not read the path of an item without a setting.
 */
const OF_METHOD_SETTINGS: JsonObject = {
  properties: {
    MethodSettings: {
      items: {
        if: { anyOf: METHOD_SETTINGS.map((name) => ({ required: [name] })) },
        then: {
          properties: {
            ResourcePath: {
              pattern: '^/',
              fix: 'begin ResourcePath with a slash: /~1pets for the path /pets, / for the root, and /* for all paths',
              says: 'Invalid method setting path: {value}',
            },
          },
        },
      },
    },
  },
};

const TRUSTSTORE: JsonObject = {
  if: { required: ['MutualTlsAuthentication'] },
  then: {
    properties: {
      // badmintoncryer/cdk-preflight, pf-apigw-mutual-tls-security-policy, deployed
      SecurityPolicy: {
        not: { const: 'TLS_1_0' },
        fix: 'set SecurityPolicy: TLS_1_2',
        says: 'Mutual TLS authentication is only supported with TLS 1.2.',
      },
      // For mutual TLS, "you must use a Regional custom domain name" (API Gateway developer guide, "Mutual TLS";
      // aws/aws-cdk#11690).
      EndpointConfiguration: {
        properties: {
          Types: {
            items: {
              not: { const: 'EDGE' },
              fix: 'use REGIONAL, with RegionalCertificateArn in place of CertificateArn',
              says: 'Mutual TLS authentication is supported for Regional domain names only',
            },
          },
        },
      },
    },
  },
  properties: {
    MutualTlsAuthentication: {
      properties: {
        TruststoreUri: {
          pattern: '^[sS]3://[^/]+/.+',
          fix: 'write TruststoreUri as s3://BUCKET/KEY',
          says: 'TruststoreUri must have the form s3://bucket/key, not {value}',
        },
      },
    },
  },
};

const OWN_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::SQS::Queue': {
    // AWS responds with "Unknown Attribute FifoQueue" (aws/aws-cdk#8550).
    properties: {
      FifoQueue: { const: true },
      // SQS API reference, CreateQueue, "High throughput for FIFO queues"
      DeduplicationScope: { enum: ['messageGroup', 'queue'] },
      FifoThroughputLimit: { enum: ['perQueue', 'perMessageGroupId'] },
    },
    // A name has up to 80 letters, digits, hyphens and underscores, and may end with .fifo (SQS API reference,
    // CreateQueue).
    allOf: [
      named('QueueName', String.raw`^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$`, {
        fix: 'use only letters, digits, hyphens and underscores in QueueName, at most 80 characters, and end the name of a FIFO queue with .fifo',
        says: 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length ({value} does not match)',
      }),
    ],
  },
  // SNS API reference, CreateTopic
  'AWS::SNS::Topic': {
    ...named('TopicName', String.raw`^(?=.{1,256}$)[A-Za-z0-9_-]+(\.fifo)?$`, {
      fix: 'use only letters, digits, hyphens and underscores in TopicName, at most 256 characters, and end the name of a FIFO topic with .fifo',
      says: 'Invalid parameter: Topic Name ({value})',
    }),
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
    then: {
      requiredOr: ['RouteSelectionExpression', 'Body', 'BodyS3Location'],
      fix: 'add RouteSelectionExpression, such as $request.body.action: a WebSocket API has no Body and no BodyS3Location',
      properties: {
        // badmintoncryer/cdk-preflight, pf-apigwv2-websocket-no-cors, deployed
        CorsConfiguration: {
          not: {},
          fix: 'remove CorsConfiguration: browsers open a WebSocket without CORS, so check Origin in $connect',
          says: 'Cors is not supported for WEBSOCKET protocolType',
        },
      },
    },
    // API Gateway V2 API reference, Api, routeSelectionExpression: "For HTTP APIs, the routeSelectionExpression must be
    // ${request.method} ${request.path}" (aws/aws-cdk#31373)
    else: {
      properties: {
        RouteSelectionExpression: {
          enum: ['${request.method} ${request.path}', '$request.method $request.path'],
          fix: 'remove RouteSelectionExpression, or set ProtocolType: WEBSOCKET',
          says: 'For HTTP APIs, the routeSelectionExpression must be ${request.method} ${request.path}',
        },
      },
    },
  },
  // EventBridge Scheduler API reference, FlexibleTimeWindow; aws/aws-cdk#28098
  'AWS::Scheduler::Schedule': {
    properties: {
      FlexibleTimeWindow: {
        if: { properties: { Mode: { const: 'FLEXIBLE' } }, required: ['Mode'] },
        then: {
          required: ['MaximumWindowInMinutes'],
          fix: 'add MaximumWindowInMinutes: 15, or any number of minutes from 1 to 1440, or set Mode: "OFF"',
          says: 'MaximumWindowInMinutes is required if Mode is FLEXIBLE',
        },
      },
    },
  },
  'AWS::SNS::Subscription': {
    // SNS API reference, Subscribe: "Does not support this protocol string"
    properties: {
      Protocol: { enum: [...Object.keys(ENDPOINTS), 'email', 'email-json', 'sms', 'application'] },
    },
    allOf: Object.entries(ENDPOINTS).map(([protocol, [pattern, says]]) => ({
      if: { properties: { Protocol: { const: protocol } }, required: ['Protocol'] },
      then: { properties: { Endpoint: { pattern, says, fix: endpointFor(protocol) } } },
    })),
  },
  // CloudFormation template reference, AWS::SecretsManager::Secret: "not both"
  'AWS::SecretsManager::Secret': { dependentExcluded: { SecretString: ['GenerateSecretString'] } },
  // localstack/localstack, test_events.snapshot.json, recorded: "Member must satisfy regular expression pattern"
  'AWS::Events::Connection': named('Name', String.raw`^[\.\-_A-Za-z0-9]+$`),
  'AWS::Events::ApiDestination': named('Name', String.raw`^[\.\-_A-Za-z0-9]+$`),
  'AWS::Events::Archive': named('ArchiveName', String.raw`^[\.\-_A-Za-z0-9]+$`),
  // EC2 API reference, CreateSecurityGroup, GroupDescription
  'AWS::EC2::SecurityGroup': {
    properties: {
      SecurityGroupIngress: { items: OF_SECURITY_RULE },
      SecurityGroupEgress: { items: OF_SECURITY_RULE },
      GroupDescription: {
        pattern: String.raw`^[\x00-\x7F]*$`,
        fix: 'write GroupDescription with ASCII characters only',
        says: 'Value ({value}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.',
      },
    },
  },
  'AWS::EC2::SecurityGroupIngress': OF_SECURITY_RULE,
  'AWS::EC2::SecurityGroupEgress': OF_SECURITY_RULE,
  // EventBridge API reference, CreateEventBus
  'AWS::Events::EventBus': { properties: { Name: { not: { const: 'default' } } } },
  // Step Functions API reference, CreateStateMachine
  'AWS::StepFunctions::StateMachine': {
    ...arnAt('RoleArn'),
    allOf: [named('StateMachineName', String.raw`^[^\s<>{}\[\]?*"#%\\^|~${'`'}$&,;:/]+$`)],
  },
  // localstack/localstack, test_apigateway_api.snapshot.json, test_create_vpc_link, recorded
  'AWS::ApiGateway::VpcLink': {
    properties: {
      TargetArns: {
        items: {
          pattern: '^arn:',
          fix: 'specify the ARN of a network load balancer',
          says: 'Invalid ARN. ARN is not well formed {value}',
        },
      },
    },
  },
  // API Gateway API reference, MutualTlsAuthenticationInput, truststoreUri
  ...Object.fromEntries(
    ['AWS::ApiGateway::DomainName', 'AWS::ApiGatewayV2::DomainName'].map((type) => [type, TRUSTSTORE]),
  ),
  'AWS::ApiGateway::Stage': OF_METHOD_SETTINGS,
  'AWS::ApiGateway::Deployment': {
    properties: { StageDescription: OF_METHOD_SETTINGS },
    // CloudFormation template reference, StageDescription: "you must also provide a stage name"
    if: { required: ['StageDescription'] },
    then: {
      required: ['StageName'],
      fix: 'add StageName, or write the settings in an AWS::ApiGateway::Stage with this DeploymentId',
      says: 'To specify a stage description, you must also provide a stage name',
    },
  },
  // AWS responds with "Invalid ARN specified in the request" (aws-cloudformation/aws-cloudformation-templates#379).
  'AWS::ApiGateway::Method': arnAt('Integration', 'Credentials'),
  'AWS::ApiGateway::Authorizer': {
    ...arnAt('AuthorizerCredentials'),
    // badmintoncryer/cdk-preflight, pf-apigw-token-authorizer-identity-source, deployed
    if: { properties: { Type: { const: 'TOKEN' } }, required: ['Type'] },
    then: {
      required: ['IdentitySource'],
      fix: 'add IdentitySource: method.request.header.Authorization',
      says: 'IdentitySource cannot be empty',
    },
  },
  // RoleArn is the ARN of a role, not its name (EventBridge API reference, Target, RoleArn).
  'AWS::Events::Rule': { properties: { Targets: { items: arnAt('RoleArn') } } },
  // AWS responds with "Function must be configured to execute in a VPC to reference access point …"
  // (aws-cloudformation/cfn-lint#4369).
  'AWS::Lambda::Function': {
    if: { properties: { FileSystemConfigs: { minItems: 1 } }, required: ['FileSystemConfigs'] },
    then: { required: ['VpcConfig'] },
  },
  // AWS responds with "The provided principal was invalid." (Pocket/terraform-modules#1037, aws/aws-cli#7408).
  'AWS::Lambda::Permission': named(
    'Principal',
    String.raw`^(?!amazonaws\.com$)(${PRINCIPALS_OF.AWS}|${PRINCIPALS_OF.Service})$`,
    {
      fix: 'write a service principal, such as apigateway.amazonaws.com, the id of an account, or the ARN of a user or role',
      says: 'The provided principal was invalid. Please check the principal and try again. ({value})',
    },
  ),
  ...RECORD_SCHEMAS,
  'AWS::S3::Bucket': BUCKET_SCHEMA,
  'AWS::Lambda::EventInvokeConfig': {
    properties: {
      // Lambda API reference, UpdateFunctionEventInvokeConfig
      MaximumEventAgeInSeconds: { minimum: 60, maximum: 21_600 },
      MaximumRetryAttempts: { minimum: 0, maximum: 2 },
      DestinationConfig: {
        properties: {
          OnSuccess: destination('sqs|sns|lambda|events'),
          OnFailure: destination('sqs|sns|lambda|events|s3'),
        },
      },
    },
    // localstack/localstack, test_lambda_api.snapshot.json, recorded
    requiredOr: ['MaximumEventAgeInSeconds', 'MaximumRetryAttempts', 'DestinationConfig'],
    fix: 'add MaximumEventAgeInSeconds, MaximumRetryAttempts or DestinationConfig',
    says: 'You must specify at least one of error handling or destination setting.',
  },
  'AWS::WAFv2::WebACL': { properties: { Rules: { items: RULE_OF_WEB_ACL } } },
};

const TABLES = [
  OWN_SCHEMAS,
  EXCLUSIVE_SCHEMAS,
  MEMBER_SCHEMAS,
  MODEL_SCHEMAS,
  ARN_SCHEMAS,
  POLICY_SCHEMAS,
  EVENT_SCHEMAS,
  USER_POOL_SCHEMAS,
  USER_CLIENT_SCHEMAS,
  IDENTITY_SCHEMAS,
  FUNCTION_SCHEMAS,
  STORE_SCHEMAS,
  DELIVERY_SCHEMAS,
  HEALTH_CHECK_SCHEMAS,
];

/** Maps types to the schemas of this folder, which apply in addition to CloudFormation's. */
export const OWN_RULES: Readonly<Record<string, readonly JsonObject[]>> = Object.fromEntries(
  [...new Set(TABLES.flatMap((table) => Object.keys(table)))].map((type) => [
    type,
    TABLES.flatMap((table) => (Object.hasOwn(table, type) ? [table[type] ?? {}] : [])),
  ]),
);

/** Returns CloudFormation's schema of a type, extended by the schemas of this folder. */
export function withOwnSchema(type: string, schema: JsonObject): JsonObject {
  const own = Object.hasOwn(OWN_RULES, type) ? (OWN_RULES[type] ?? []) : [];
  if (own.length === 0) return schema;
  const { allOf = [] } = schema;
  return { ...schema, allOf: [...(Array.isArray(allOf) ? (allOf as readonly JsonObject[]) : []), ...own] };
}
