/** Schemas for members that a service permits or requires only for resources of some kinds. */
import type { JsonObject } from '@gatewright/aws/json-object';
import { NO_EVENT_SOURCE, NO_SOURCE_ACCESS, NOT_PRIVATE, ONLY_DUALSTACK } from './call-words.ts';
import { has } from './exclusive-schemas.ts';

/** The services that are known to refuse a custom suffix for a service-linked role. Other services are not checked. */
const WITHOUT_SUFFIX = ['ops.apigateway', 'ecs', 'rds', 'elasticloadbalancing', 'es'].map(
  (service) => `${service}.amazonaws.com`,
);

/** CloudFront requires at least one of these members in a policy of response headers (coverage roadmap, #1156). */
const HEADER_GROUPS = [
  'Cors',
  'CustomHeaders',
  'RemoveHeaders',
  'SecurityHeaders',
  'ServerTimingHeaders',
].map((name) => `${name}Config`);

/**
 * The members that SNS requires in the retry policy of a subscription (hashicorp/terraform-provider-aws#3289,
 * awsdocs/amazon-sns-developer-guide#5).
 * @see https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
 */
const RETRY_POLICY: JsonObject = {
  if: { type: 'object' },
  then: {
    allOf: ['numRetries', 'minDelayTarget', 'maxDelayTarget'].map((name) => ({
      required: [name],
      says: `Invalid parameter: DeliveryPolicy: healthyRetryPolicy.${name} must be specified`,
      fix: `add ${name}: SNS requires numRetries, minDelayTarget and maxDelayTarget together`,
    })),
    properties: {
      minDelayTarget: {
        minimum: 1,
        says: 'Invalid parameter: Attributes Reason: DeliveryPolicy: healthyRetryPolicy.minDelayTarget must be greater than or equal to 1',
        fix: 'set minDelayTarget to 1 or more seconds',
      },
    },
  },
};

const NOT_BOTH = 'SubnetIds and SecurityIds must coexist or be both empty list.';
/** Requires the list `needed` of a function's VPC if the list `given` has members (aws/aws-sdk-js#1293). */
const inVpc = (given: string, needed: string): JsonObject => ({
  if: has(given, { type: 'array', minItems: 1 }),
  then: {
    required: [needed],
    properties: {
      [needed]: {
        minItems: 1,
        fix: `add one or more ${needed}`,
        says: NOT_BOTH,
      },
    },
    fix: `add ${needed}`,
    says: NOT_BOTH,
  },
});

/**
 * The parameters that Pipes requires for each service that can be the source. They determine where reading starts
 * (hashicorp/terraform-provider-aws#30773, hashicorp/terraform-provider-aws#32018).
 */
const SOURCES_OF_PIPES = [
  ['kinesis', 'KinesisStreamParameters', '{ StartingPosition: LATEST }'],
  ['dynamodb', 'DynamoDBStreamParameters', '{ StartingPosition: LATEST }'],
  ['kafka', 'ManagedStreamingKafkaParameters', '{ TopicName: NAME }'],
] as const;

const PIPE: readonly JsonObject[] = SOURCES_OF_PIPES.map(([service, name, example]) => {
  const missing = {
    says: `ValidationException: {"ValidationErrorFields":[{"Name":"SourceParameters.${name}","Message":"Missing required parameter."}]}`,
    fix: `add ${name}: ${example} to SourceParameters`,
  };
  return {
    if: has('Source', { pattern: `^arn:[^:]+:${service}:` }),
    then: {
      required: ['SourceParameters'],
      ...missing,
      properties: { SourceParameters: { required: [name], ...missing } },
    },
  };
});

/**
 * Secrets Manager API reference, RotationRulesType: "in hours or days", "as often as every four hours", "but not both".
 * Secrets Manager user guide, "Schedule expressions in Secrets Manager rotation": "must include 0 in the minutes
 * field", "must include * in the year field".
 */
const ROTATION_RULES: JsonObject = {
  dependentExcluded: { ScheduleExpression: ['AutomaticallyAfterDays'] },
  properties: {
    ScheduleExpression: {
      allOf: [
        {
          pattern: String.raw`^(?!rate\(\s*(\d+\s+minutes?|[1-3]\s+hours?)\s*\)$)`,
          fix: 'use rate(4 hours) or a longer interval in hours or days',
          says: 'The schedule expression {value} is invalid: a secret can be rotated at most every four hours.',
        },
        {
          pattern: String.raw`^(?!cron\()|^cron\(\s*0\s`,
          fix: 'write 0 as the first field of cron(), which is the minute',
          says: 'The schedule expression {value} is invalid: a rotation window opens on the hour, so the minutes field must be 0.',
        },
      ],
    },
  },
};

/** fujiwara/lambroll#414: "ApplicationLogLevel and SystemLogLevel are supported for JSON format only" */
const LEVELS: JsonObject = {
  if: has('LogFormat', { const: 'Text' }),
  then: {
    properties: Object.fromEntries(
      ['ApplicationLogLevel', 'SystemLogLevel'].map((name) => [
        name,
        {
          not: {},
          fix: `remove ${name}, or set LogFormat: JSON`,
          says: `${name} is not supported when LogFormat is set to "Text". Remove ${name} from your request or change the LogFormat to "JSON" and try again.`,
        },
      ]),
    ),
  },
};

