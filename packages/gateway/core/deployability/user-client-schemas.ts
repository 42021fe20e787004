/**
 * Schemas for the clients and domains of user pools that Cognito refuses although CloudFormation's schemas permit them.
 */
import type { JsonObject } from '@gatewright/aws/json-object';

/**
 * aws-solutions/content-analysis-on-aws#8, aws-amplify/amplify-cli#3854; Cognito API reference, CreateUserPoolDomain:
 * "The domain prefix can't contain the words aws, amazon, or cognito"
 */
const RESERVED_WORDS = ['aws', 'amazon', 'cognito'];

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
/** badmintoncryer/cdk-preflight, pf-cognito-callback-url-fragment, deployed */
const WITHOUT_FRAGMENT: JsonObject = {
  items: {
    pattern: '^[^#]*$',
    fix: 'remove # and everything after it from the address',
    says: '{value} cannot use fragment',
  },
};
/** badmintoncryer/cdk-preflight, pf-cognito-propagate-context-requires-secret, deployed */
const NO_SECRET = 'Client Secret is required to set EnablePropagateAdditionalUserContextData as true';

/** See mineiros-io/terraform-aws-cognito-user-pool#69 */
const PREFIX: JsonObject = {
  pattern: String.raw`^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`,
  fix: 'write a prefix of lower-case letters, digits and hyphens without periods, such as orders-login. For a domain of your own, add CustomDomainConfig with the CertificateArn of a certificate in us-east-1 (certificate_arn in Terraform)',
  says: String.raw`The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`,
};

export const USER_CLIENT_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Cognito::UserPoolDomain': {
    if: { not: { required: ['CustomDomainConfig'] } },
    then: {
      allOf: [
        ...RESERVED_WORDS.map((word) => ({
          properties: {
            Domain: {
              not: { pattern: word },
              says: `Domain cannot contain reserved word: ${word}`,
              fix: `leave ${word} out of Domain`,
            },
          },
        })),
        { properties: { Domain: PREFIX } },
      ],
    },
  },
  'AWS::Cognito::UserPoolClient': {
    properties: {
      // badmintoncryer/cdk-preflight, pf-cognito-write-attributes-immutable, deployed
      WriteAttributes: {
        items: {
          not: { enum: ['email_verified', 'phone_number_verified', 'sub'] },
          fix: 'remove the attribute, which no client may write',
          says: 'Invalid write attributes specified while creating a client (no client may write {value})',
        },
      },
      CallbackURLs: { allOf: [REDIRECT, WITHOUT_FRAGMENT] },
      LogoutURLs: REDIRECT,
      // A scope of a resource server has a slash (awsdocs/aws-cloudformation-user-guide#564).
      AllowedOAuthScopes: {
        items: {
          pattern: '^(phone|email|openid|profile|aws\\.cognito\\.signin\\.user\\.admin|.+/.+)$',
          fix: 'use phone, email, openid, profile, aws.cognito.signin.user.admin, or a scope of a resource server (IDENTIFIER/SCOPE)',
          says: 'Invalid scope requested: {value}',
        },
      },
    },
    allOf: [
      // Cognito API reference, CreateUserPoolClient, ExplicitAuthFlows: "You can't assign these legacy … values … at
      // the same time as values that begin with ALLOW_"
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
                fix: 'use only values that begin with ALLOW_, such as ALLOW_ADMIN_USER_PASSWORD_AUTH',
                says: '{value} cannot be combined with values of ExplicitAuthFlows that begin with ALLOW_',
              },
            },
          },
        },
      },
      // badmintoncryer/cdk-preflight, pf-cognito-oauth-flows-scopes-required, deployed
      ...['AllowedOAuthFlows', 'AllowedOAuthScopes'].map((name) => ({
        if: {
          properties: { AllowedOAuthFlowsUserPoolClient: { const: true } },
          required: ['AllowedOAuthFlowsUserPoolClient'],
        },
        then: {
          required: [name],
          fix:
            name === 'AllowedOAuthFlows'
              ? 'add AllowedOAuthFlows: [code]'
              : 'add AllowedOAuthScopes: [openid]',
          says: 'AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.',
        },
      })),
      {
        if: {
          properties: { EnablePropagateAdditionalUserContextData: { const: true } },
          required: ['EnablePropagateAdditionalUserContextData'],
        },
        then: {
          properties: {
            GenerateSecret: {
              const: true,
              fix: 'set GenerateSecret: true',
              says: NO_SECRET,
            },
          },
          required: ['GenerateSecret'],
          fix: 'add GenerateSecret: true, or remove EnablePropagateAdditionalUserContextData',
          says: NO_SECRET,
        },
      },
      // AWS responds with "CallbackUrls can not be empty when code flow or implicit flow is selected"
      // (cisagov/crossfeed#440).
      { if: hasFlow('code', 'implicit'), then: { required: ['CallbackURLs'] } },
      {
        if: {
          allOf: [hasFlow('client_credentials'), { properties: { AllowedOAuthFlows: { maxItems: 1 } } }],
        },
        then: {
          properties: {
            // Only scopes of resource servers, which have a slash, are allowed (hashicorp/terraform-provider-aws#4984).
            AllowedOAuthScopes: {
              items: {
                pattern: '/',
                fix: 'use scopes of a resource server only (IDENTIFIER/SCOPE): this flow has no user',
                says: '{value} is not supported with client_credentials flow',
              },
            },
          },
        },
      },
      {
        if: hasFlow('client_credentials'),
        then: {
          properties: {
            // aws/aws-sdk-js-v3#2650; Cognito API reference, CreateUserPoolClient, AllowedOAuthFlows
            AllowedOAuthFlows: {
              if: { minItems: 2 },
              then: {
                items: {
                  pattern: '^(?!client_credentials$)',
                  fix: 'remove code and implicit, or remove client_credentials',
                  says: 'client_credentials flow can not be selected along with code flow or implicit flow.',
                },
              },
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
