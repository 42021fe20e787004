/** Members that a service permits only for other kinds of the resource, or that it requires. */
import type { JsonObject } from '@gatewright/aws/json-object';
import { NO_EVENT_SOURCE, NOT_PRIVATE, ONLY_DUALSTACK } from './call-words.ts';
import { has } from './exclusive-schemas.ts';

/** The services that are known to refuse a custom suffix of their role. Others are not judged. */
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
 * What SNS requires in a retry policy of a subscription (hashicorp/terraform-provider-aws#3289,
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

export const MEMBER_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  // aws/aws-cdk#9588
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
  // RJPearson94/terraform-aws-open-next#73
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
      VpcConfig: {
        allOf: [inVpc('SubnetIds', 'SecurityGroupIds'), inVpc('SecurityGroupIds', 'SubnetIds')],
      },
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    requiredOr: ['EventSourceArn', 'SelfManagedEventSource'],
    fix: 'add EventSourceArn with the ARN of a queue, stream, table stream, broker or cluster',
    says: NO_EVENT_SOURCE,
    // localstack/localstack, test_lambda_api.snapshot.json, test_create_event_source_self_managed, recorded
    if: has('SelfManagedEventSource'),
    then: {
      required: ['SourceAccessConfigurations'],
      fix: 'add SourceAccessConfigurations: a secret (SASL_SCRAM_512_AUTH, BASIC_AUTH and others), or VPC_SUBNET and VPC_SECURITY_GROUP',
      says: "Required 'sourceAccessConfigurations' parameter is missing.",
    },
  },
  'AWS::CloudFront::ResponseHeadersPolicy': {
    properties: {
      ResponseHeadersPolicyConfig: {
        properties: {
          // aws/aws-cdk#35308
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
  // cloudposse/terraform-aws-sns-topic#48
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
