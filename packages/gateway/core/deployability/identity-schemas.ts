/** Schemas for identity providers of user pools, and for identity pools, that Cognito refuses. */
import type { JsonObject } from '@gatewright/aws/json-object';

/** The details that Cognito requires of a provider, and its error message if one is missing. */
const DETAILS: readonly (readonly [type: string, details: readonly string[], says: string])[] = [
  ...['Google', 'Facebook', 'LoginWithAmazon'].map(
    (type) =>
      [
        type,
        ['client_id', 'client_secret', 'authorize_scopes'],
        'clientId, clientSecret and authorizeScopes are all required idp details.',
      ] as const,
  ),
  [
    'SignInWithApple',
    ['client_id', 'team_id', 'key_id', 'private_key'],
    'clientId, privateKey, teamId, and keyId are all required idp details.',
  ],
  [
    'OIDC',
    ['client_id', 'authorize_scopes', 'oidc_issuer', 'attributes_request_method'],
    'clientId, authorizeScopes, oidcIssuer and attributesRequestMethod are all required idp details.',
  ],
];
const NO_METADATA = 'At least one of the MetadataURL or MetadataFile should be provided.';
const ofType = (type: string): JsonObject => ({
  properties: { ProviderType: { const: type } },
  required: ['ProviderType'],
});

/** https://github.com/badmintoncryer/cdk-preflight, `rules/cognito`, deployed */
const PROVIDER: JsonObject = {
  allOf: [
    ...DETAILS.map(([type, details, says]) => ({
      if: ofType(type),
      then: {
        properties: {
          ProviderDetails: {
            allOf: details.map((name) => ({
              required: [name],
              says,
              fix: `add ${name} to ProviderDetails`,
            })),
          },
          ...(type !== 'OIDC' && {
            ProviderName: {
              const: type,
              fix: `write ProviderName: ${type}`,
              says: `Provider {value} cannot be of type ${type}.`,
            },
          }),
        },
      },
    })),
    {
      if: ofType('SAML'),
      then: {
        properties: {
          ProviderDetails: {
            requiredOr: ['MetadataURL', 'MetadataFile'],
            says: NO_METADATA,
            fix: 'add MetadataURL with the address of the metadata, or MetadataFile with its text',
          },
        },
      },
    },
  ],
};

export const IDENTITY_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Cognito::UserPoolIdentityProvider': PROVIDER,
  'AWS::Cognito::IdentityPool': {
    properties: {
      CognitoIdentityProviders: {
        items: {
          properties: {
            ProviderName: {
              pattern: String.raw`^cognito-idp\.`,
              fix: 'write cognito-idp.REGION.amazonaws.com/POOL_ID (Fn::GetAtt POOL.ProviderName)',
              says: 'Invalid Cognito Identity Provider',
            },
          },
        },
      },
    },
  },
  'AWS::Cognito::IdentityPoolRoleAttachment': {
    properties: {
      Roles: {
        propertyNames: { enum: ['authenticated', 'unauthenticated'] },
      },
    },
  },
};