const NO_LOG_DESTINATION = 'Invalid Logging Configuration: Must specify exactly one Log Destination.';
const LOG_DESTINATION =
  'add Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: ARN } }] with the ARN of a log group (Fn::GetAtt GROUP.Arn), or set Level: "OFF"';
/** badmintoncryer/cdk-preflight, pf-sfn-logging-destination, deployed */
const MACHINE_LOGS: JsonObject = {
  if: has('Level', { not: { const: 'OFF' } }),
  then: {
    required: ['Destinations'],
    properties: { Destinations: { minItems: 1, says: NO_LOG_DESTINATION, fix: LOG_DESTINATION } },
    says: NO_LOG_DESTINATION,
    fix: LOG_DESTINATION,
  },
};

export const MEMBER_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::StepFunctions::StateMachine': { properties: { LoggingConfiguration: MACHINE_LOGS } },
  'AWS::Pipes::Pipe': { allOf: [...PIPE] },
  'AWS::SecretsManager::RotationSchedule': { properties: { RotationRules: ROTATION_RULES } },
  // See aws/aws-cdk#9588
  'AWS::ApiGateway::RestApi': {
    properties: {
      EndpointConfiguration: {
        if: { properties: { Types: { type: 'array', items: { enum: ['REGIONAL', 'EDGE'] } } } },
        then: {
          properties: {
            VpcEndpointIds: {
              maxItems: 0,
              fix: 'remove VpcEndpointIds, or set Types: [PRIVATE]',
              says: NOT_PRIVATE,
            },
          },
        },
        else: {
          properties: {
            IpAddressType: {
              not: { const: 'ipv4' },
              fix: 'set IpAddressType: dualstack, or remove it',
              says: ONLY_DUALSTACK,
            },
          },
        },
      },
    },
  },
  // API Gateway API reference, EndpointConfiguration, ipAddressType
  'AWS::ApiGateway::DomainNameV2': {
    properties: {
      EndpointConfiguration: {
        properties: {
          IpAddressType: {
            not: { const: 'ipv4' },
            fix: 'set IpAddressType: dualstack, or remove it',
            says: 'For the PRIVATE endpoint type, only dualstack is supported.',
          },
        },
      },
    },
  },
  // See RJPearson94/terraform-aws-open-next#73
  'AWS::Lambda::Permission': {
    if: has('Action', { type: 'string', pattern: String.raw`^lambda:(?!InvokeFunctionUrl$|\*$)` }),
    then: {
      properties: {
        FunctionUrlAuthType: {
          not: {},
          fix: 'remove FunctionUrlAuthType, or set Action: lambda:InvokeFunctionUrl',
          says: 'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
        },
      },
    },
  },
  // localstack/localstack, test_iam.snapshot.json, recorded
  'AWS::IAM::ServiceLinkedRole': {
    allOf: WITHOUT_SUFFIX.map((service) => ({
      if: has('AWSServiceName', { const: service }),
      then: {
        properties: {
          CustomSuffix: {
            not: {},
            fix: 'remove CustomSuffix',
            says: `Custom suffix is not allowed for ${service}`,
          },
        },
      },
    })),
  },
  'AWS::Lambda::Function': {
    properties: {
      LoggingConfig: LEVELS,
      VpcConfig: {
        allOf: [inVpc('SubnetIds', 'SecurityGroupIds'), inVpc('SecurityGroupIds', 'SubnetIds')],
      },
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    requiredOr: ['EventSourceArn', 'SelfManagedEventSource'],
    fix: 'add EventSourceArn with the ARN of a queue, stream, table stream, broker or cluster',
    says: NO_EVENT_SOURCE,
    if: has('SelfManagedEventSource'),
    then: {
      required: ['SourceAccessConfigurations'],
      fix: 'add SourceAccessConfigurations: a secret (SASL_SCRAM_512_AUTH, BASIC_AUTH and others), or VPC_SUBNET and VPC_SECURITY_GROUP',
      says: NO_SOURCE_ACCESS,
    },
  },
  'AWS::CloudFront::ResponseHeadersPolicy': {
    properties: {
      ResponseHeadersPolicyConfig: {
        properties: {
          // See aws/aws-cdk#35308
          CorsConfig: {
            if: has('AccessControlAllowCredentials', { const: true }),
            then: {
              properties: {
                AccessControlAllowHeaders: {
                  properties: {
                    Items: {
                      items: {
                        not: { const: '*' },
                        fix: 'list the headers by name, or set AccessControlAllowCredentials to false',
                        says: 'The parameter Access-Control-Allow-Headers cannot contain * when allowCredentials is true.',
                      },
                    },
                  },
                },
              },
            },
          },
        },
        requiredOr: HEADER_GROUPS,
        fix: `add one of ${HEADER_GROUPS.join(', ')}`,
        says: 'Invalid request provided: AWS::CloudFront::ResponseHeadersPolicy. (The policy has no headers.)',
      },
    },
  },
  // See cloudposse/terraform-aws-sns-topic#48
  'AWS::SNS::Subscription': {
    properties: {
      DeliveryPolicy: { properties: { healthyRetryPolicy: RETRY_POLICY } },
      RedrivePolicy: {
        properties: {
          deadLetterTargetArn: {},
          maxReceiveCount: {
            not: {},
            fix: 'remove maxReceiveCount, which only the RedrivePolicy of a queue has',
            says: 'Invalid parameter: Attributes Reason: RedrivePolicy: invalid JSON. Attribute maxReceiveCount is unknown.',
          },
        },
        additionalProperties: false,
      },
    },
  },
};
