/** Members that a service permits only for other kinds of the resource. Each schema names its source. */
import type { JsonObject } from '@gatewright/aws/json-object';
import { invalidOrigin, NO_SOURCE, NOT_DUALSTACK, NOT_PRIVATE, ORIGIN } from './call-words.ts';
import { has } from './exclusive-schemas.ts';

/** Lambda's words about subnets without security groups, and the reverse (aws/aws-sdk-js#1293) */
const NOT_BOTH = 'SubnetIds and SecurityIds must coexist or be both empty list.';
const NETWORK = [
  ['SubnetIds', 'SecurityGroupIds'],
  ['SecurityGroupIds', 'SubnetIds'],
] as const;

const HEADERS =
  'CorsConfig CustomHeadersConfig RemoveHeadersConfig SecurityHeadersConfig ServerTimingHeadersConfig'.split(
    ' ',
  );

/** A private endpoint is dualstack (localstack/localstack, test_apigateway_api.snapshot.json, recorded). */
const dualstackIfPrivate = (says: string): JsonObject => ({
  if: has('Types', { type: 'array', contains: { const: 'PRIVATE' } }),
  then: {
    properties: {
      IpAddressType: { const: 'dualstack', fix: 'set IpAddressType: dualstack, or leave it out', says },
    },
  },
});

/** The services that are known to refuse a suffix, and no others. */
const WITHOUT_SUFFIX = ['ops.apigateway', 'ecs', 'rds', 'elasticloadbalancing', 'es'].map(
  (service) => `${service}.amazonaws.com`,
);

export const MEMBER_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  // aws/aws-cdk#9588
  'AWS::ApiGateway::RestApi': {
    properties: {
      EndpointConfiguration: {
        allOf: [dualstackIfPrivate(NOT_DUALSTACK)],
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
      },
    },
  },
  // API Gateway API reference, EndpointConfiguration, ipAddressType
  'AWS::ApiGateway::DomainNameV2': {
    properties: {
      EndpointConfiguration: dualstackIfPrivate(
        'For the PRIVATE endpoint type, only dualstack is supported.',
      ),
    },
  },
  'AWS::ApiGatewayV2::Api': {
    // API Gateway API reference, CreateApi, routeSelectionExpression
    if: has('ProtocolType', { const: 'HTTP' }),
    then: {
      properties: {
        RouteSelectionExpression: {
          pattern: String.raw`^(\$\{request\.method\} \$\{request\.path\}|\$request\.method \$request\.path)$`,
          fix: 'remove RouteSelectionExpression, or set ProtocolType: WEBSOCKET',
          says: 'For HTTP APIs, the routeSelectionExpression must be ${request.method} ${request.path}.',
        },
      },
    },
    properties: {
      CorsConfiguration: {
        properties: {
          AllowOrigins: {
            items: {
              pattern: ORIGIN,
              fix: 'write the origin with its scheme, such as https://shop.example.com or http://localhost:3000',
              says: invalidOrigin('{value}'),
            },
          },
        },
      },
    },
  },
  'AWS::Lambda::Function': {
    properties: {
      VpcConfig: {
        allOf: NETWORK.map(([given, needed]) => ({
          if: has(given, { type: 'array', minItems: 1 }),
          then: {
            ...has(needed, { minItems: 1, fix: `add an id to ${needed}`, says: NOT_BOTH }),
            fix: `add ${needed}, or remove VpcConfig`,
            says: NOT_BOTH,
          },
        })),
      },
    },
  },
  // localstack/localstack, test_lambda_api.snapshot.json, recorded
  'AWS::Lambda::EventSourceMapping': {
    requiredOr: ['EventSourceArn', 'SelfManagedEventSource'],
    fix: 'add EventSourceArn with the ARN of the queue, stream or cluster, or SelfManagedEventSource',
    says: NO_SOURCE,
  },
  // aws-cloudformation/cloudformation-coverage-roadmap#1156
  'AWS::CloudFront::ResponseHeadersPolicy': {
    properties: {
      ResponseHeadersPolicyConfig: {
        requiredOr: HEADERS,
        fix: `add one of ${HEADERS.join(', ')}`,
        says: 'Invalid request provided: AWS::CloudFront::ResponseHeadersPolicy',
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
  'AWS::SNS::Subscription': {
    properties: {
      // hashicorp/terraform-provider-aws#3289, triggermesh/aws-event-sources#220
      DeliveryPolicy: {
        properties: {
          healthyRetryPolicy: {
            allOf: ['numRetries', 'minDelayTarget', 'maxDelayTarget'].map((name) => ({
              required: [name],
              fix: `add ${name}`,
              says: `Invalid parameter: DeliveryPolicy: healthyRetryPolicy.${name} must be specified`,
            })),
          },
        },
      },
      // cloudposse/terraform-aws-sns-topic#48
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
