/**
 * Schemas for tables, parameters, secrets, keys and log groups that AWS refuses although CloudFormation's schemas
 * permit them. Unless another source is given, a refusal was measured by deploying to AWS
 * (https://github.com/badmintoncryer/cdk-preflight; each `meta.yaml` quotes the answer).
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { has, without } from './exclusive-schemas.ts';

const SSE_OFF = 'One or more parameter values were invalid: SSEType can not be specified if Enabled is false';

const TABLE: JsonObject = {
  properties: {
    SSESpecification: {
      if: has('SSEEnabled', { const: false }),
      then: without('SSEType', SSE_OFF),
    },
    WarmThroughput: {
      properties: {
        ReadUnitsPerSecond: {
          minimum: 12_000,
          fix: 'write at least 12000, or remove WarmThroughput',
          says: 'One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand',
        },
      },
    },
  },
  if: has('BillingMode', { const: 'PROVISIONED' }),
  then: without(
    'OnDemandThroughput',
    "Property MaxReadRequestUnits for OnDemandThroughput can't be used with PROVISIONED BillingMode",
  ),
};

const PARAMETER: JsonObject = {
  properties: {
    Name: {
      pattern: '[^/]$',
      fix: 'leave out the slash at the end of Name',
      says: 'Parameter name must not end with slash.',
    },
    Value: {
      allOf: [
        {
          pattern: String.raw`^(?![\s\S]*\{\{[\s\S]*\}\})`,
          fix: 'leave out {{ and }}: a parameter cannot contain another parameter',
          says: "Parameter value can't nest another parameter. Do not use '{{}}' in the value.",
        },
        {
          minLength: 1,
          fix: 'write a Value of at least one character',
          says: "Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
        },
      ],
    },
  },
  if: has('Tier', { const: 'Standard' }),
  then: without('Policies', "You can't assign parameter policies to a standard-parameter tier."),
};

const TYPES = ['ExcludeLowercase', 'ExcludeUppercase', 'ExcludeNumbers', 'ExcludePunctuation'];

const SECRET: JsonObject = {
  properties: {
    GenerateSecretString: {
      allOf: [
        {
          if: { allOf: TYPES.map((name) => has(name, { const: true })) },
          then: {
            properties: {
              ExcludePunctuation: {
                not: { const: true },
                fix: 'permit at least one kind of character',
                says: 'All characters have been excluded from selection.',
              },
            },
          },
        },
        {
          properties: {
            PasswordLength: {
              maximum: 4096,
              fix: 'write a length of at most 4096',
              says: 'PasswordLength must be at most 4096, not {value}',
            },
            SecretStringTemplate: {
              pattern: String.raw`^\s*\{[\s\S]*\}\s*$`,
              fix: `write a JSON object, as in '{"username": "shop"}'`,
              says: 'Failed to parse SecretStringTemplate as JSON.',
            },
          },
        },
      ],
    },
  },
};

export const STORE_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::DynamoDB::Table': TABLE,
  'AWS::SSM::Parameter': PARAMETER,
  'AWS::SecretsManager::Secret': SECRET,
  'AWS::KMS::Alias': {
    properties: {
      AliasName: {
        pattern: '^(?!alias/aws/)',
        fix: 'write another name after alias/',
        says: 'The alias name for a customer managed CMK cannot begin with alias/aws/.',
      },
    },
  },
  'AWS::KMS::Key': {
    properties: {
      KeyPolicy: {
        if: { type: 'object' },
        then: {
          properties: {
            Statement: {
              items: {
                allOf: [
                  {
                    requiredOr: ['Resource', 'NotResource'],
                    fix: "add Resource: '*', which is the key itself",
                    says: 'Missing required field Resource',
                  },
                ],
              },
            },
          },
        },
      },
    },
  },
  // See hashicorp/terraform#10739
  'AWS::Logs::LogGroup': {
    properties: {
      LogGroupName: {
        pattern: '^(?![aA][wW][sS]/)',
        fix: 'begin the name with a slash, as in /aws/lambda/NAME, or with a word other than AWS',
        says: 'Log groups starting with AWS/ are reserved for AWS.',
      },
    },
  },
  'AWS::Logs::MetricFilter': {
    properties: {
      FilterName: {
        pattern: '^[^:*]*$',
        fix: 'leave : and * out of FilterName',
        says: String.raw`Value '{value}' at 'filterName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
      },
      MetricTransformations: {
        items: {
          properties: {
            MetricNamespace: {
              pattern: '^(?!AWS/)',
              fix: 'write a namespace of your own',
              says: 'Metric namespaces starting with AWS/ are reserved for AWS.',
            },
          },
        },
      },
    },
  },
  'AWS::Logs::SubscriptionFilter': {
    if: has('DestinationArn', { pattern: '^arn:[^:]+:lambda:' }),
    then: {
      properties: {
        RoleArn: {
          not: {},
          fix: 'remove RoleArn, and add an AWS::Lambda::Permission with Principal logs.amazonaws.com',
          says: 'destinationArn for vendor lambda cannot be used with roleArn',
        },
      },
    },
  },
  'AWS::IAM::OIDCProvider': {
    properties: {
      Url: {
        pattern: '^https://',
        fix: 'begin Url with https://',
        says: 'Invalid Open ID Connect Provider URL: {value} must begin with https://',
      },
    },
  },
};
