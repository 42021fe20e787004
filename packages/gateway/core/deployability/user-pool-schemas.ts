/**
 * Schemas for user pools, their clients and their domains that Cognito refuses although CloudFormation's schemas permit
 * them.
 */
import type { JsonObject } from '@gatewright/aws/json-object';

/**
 * The attributes that every user pool has. A template can require only these.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
 */
const STANDARD_ATTRIBUTES = (
  'address birthdate email email_verified family_name gender given_name locale middle_name name nickname ' +
  'phone_number phone_number_verified picture preferred_username profile sub updated_at website zoneinfo'
).split(' ');

/**
 * aws-solutions/content-analysis-on-aws#8, aws-amplify/amplify-cli#3854; Cognito API reference, CreateUserPoolDomain:
 * "The domain prefix can't contain the words aws, amazon, or cognito"
 */
const RESERVED_WORDS = ['aws', 'amazon', 'cognito'];

/** aws-samples/serverless-streaming-data-application#1 */
const MFA_WITHOUT_SMS =
  'SMS configuration and Auto verification for phone_number are required when MFA is required/optional';

const MFA =
  'add EnabledMfas: [SOFTWARE_TOKEN_MFA], or SmsConfiguration with SnsCallerArn, or set MfaConfiguration: "OFF"';

/** Returns a schema that matches an OAuth client with one of the flows. */
const hasFlow = (...flows: readonly string[]): JsonObject => ({
  properties: {
    AllowedOAuthFlowsUserPoolClient: { const: true },
    AllowedOAuthFlows: { type: 'array', contains: { enum: [...flows] } },
  },
  required: ['AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient'],
});

/**
 * Cognito API reference, CreateUserPoolClient: "Amazon Cognito requires HTTPS over HTTP except for http://localhost for
 * testing purposes only."
 */
const REDIRECT: JsonObject = {
  items: {
    pattern: String.raw`^(?!http://(?!(localhost|127\.0\.0\.1|\[::1\])([:/]|$)))`,
    fix: 'use https://, or http://localhost for tests',
    says: '{value} cannot use the HTTP protocol.',
  },
};

export const USER_POOL_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Cognito::UserPool': {
    properties: {
      Schema: {
        items: {
          if: { properties: { Name: { not: { enum: STANDARD_ATTRIBUTES } } }, required: ['Name'] },
          then: {
            properties: {
              // hashicorp/terraform-provider-aws#18430, boto/boto3#2317
              Required: {
                not: { const: true },
                says: 'Required custom attributes are not supported currently.',
              },
            },
          },
        },
      },
    },
    allOf: [
      {
        dependentExcluded: { UsernameAttributes: ['AliasAttributes'] },
        says: 'Only one of the aliasAttributes or usernameAttributes can be set in a user pool.',
      },
      {
        if: { not: { anyOf: [{ required: ['EnabledMfas'] }, { required: ['SmsConfiguration'] }] } },
        then: {
          properties: {
            MfaConfiguration: { not: { enum: ['ON', 'OPTIONAL'] }, says: MFA_WITHOUT_SMS, fix: MFA },
          },
        },
      },
      {
        if: { not: { required: ['SmsConfiguration'] } },
        then: {
          properties: {
            EnabledMfas: { items: { not: { const: 'SMS_MFA' }, says: MFA_WITHOUT_SMS, fix: MFA } },
          },
        },
      },
    ],
  },
  'AWS::Cognito::UserPoolDomain': {
    if: { not: { required: ['CustomDomainConfig'] } },
    then: {
      allOf: RESERVED_WORDS.map((word) => ({
        properties: {
          Domain: {
            not: { pattern: word },
            says: `Domain cannot contain reserved word: ${word}`,
            fix: `leave ${word} out of Domain`,
          },
        },
      })),
    },
  },
  'AWS::Cognito::UserPoolClient': {
    properties: {
      CallbackURLs: REDIRECT,
      LogoutURLs: REDIRECT,
      // awsdocs/aws-cloudformation-user-guide#564; a scope of a resource server has a slash
      AllowedOAuthScopes: {
        items: {
          pattern: '^(phone|email|openid|profile|aws\\.cognito\\.signin\\.user\\.admin|.+/.+)$',
          fix: 'use phone, email, openid, profile, aws.cognito.signin.user.admin, or a scope of a resource server (IDENTIFIER/SCOPE)',
          says: 'Invalid scope requested: {value}',
        },
      },
    },
    allOf: [
      // Cognito API reference, CreateUserPoolClient, ExplicitAuthFlows: "You can't assign these legacy … values … at the
      // same time as values that begin with ALLOW_"
      {
        if: {
          properties: { ExplicitAuthFlows: { type: 'array', contains: { pattern: '^ALLOW_' } } },
          required: ['ExplicitAuthFlows'],
        },
        then: {
          properties: {
            ExplicitAuthFlows: {
              items: {
                pattern: '^ALLOW_',
                fix: 'write the values that begin with ALLOW_ only, such as ALLOW_ADMIN_USER_PASSWORD_AUTH',
                says: '{value} cannot be combined with values of ExplicitAuthFlows that begin with ALLOW_',
              },
            },
          },
        },
      },
      // cisagov/crossfeed#440: "CallbackUrls can not be empty when code flow or implicit flow is selected"
      { if: hasFlow('code', 'implicit'), then: { required: ['CallbackURLs'] } },
      {
        if: hasFlow('client_credentials'),
        then: {
          properties: {
            // aws/aws-sdk-js-v3#2650; Cognito API reference, CreateUserPoolClient, AllowedOAuthFlows
            AllowedOAuthFlows: {
              maxItems: 1,
              fix: 'remove code and implicit, or remove client_credentials',
              says: 'client_credentials flow can not be selected along with code flow or implicit flow.',
            },
            // Cognito developer guide, app clients: "must have a client secret" for client credentials grants
            GenerateSecret: {
              const: true,
              says: 'client_credentials flow can not be selected if client does not have a client secret.',
            },
          },
          required: ['GenerateSecret'],
        },
      },
    ],
  },
};
