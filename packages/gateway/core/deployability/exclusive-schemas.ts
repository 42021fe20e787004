/**
 * Schemas for combinations of properties, and for some values, that services refuse although CloudFormation's schemas
 * permit them. If a thread or a recording quotes the service's message, the schema has this message. Each schema names
 * its source.
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { NO_PARAMETER_NAME, PARAMETER_CHARACTERS, tooLong } from './call-words.ts';

/** Returns a schema that matches an object whose property is present and matches `value`. */
export const has = (name: string, value: JsonObject | boolean = true): JsonObject => ({
  properties: { [name]: value },
  required: [name],
});
/** Returns a schema that refuses the property, whatever its value. */
export const without = (name: string, says: string): JsonObject => ({
  properties: { [name]: { not: {}, says } },
});

const SSE =
  'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.';
const ON_DEMAND = has('StreamModeDetails', has('StreamMode', { const: 'ON_DEMAND' }));
const PROVISIONED = has('StreamModeDetails', has('StreamMode', { const: 'PROVISIONED' }));

/** localstack/localstack, test_logs_subscription_filters.snapshot.json, recorded */
const DESTINATIONS: readonly JsonObject[] = ['kinesis', 'firehose'].map((vendor) => ({
  if: { not: { required: ['RoleArn'] } },
  then: {
    properties: {
      DestinationArn: {
        pattern: `^(?!arn:[^:]+:${vendor}:)`,
        fix: 'add RoleArn with the ARN of a role that logs.amazonaws.com may assume',
        says: `destinationArn for vendor ${vendor} cannot be used without roleArn`,
      },
    },
  },
}));

/**
 * The policies that begin with SecurityPolicy_ need an endpoint access mode (API Gateway developer guide, "Supported
 * security policies").
 */
const SECURITY_POLICY: JsonObject = {
  if: has('SecurityPolicy', { pattern: '^SecurityPolicy_' }),
  then: {
    required: ['EndpointAccessMode'],
    fix: 'add EndpointAccessMode: BASIC or STRICT',
    says: 'Endpoint access mode is required for the specified security policy',
  },
};
/**
 * Lambda API reference, EphemeralStorage (botocore 1.44.8): "any whole number between 512 and 10,240 MB. For functions
 * that use AcceleratorConfig, the maximum is 32,768 MB." Functions of a capacity provider are not checked.
 */
const ORDINARY_STORAGE: JsonObject = {
  if: { not: { anyOf: [has('AcceleratorConfig'), has('CapacityProviderConfig')] } },
  then: {
    properties: {
      EphemeralStorage: {
        properties: {
          Size: {
            minimum: 512,
            maximum: 10_240,
            fix: 'use a value from 512 to 10240',
            says: 'Size must be from 512 to 10240 for a function without AcceleratorConfig, not {value}',
          },
        },
      },
    },
  },
};
/**
 * Query string cache keys need QueryString: true (CloudFront API reference, ForwardedValues, QueryStringCacheKeys).
 * CloudFront Functions run only for viewer events.
 */
const QUERY_STRINGS: JsonObject = {
  properties: {
    ForwardedValues: {
      if: has('QueryStringCacheKeys', { minItems: 1 }),
      then: {
        properties: {
          QueryString: {
            not: { const: false },
            fix: 'set QueryString: true, or remove QueryStringCacheKeys',
            says: 'The parameter QueryString cannot be false if query strings are set in QueryStringCacheKeys',
          },
        },
      },
    },
    FunctionAssociations: {
      items: {
        properties: {
          EventType: {
            enum: ['viewer-request', 'viewer-response'],
            says: 'The parameter EventType of a function association must be viewer-request or viewer-response, not {value}',
          },
        },
      },
    },
  },
};

