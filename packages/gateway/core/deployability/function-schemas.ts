/**
 * Schemas for functions and event source mappings that Lambda refuses although CloudFormation's schemas permit them.
 * The refusals were measured by deploying such resources to AWS (https://github.com/badmintoncryer/cdk-preflight,
 * `rules/lambda`; each `meta.yaml` quotes the answer).
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { has, without } from './exclusive-schemas.ts';

const FIFO_QUEUE = String.raw`^(?!arn:[^:]+:sqs:.*\.fifo$)`;
const FIFO_TOPIC = String.raw`^(?!arn:[^:]+:sns:.*\.fifo$)`;

/** Returns the schema of a destination of failed or successful invocations, which is never FIFO. */
const destination = (says: string): JsonObject => ({
  allOf: [FIFO_QUEUE, FIFO_TOPIC].map((pattern) => ({
    pattern,
    fix: 'use a standard queue or topic (FifoQueue and FifoTopic unset)',
    says,
  })),
});
const INVOKED: JsonObject = {
  properties: {
    Destination: destination(
      'The provided destination config DestinationConfig(destination={value}) is invalid.',
    ),
  },
};

const MIXED = (name: string): JsonObject => ({
  if: { type: 'array', contains: { const: '*' } },
  then: {
    maxItems: 1,
    fix: `write either '*' alone, or only the other values of ${name}`,
    says: `You can't specify additional fields for ${name} because you already specified the wildcard character (*).`,
  },
});

const isFrom = (services: string): JsonObject =>
  has('EventSourceArn', { pattern: `^arn:[^:]+:(${services}):` });

const MAPPING: JsonObject = {
  allOf: [
    {
      if: { allOf: [isFrom('kinesis'), has('StartingPosition', { not: { const: 'AT_TIMESTAMP' } })] },
      then: without(
        'StartingPositionTimestamp',
        'StartingPositionTimestamp is only for StartingPosition: AT_TIMESTAMP',
      ),
    },
    {
      if: isFrom('kafka'),
      then: {
        required: ['Topics'],
        fix: 'add Topics: [NAME]',
        says: "Required 'topics' parameter is missing.",
      },
    },
    {
      if: isFrom('kinesis|dynamodb'),
      then: {
        properties: {
          MaximumRecordAgeInSeconds: {
            anyOf: [{ const: -1 }, { minimum: 60 }],
            fix: 'set MaximumRecordAgeInSeconds to 60 or more, or to -1',
            says: 'MaximumRecordAgeInSeconds must be -1 or at least 60, not {value}',
          },
          DestinationConfig: {
            properties: {
              OnFailure: {
                properties: {
                  Destination: destination(
                    'An on-failure destination cannot be a FIFO queue or topic: {value}',
                  ),
                },
              },
            },
          },
        },
      },
    },
  ],
};

const NO_IMAGE = 'The ImageConfig parameter is not supported for functions created with deployment packages.';

/**
 * Code in the template (ZipFile) is possible for two languages only. The list of runtimes in Lambda's message is left
 * out, because its current content is not known (aws/aws-cdk#6302,
 * aws-cloudformation/cloudformation-coverage-roadmap#370).
 */
const INLINE_CODE: JsonObject = {
  if: has('Runtime', { type: 'string', not: { pattern: '^(nodejs|python)' } }),
  then: {
    properties: {
      Code: {
        properties: {
          ZipFile: {
            not: {},
            insteadOf: 'Runtime',
            fix: 'put the code into a file of its own (Code.S3Bucket and Code.S3Key, or a path that is packaged), or use a runtime of Node.js or Python',
            says: 'ZipFile can only be used when Runtime is set to a runtime of Node.js or Python.',
          },
        },
      },
    },
  },
};

export const FUNCTION_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Lambda::Function': {
    properties: {
      DeadLetterConfig: {
        properties: {
          TargetArn: {
            allOf: [
              {
                pattern: FIFO_QUEUE,
                fix: 'use a standard queue (FifoQueue unset)',
                says: 'Invalid dead letter queue ARN: FIFO SQS queue is not supported for dead letter configuration',
              },
              {
                pattern: FIFO_TOPIC,
                fix: 'use a standard topic (FifoTopic unset)',
                says: 'Invalid dead letter queue ARN: a FIFO topic is not supported for dead letter configuration',
              },
            ],
          },
        },
      },
      LoggingConfig: {
        properties: {
          LogGroup: {
            pattern: '^(?![aA][wW][sS]/)',
            fix: 'begin the name with a slash, as in /aws/lambda/NAME, or with a word other than AWS',
            says: 'Log groups starting with AWS/ are reserved for AWS. Update the LogGroup value and try again.',
          },
        },
      },
      RuntimeManagementConfig: {
        if: has('UpdateRuntimeOn', { const: 'Manual' }),
        then: {
          required: ['RuntimeVersionArn'],
          fix: 'add RuntimeVersionArn with the ARN of a version of the runtime, or set UpdateRuntimeOn: Auto',
          says: 'RuntimeVersionArn is required if UpdateRuntimeOn is Manual',
        },
      },
    },
    allOf: [INLINE_CODE],
    if: { not: has('PackageType', { const: 'Image' }) },
    then: {
      properties: {
        ImageConfig: {
          not: {},
          fix: 'remove ImageConfig, or set PackageType: Image and Code.ImageUri',
          says: NO_IMAGE,
        },
      },
    },
    else: {
      properties: {
        Code: {
          properties: {
            ImageUri: {
              pattern: String.raw`^(?!public\.ecr\.aws/|docker\.io/)`,
              fix: 'push the image to a private ECR repository in your account, and set ImageUri to ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG',
              says: 'Source image {value} is not valid. Provide a valid source image.',
            },
          },
        },
      },
    },
  },
  'AWS::Lambda::EventInvokeConfig': {
    properties: {
      DestinationConfig: { properties: { OnSuccess: INVOKED, OnFailure: INVOKED } },
    },
  },
  'AWS::Lambda::Url': {
    properties: {
      Cors: {
        properties: Object.fromEntries(['AllowMethods', 'AllowOrigins'].map((name) => [name, MIXED(name)])),
      },
    },
  },
  'AWS::Lambda::EventSourceMapping': MAPPING,
};
