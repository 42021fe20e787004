/**
 * Schemas for event buses, rules, schedules and pipes that EventBridge refuses although CloudFormation's schemas permit
 * them. The refusals without another source were measured by deploying such resources to AWS
 * (https://github.com/badmintoncryer/cdk-preflight, `rules/events`, `rules/scheduler` and `rules/pipes`; each
 * `meta.yaml` quotes the answer).
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { has } from './exclusive-schemas.ts';

/** A dead-letter queue of a bus or of a target is a standard queue. */
const DEAD_LETTERS: JsonObject = {
  properties: {
    Arn: {
      allOf: [
        {
          pattern: '^(?!arn:[^:]+:sns:)',
          fix: 'specify the ARN of a standard queue (Fn::GetAtt QUEUE.Arn)',
          says: 'sns is not supported as a dead letter resource',
        },
        {
          pattern: String.raw`^(?!arn:[^:]+:sqs:.*\.fifo$)`,
          fix: 'specify the ARN of a standard queue: EventBridge does not use a FIFO queue as a dead-letter queue',
          says: 'SQS FIFO is not supported by Dead Letter Queues',
        },
      ],
    },
  },
};

const REQUIRED_OF: Readonly<Record<string, string>> = {
  BASIC: 'BasicAuthParameters',
  API_KEY: 'ApiKeyAuthParameters',
  OAUTH_CLIENT_CREDENTIALS: 'OAuthParameters',
};

const CONNECTION: JsonObject = {
  allOf: Object.entries(REQUIRED_OF).map(([type, name]) => ({
    if: { allOf: [has('AuthorizationType', { const: type }), has('AuthParameters')] },
    then: {
      properties: {
        AuthParameters: {
          required: [name],
          fix: `add ${name} to AuthParameters, or set AuthorizationType to the type that fits AuthParameters`,
          says: `Parameter ${name} is not valid. Reason: Missing required field(s)`,
        },
      },
    },
  })),
  properties: {
    AuthParameters: {
      properties: {
        OAuthParameters: {
          properties: {
            AuthorizationEndpoint: {
              pattern: '^https://',
              fix: 'write an address that begins with https://',
              says: 'Parameter AuthorizationEndpoint is not valid',
            },
          },
        },
      },
    },
  },
};

/**
 * The first words of the API actions that a universal target cannot call, because they only read.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
const READING =
  'get describe list poll receive search scan query select read lookup discover validate batchGet batchDescribe batchRead transactGet'.replaceAll(
    ' ',
    '|',
  );

const DATE: JsonObject = {
  pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}`,
  fix: 'write the date with milliseconds: 2030-01-31T00:00:00.000Z',
  says: 'Invalid request provided: the date needs to follow the format yyyy-MM-ddTHH:mm:ss.SSSZ, but {value} does not',
};

const SCHEDULE: JsonObject = {
  properties: {
    StartDate: DATE,
    EndDate: DATE,
    FlexibleTimeWindow: {
      if: has('Mode', { const: 'OFF' }),
      then: {
        properties: {
          MaximumWindowInMinutes: {
            not: {},
            fix: 'remove MaximumWindowInMinutes, or set Mode: FLEXIBLE',
            says: 'MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.',
          },
        },
      },
    },
    Target: {
      properties: {
        Arn: {
          allOf: [
            {
              pattern: '^(?!arn:[^:]+:scheduler:(?!::aws-sdk:))',
              fix: 'write arn:aws:scheduler:::aws-sdk:SERVICE:ACTION, without a region or an account id',
              says: 'scheduler is not a supported service for a target.',
            },
            {
              pattern: `^(?!arn:[^:]+:scheduler:::aws-sdk:[^:]+:(${READING})([A-Z]|$))`,
              fix: 'call a function that reads what you need: a schedule cannot call an action that only reads',
              says: '{value} API is not supported',
            },
          ],
        },
      },
      allOf: [
        {
          if: has('Arn', { pattern: '^arn:[^:]+:scheduler:::aws-sdk:' }),
          then: {
            required: ['Input'],
            fix: "add Input with the JSON of the call's parameters, as in Input: '{}'",
            says: 'You must provide an input to set this target for your schedule.',
          },
        },
        {
          if: has('Arn', { pattern: String.raw`^arn:[^:]+:sqs:.*\.fifo$` }),
          then: {
            required: ['SqsParameters'],
            fix: 'add SqsParameters: { MessageGroupId: VALUE }',
            says: 'Parameters SqsParameters must be specified.',
          },
        },
        {
          // EventBridge Scheduler API reference, Target, Input: "must be a well-formed JSON" for these targets
          if: has('Arn', { pattern: '^arn:[^:]+:(lambda|states|events|scheduler):' }),
          then: {
            properties: {
              Input: {
                pattern: String.raw`^\s*(\{|\[|"|-?\d|true\s*$|false\s*$|null\s*$)`,
                fix: 'write Input as JSON: an object, or a string in double quotes',
                says: 'JSON syntax error in input for the target',
              },
            },
          },
        },
      ],
    },
  },
};

const PIPE: JsonObject = {
  properties: {
    Enrichment: {
      pattern: '^arn:[^:]+:(lambda|states|execute-api|events):',
      fix: 'specify the ARN of a function, an Express state machine, an API or an API destination',
      says: 'Invalid pipe enrichment.',
    },
    Target: {
      pattern: String.raw`^(?!arn:[^:]+:sns:.*\.fifo$)`,
      fix: 'use a standard topic, or a FIFO queue',
      says: 'SNS FIFO topics are not supported as a pipe target.',
    },
  },
};

export const EVENT_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Events::EventBus': {
    properties: { DeadLetterConfig: DEAD_LETTERS },
    if: { not: { required: ['EventSourceName'] } },
    then: {
      properties: {
        Name: {
          pattern: '^[^/]*$',
          fix: 'leave the slash out of Name: only the name of a partner event bus has one',
          says: "Event bus name must not contain '/'.",
        },
      },
    },
  },
  'AWS::Events::Rule': {
    properties: { Targets: { items: { properties: { DeadLetterConfig: DEAD_LETTERS } } } },
  },
  'AWS::Events::Connection': CONNECTION,
  'AWS::Events::ApiDestination': {
    properties: {
      InvocationEndpoint: {
        pattern: '^https://',
        fix: 'write an address that begins with https://',
        says: "Parameter InvocationEndpoint is not valid. Reason: Endpoint '{value}' is not valid",
      },
    },
  },
  'AWS::Events::Archive': {
    properties: {
      SourceArn: {
        pattern: '^arn:[^:]+:events:[^:]*:[^:]*:event-bus/',
        fix: 'specify the ARN of an event bus (Fn::GetAtt BUS.Arn)',
        says: '{value} is not the ARN of an event bus, and an archive can only store the events of an event bus',
      },
    },
  },
  'AWS::Scheduler::Schedule': SCHEDULE,
  'AWS::Scheduler::ScheduleGroup': {
    properties: {
      Name: {
        not: { const: 'default' },
        fix: 'give the group another Name, or remove the group: the group named default exists in every account',
        says: 'This operation cannot be performed on schedule group default.',
      },
    },
  },
  'AWS::Pipes::Pipe': PIPE,
};
