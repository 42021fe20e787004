/** Members that a service permits only for other kinds of the resource. Each schema names its source. */
import type { JsonObject } from '@gatewright/aws/json-object';
import { NOT_PRIVATE } from './call-words.ts';
import { has } from './exclusive-schemas.ts';

/** The services that are known to refuse a suffix, and no others. */
const WITHOUT_SUFFIX = ['ops.apigateway', 'ecs', 'rds', 'elasticloadbalancing', 'es'].map(
  (service) => `${service}.amazonaws.com`,
);

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
  // cloudposse/terraform-aws-sns-topic#48
  'AWS::SNS::Subscription': {
    properties: {
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
