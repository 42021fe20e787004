import { broken, deployed, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const pool = (name: string, rule: string, ...lines: readonly string[]): RefusedDefinition =>
  one(
    name,
    broken('Cognito::UserPool', ...lines),
    `cognito-userpool-${(lines.findLast((line) => /^\w/.test(line)) ?? '').split(':')[0]?.toLowerCase() ?? ''}`,
    rule.includes('#') ? rule : deployed(`pf-cognito-${rule}`),
  );
const client = (
  name: string,
  property: string,
  source: string,
  ...lines: readonly string[]
): RefusedDefinition =>
  one(
    name,
    `${broken('Cognito::UserPoolClient', 'UserPoolId: !Ref Pool', ...lines)}
  Pool: { Type: AWS::Cognito::UserPool }`,
    `cognito-userpoolclient-${property}`,
    source.includes('#') ? source : deployed(`pf-cognito-${source}`),
  );
const provider = (
  name: string,
  property: string,
  rule: string,
  ...lines: readonly string[]
): RefusedDefinition =>
  one(
    name,
    `${broken('Cognito::UserPoolIdentityProvider', 'UserPoolId: !Ref Pool', ...lines)}
  Pool: { Type: AWS::Cognito::UserPool }`,
    `cognito-userpoolidentityprovider-${property}`,
    deployed(`pf-cognito-${rule}`),
  );
const CODE = [
  'AllowedOAuthFlowsUserPoolClient: true',
  'AllowedOAuthFlows: [code]',
  'AllowedOAuthScopes: [openid]',
];

/** Refusals of Cognito about user pools, their clients and providers, and about identity pools. */
export const OF_IDENTITIES: readonly RefusedDefinition[] = [
  pool(
    'a link of a verification without a text',
    'aws-amplify/amplify-cli#5907',
    'VerificationMessageTemplate:',
    '  DefaultEmailOption: CONFIRM_WITH_LINK',
    "  EmailMessageByLink: 'verify your address {####}' # here",
  ),
  pool(
    'an automatic verification of phone numbers without SMS',
    'auto-verified-username-consistency',
    'AutoVerifiedAttributes:',
    '  - phone_number # here',
  ),
  pool(
    'a sender of mail without a key',
    'custom-email-sender-kms',
    'LambdaConfig:',
    '  CustomEmailSender: { LambdaArn: arn:aws:lambda:us-east-1:123456789012:function:f, LambdaVersion: V1_0 } # here',
  ),
  pool(
    'mail of SES without an identity',
    'email-developer-requires-sourcearn',
    'EmailConfiguration:',
    '  EmailSendingAccount: DEVELOPER # here',
  ),
  pool(
    'mail of Cognito with an identity of SES',
    'email-cognito-default-with-sourcearn',
    'EmailConfiguration:',
    '  EmailSendingAccount: COGNITO_DEFAULT',
    '  SourceArn: arn:aws:ses:us-east-1:123456789012:identity/example.com # here',
  ),
  pool(
    'an invitation without the name of the user',
    'invite-message-username-placeholder',
    'AdminCreateUserConfig:',
    '  InviteMessageTemplate:',
    "    EmailMessage: 'Your password is {####}' # here",
  ),
  pool('a name of a pool with a slash', 'user-pool-name', 'UserPoolName: shop/members # here'),
  pool(
    'two attributes of a pool with the same name',
    'schema-name-duplicate',
    'Schema:',
    '  - { Name: plan, AttributeDataType: String }',
    '  - Name: plan # here',
    '    AttributeDataType: String',
  ),
  pool(
    'a standard attribute of another type',
    'schema-standard-attr-datatype',
    'Schema:',
    '  - Name: email',
    '    AttributeDataType: Number # here',
  ),
  pool(
    'a recovery by administrators and by mail',
    'recovery-admin-only-alone',
    'AccountRecoverySetting:',
    '  RecoveryMechanisms: # here',
    '    - { Name: admin_only, Priority: 1 }',
    '    - { Name: verified_email, Priority: 2 }',
  ),
  pool(
    'two ways of recovery with the same priority',
    'recovery-duplicate',
    'AccountRecoverySetting:',
    '  RecoveryMechanisms:',
    '    - { Name: verified_email, Priority: 1 }',
    '    - { Name: verified_phone_number, Priority: 1 } # here',
  ),
  pool(
    'two settings for the life of a temporary password',
    'unused-account-validity-exclusive',
    'Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 7 } }',
    'AdminCreateUserConfig:',
    '  UnusedAccountValidityDays: 5 # here',
  ),
  pool(
    'an attribute that is verified before an update only',
    'user-attribute-update-requires-auto-verified',
    'UserAttributeUpdateSettings:',
    '  AttributesRequireVerificationBeforeUpdate:',
    '    - email # here',
  ),
  pool(
    'a trigger that the tier of the pool does not have',
    'pre-token-generation-config-tier',
    'UserPoolTier: LITE',
    'LambdaConfig:',
    '  PreTokenGenerationConfig:',
    '    LambdaArn: arn:aws:lambda:us-east-1:123456789012:function:f',
    '    LambdaVersion: V2_0 # here',
  ),
  client(
    'a scope of users for a flow without users',
    'allowedoauthscopes',
    'hashicorp/terraform-provider-aws#4984',
    'GenerateSecret: true',
    'AllowedOAuthFlowsUserPoolClient: true',
    'AllowedOAuthFlows: [client_credentials]',
    'AllowedOAuthScopes:',
    '  - openid # here',
  ),
  client(
    'an OAuth client without scopes',
    'allowedoauthscopes',
    'oauth-flows-scopes-required',
    'CallbackURLs: [https://example.com]',
    'AllowedOAuthFlows: [code]',
    'AllowedOAuthFlowsUserPoolClient: true # here',
  ),
  client(
    'a callback with a fragment',
    'callbackurls',
    'callback-url-fragment',
    ...CODE,
    'CallbackURLs:',
    "  - 'https://example.com/#/signed-in' # here",
  ),
  client(
    'data about the context of a client without a secret',
    'generatesecret',
    'propagate-context-requires-secret',
    'EnablePropagateAdditionalUserContextData: true # here',
  ),
  client(
    'an attribute to read that the pool does not have',
    'readattributes',
    'read-attributes-exists',
    'ReadAttributes:',
    '  - email',
    "  - 'custom:plan' # here",
  ),
  client(
    'an attribute that no client may write',
    'writeattributes',
    'write-attributes-immutable',
    'WriteAttributes:',
    '  - email_verified # here',
  ),
  client(
    'an access token that lives longer than its refresh token',
    'accesstokenvalidity',
    'token-expiration-order',
    'TokenValidityUnits: { AccessToken: hours, RefreshToken: hours }',
    'RefreshTokenValidity: 1',
    'AccessTokenValidity: 2 # here',
  ),
  client(
    'a default redirection to an address that is no callback',
    'defaultredirecturi',
    'default-redirect-uri-member',
    ...CODE,
    'CallbackURLs: [https://example.com/a]',
    'DefaultRedirectURI: https://example.com/b # here',
  ),
  provider(
    'a provider without its secret',
    'providerdetails',
    'idp-social-required-keys',
    'ProviderName: Google',
    'ProviderType: Google',
    'ProviderDetails: { client_id: shop, authorize_scopes: email } # here',
  ),
  provider(
    'another name for Google',
    'providername',
    'idp-social-provider-name-fixed',
    'ProviderName: MyGoogle # here',
    'ProviderType: Google',
    'ProviderDetails: { client_id: shop, client_secret: secret, authorize_scopes: email }',
  ),
  provider(
    'a provider of SAML without metadata',
    'providerdetails',
    'idp-saml-metadata-required',
    'ProviderName: Okta',
    'ProviderType: SAML',
    "ProviderDetails: { IDPSignout: 'true' } # here",
  ),
  one(
    'the id of a pool as a provider of an identity pool',
    broken(
      'Cognito::IdentityPool',
      'AllowUnauthenticatedIdentities: false',
      'CognitoIdentityProviders:',
      '  - ClientId: shop',
      '    ProviderName: us-east-1_abcdefghi # here',
    ),
    'cognito-identitypool-cognitoidentityproviders',
    deployed('pf-cognito-identity-pool-provider-name-format'),
  ),
  one(
    'another role than those of an identity pool',
    broken(
      'Cognito::IdentityPoolRoleAttachment',
      'IdentityPoolId: us-east-1:11111111-2222-3333-4444-555555555555',
      'Roles: # here',
      '  auth: arn:aws:iam::123456789012:role/any',
    ),
    'cognito-identitypoolroleattachment-roles',
    'Cognito API reference, SetIdentityPoolRoles, Roles: "the possible values are authenticated and unauthenticated"',
  ),
];