const USAGES: readonly (readonly [specs: string, usages: readonly string[]])[] = [
  ['^SYMMETRIC_DEFAULT$', ['ENCRYPT_DECRYPT']],
  ['^HMAC_', ['GENERATE_VERIFY_MAC']],
  ['^RSA_', ['SIGN_VERIFY', 'ENCRYPT_DECRYPT']],
  ['^ECC_NIST_P', ['SIGN_VERIFY', 'KEY_AGREEMENT']],
  ['^ECC_SECG_', ['SIGN_VERIFY']],
];
/** localstack/localstack, test_kms.snapshot.json, recorded; KMS API reference, CreateKey, EnableKeyRotation */
const KEYS: readonly JsonObject[] = [
  ...USAGES.map(([specs, usages]) => ({
    if: has('KeySpec', { pattern: specs }),
    then: {
      properties: {
        KeyUsage: { enum: [...usages], says: 'KeyUsage {value} is not compatible with the KeySpec' },
      },
    },
  })),
  {
    if: has('KeySpec', { not: { const: 'SYMMETRIC_DEFAULT' } }),
    then: {
      properties: {
        EnableKeyRotation: {
          not: { const: true },
          says: 'You cannot set the EnableKeyRotation property to true on asymmetric or HMAC keys.',
        },
      },
    },
  },
];

/** hashicorp/terraform-provider-aws, validUsagePlanQuotaSettings */
const OFFSETS: readonly JsonObject[] = (
  [
    ['DAY', 0, 'must be zero'],
    ['WEEK', 6, 'must be between 0 and 6 inclusive'],
    ['MONTH', 27, 'must be between 0 and 27 inclusive'],
  ] as const
).map(([period, maximum, range]) => ({
  if: has('Period', { const: period }),
  then: {
    properties: {
      Offset: {
        minimum: 0,
        maximum,
        fix: maximum === 0 ? 'remove Offset' : `use a value from 0 to ${maximum}`,
        says: `Usage Plan quota offset ${range} in the ${period} period`,
      },
    },
  },
}));

const CACHING_DISABLED = 'is invalid for policy with caching disabled. (MinTTL, DefaultTTL and MaxTTL are 0)';
/** Ends the remedy with the list that must be removed if the behavior is none: Headers for HeaderBehavior. */
const listOf = (behavior: string): string => ` and remove ${behavior.replace('Behavior', 's')}`;
/**
 * Returns a schema that restricts a property of a cache policy that caches nothing, with CloudFront's error message.
 */
const ifCached = (name: string, value: JsonObject): JsonObject => ({
  properties: {
    [name]: {
      fix: `set ${name} to none${listOf(name)}, or set DefaultTTL and MaxTTL to values above 0`,
      ...value,
      says: `The parameter ${name} ${CACHING_DISABLED}`,
    },
  },
});
/** See aws/aws-cdk#13441, aws/aws-cdk#16977, ballPointPenguin/artificial-u#116 */
const CACHE_POLICY: JsonObject = {
  if: {
    properties: { MinTTL: { const: 0 }, DefaultTTL: { const: 0 }, MaxTTL: { const: 0 } },
    required: ['MinTTL', 'DefaultTTL', 'MaxTTL'],
  },
  then: {
    properties: {
      ParametersInCacheKeyAndForwardedToOrigin: {
        properties: {
          HeadersConfig: ifCached('HeaderBehavior', { const: 'none' }),
          CookiesConfig: ifCached('CookieBehavior', { const: 'none' }),
          QueryStringsConfig: ifCached('QueryStringBehavior', { const: 'none' }),
        },
        allOf: ['EnableAcceptEncodingGzip', 'EnableAcceptEncodingBrotli'].map((name) =>
          ifCached(name, {
            not: { const: true },
            fix: `set ${name} to false, or set DefaultTTL and MaxTTL to values above 0`,
          }),
        ),
      },
    },
  },
};

export const EXCLUSIVE_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::SQS::Queue': {
    allOf: [
      // localstack/localstack, test_sqs.snapshot.json, recorded
      {
        if: { required: ['KmsMasterKeyId'] },
        then: {
          properties: {
            SqsManagedSseEnabled: {
              not: { const: true },
              fix: 'remove SqsManagedSseEnabled, or remove KmsMasterKeyId',
              says: SSE,
            },
          },
        },
      },
      // SQS API reference, CreateQueue: "only when the value for DeduplicationScope is messageGroup"
      {
        if: has('FifoThroughputLimit', { const: 'perMessageGroupId' }),
        then: {
          ...has('DeduplicationScope', { const: 'messageGroup' }),
          fix: 'add DeduplicationScope: messageGroup, or remove FifoThroughputLimit',
          says: 'FifoThroughputLimit can be perMessageGroupId only if DeduplicationScope is messageGroup',
        },
      },
      // SQS API reference, CreateQueue: "only when the redrivePermission parameter is set to byQueue"
      {
        properties: {
          RedriveAllowPolicy: {
            if: { required: ['sourceQueueArns'] },
            then: {
              properties: {
                redrivePermission: {
                  const: 'byQueue',
                  fix: 'set redrivePermission: byQueue, or remove sourceQueueArns',
                  says: 'sourceQueueArns can be specified only when the redrivePermission parameter is set to byQueue',
                },
              },
            },
          },
        },
      },
    ],
  },
  // See aws/aws-cdk#18247
  'AWS::Kinesis::Stream': {
    allOf: [
      { if: ON_DEMAND, then: without('ShardCount', 'ShardCount is not expected when StreamMode=ON_DEMAND') },
      { if: PROVISIONED, then: { required: ['ShardCount'] } },
    ],
  },
  'AWS::SNS::Topic': {
    // SNS API reference, CreateTopic: ContentBasedDeduplication "applies only to FIFO topics"
    if: { not: has('FifoTopic', { const: true }) },
    then: {
      properties: {
        ContentBasedDeduplication: {
          not: { const: true },
          fix: 'remove ContentBasedDeduplication, or set FifoTopic: true (a TopicName then ends with .fifo)',
          says: 'ContentBasedDeduplication is only for topics with FifoTopic: true',
        },
      },
    },
  },
  'AWS::Logs::SubscriptionFilter': { allOf: DESTINATIONS },
  // Secrets Manager user guide, AWS::SecretsManager::Secret GenerateSecretString
  'AWS::SecretsManager::Secret': {
    properties: {
      // localstack/localstack, test_secretsmanager.snapshot.json, recorded
      Name: {
        pattern: '^[A-Za-z0-9/_+=.@!-]+$',
        fix: 'use only letters, digits and / _ + = . @ ! - in Name',
        says: 'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      },
      GenerateSecretString: {
        dependentRequired: {
          SecretStringTemplate: ['GenerateStringKey'],
          GenerateStringKey: ['SecretStringTemplate'],
        },
      },
    },
  },
  // SSM API reference, PutParameter, Name
  'AWS::SSM::Parameter': {
    allOf: [
      {
        properties: {
          Name: {
            pattern: '^(/|[^/]*$)',
            fix: 'begin Name with a slash',
            says: 'Parameter name must be a fully qualified name. (It has a slash, so it must begin with one.)',
          },
        },
      },
      {
        properties: {
          Name: {
            pattern: '^(?!/?([aA][wW][sS]|[sS][sS][mM]))',
            fix: 'give the parameter a Name that does not begin with aws or ssm',
            says: `A parameter name can't be prefixed with "aws" or "ssm" (case-insensitive).`,
          },
        },
      },
      {
        properties: {
          Name: {
            pattern: String.raw`^[\w./-]*$`,
            fix: 'use only letters, digits, slashes and . _ - in Name',
            says: NO_PARAMETER_NAME,
          },
          Value: { maxLength: PARAMETER_CHARACTERS.Advanced, says: tooLong('Advanced') },
        },
      },
      {
        if: has('Tier', { const: 'Standard' }),
        then: {
          properties: { Value: { maxLength: PARAMETER_CHARACTERS.Standard, says: tooLong('Standard') } },
        },
      },
    ],
  },
  'AWS::Lambda::Function': {
    allOf: [ORDINARY_STORAGE],
    if: has('SnapStart', has('ApplyOn', { const: 'PublishedVersions' })),
    then: {
      properties: {
        // The message is in localstack/localstack, Lambda provider, which repeats AWS's message. The runtimes are in
        // the Lambda developer guide, "Supported features and limitations".
        Runtime: {
          pattern: String.raw`^(java(?!8)|python3\.(?!\d$|1[01]$)|dotnet(?!core|[5-7]$))`,
          fix: 'use java11 or later, python3.12 or later, or dotnet8, or remove SnapStart',
          says: '{value} is not supported for SnapStart enabled functions.',
        },
        EphemeralStorage: {
          properties: {
            Size: {
              maximum: 512,
              says: 'SnapStart does not support an ephemeral storage greater than 512 MB, and the function has {value} MB.',
            },
          },
        },
      },
    },
    properties: {
      // See hashicorp/terraform-provider-aws#8818
      Layers: {
        items: {
          pattern: '^arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+$',
          fix: 'specify the ARN of a version of the layer, which ends with its number: arn:aws:lambda:REGION:ACCOUNT:layer:NAME:1, or Ref of an AWS::Lambda::LayerVersion',
          says: "1 validation error detected: Value '[{value}]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy regular expression pattern: (arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)]",
        },
      },
      // The target must be an Amazon SQS queue or an Amazon SNS topic (Lambda developer guide, "Dead-letter queues").
      DeadLetterConfig: { properties: { TargetArn: { pattern: '^arn:[^:]+:(sqs|sns):' } } },
    },
  },
  'AWS::Lambda::Url': {
    properties: {
      // localstack/localstack, test_lambda_api.snapshot.json, recorded
      Qualifier: {
        pattern: String.raw`^(?!\d+$)[0-9a-zA-Z-_]+$`,
        fix: 'name an alias of the function instead of a version',
        says: String.raw`Value '{value}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`,
      },
    },
  },
  // localstack/localstack, test_cloudwatch.snapshot.json, recorded; CloudWatch API reference, PutDashboard
  'AWS::CloudWatch::Dashboard': {
    properties: {
      DashboardName: {
        pattern: '^[A-Za-z0-9_-]+$',
        fix: 'use only letters, digits, - and _ in DashboardName',
        says: 'The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).',
      },
      DashboardBody: {
        pattern: String.raw`^\s*\{`,
        fix: 'write DashboardBody as a string that contains one JSON object',
        says: 'The field DashboardBody must be a valid JSON object',
      },
    },
  },
  'AWS::KMS::Key': { allOf: KEYS },
  'AWS::ApiGateway::VpcLink': {
    properties: {
      // serverless/serverless#6170, API Gateway API reference, CreateVpcLink: "must be only one network load balancer"
      TargetArns: { maxItems: 1, says: 'More than one target arn specified for vpc link.' },
    },
  },
  // go-to-k/cdk-real-drift#680; aws-cloudformation/cloudformation-coverage-roadmap#623
  'AWS::ApiGatewayV2::Stage': {
    if: has('AutoDeploy', { enum: [true, 'true'] }),
    then: {
      properties: {
        DeploymentId: {
          not: {},
          fix: 'remove DeploymentId, or set AutoDeploy: false',
          says: 'Deployment ID cannot be set on this stage because AutoDeploy is enabled',
        },
      },
    },
  },
  // badmintoncryer/cdk-preflight, pf-apigwv2-vpc-link-subnets-required, deployed
  'AWS::ApiGatewayV2::VpcLink': {
    properties: {
      SubnetIds: {
        minItems: 1,
        fix: 'list one or more subnets',
        says: 'SubnetIds for a vpc link cannot be empty',
      },
    },
  },
  'AWS::ApiGateway::UsagePlan': { properties: { Quota: { allOf: OFFSETS } } },
  'AWS::SNS::Subscription': {
    // SNS API reference, Subscribe, SubscriptionRoleArn: "required for Firehose delivery stream subscriptions"
    if: has('Protocol', { const: 'firehose' }),
    then: {
      required: ['SubscriptionRoleArn'],
      fix: 'add SubscriptionRoleArn with the ARN of a role that sns.amazonaws.com may assume, and that may write to the stream',
    },
  },
  'AWS::ApiGateway::DomainName': SECURITY_POLICY,
  'AWS::ApiGateway::RestApi': SECURITY_POLICY,
  'AWS::CloudFront::Distribution': {
    properties: {
      DistributionConfig: {
        properties: {
          DefaultCacheBehavior: QUERY_STRINGS,
          CacheBehaviors: { items: QUERY_STRINGS },
        },
      },
    },
  },
  'AWS::CloudFront::CachePolicy': { properties: { CachePolicyConfig: CACHE_POLICY } },
  // A rule may have 5 targets (EventBridge user guide, quotas).
  'AWS::Events::Rule': { properties: { Targets: { maxItems: 5 } } },
};
