import { makeId } from '@gatewright/aws/physical-ids';
import { arnOf, id, named, row } from '../core/resource-types/namers.ts';
import { words } from '../core/resource-types/words.ts';
import type { Namer } from '../core/resource-types/namers.ts';
import type { ResourceTypeTable } from '../core/resource-types/resource-types.ts';

const NO_CUSTOM_AUTH = 'the flow CUSTOM_AUTH is not supported; a sign-in that uses it receives 501';
const NO_SENDER = 'codes appear in the log; no function sends them';

const userPoolId: Namer = ({ region, stackName, logicalId }) =>
  `${region}_${makeId(9, stackName, logicalId)}`;
const userPoolProvider: Namer = (resource) =>
  `cognito-idp.${resource.region}.${resource.urlSuffix}/${userPoolId(resource)}`;
const clientSecret: Namer = ({ stackName, logicalId }) => makeId(51, stackName, logicalId, 'secret');

export const COGNITO_TYPES = {
  'AWS::Cognito::UserPool': {
    enforced: words(
      `UserPoolName PoolName Policies.PasswordPolicy UsernameAttributes AliasAttributes AutoVerifiedAttributes
       UsernameConfiguration AdminCreateUserConfig Schema LambdaConfig.PreSignUp LambdaConfig.PostConfirmation
       LambdaConfig.PreAuthentication LambdaConfig.PostAuthentication LambdaConfig.PreTokenGeneration
       LambdaConfig.PreTokenGenerationConfig LambdaConfig.CustomMessage`,
    ),
    noEffect: words(
      `EmailConfiguration SmsConfiguration EmailVerificationMessage EmailVerificationSubject SmsVerificationMessage
       SmsAuthenticationMessage VerificationMessageTemplate UserPoolTags DeletionProtection AccountRecoverySetting
       EnabledMfas UserPoolTier DeviceConfiguration UserAttributeUpdateSettings Policies.SignInPolicy`,
    ),
    values: {
      MfaConfiguration: { allowed: ['OFF'], consequence: 'no second factor is required' },
      'LambdaConfig.PreTokenGenerationConfig.LambdaVersion': {
        allowed: ['V1_0', 'V2_0'],
        consequence:
          'the trigger does not change the access tokens that an app client gets with its own credentials',
      },
    },
    unsupported: {
      'LambdaConfig.UserMigration': 'users who are not in the pool are not migrated',
      'LambdaConfig.DefineAuthChallenge': NO_CUSTOM_AUTH,
      'LambdaConfig.CreateAuthChallenge': NO_CUSTOM_AUTH,
      'LambdaConfig.VerifyAuthChallengeResponse': NO_CUSTOM_AUTH,
      'LambdaConfig.CustomEmailSender': NO_SENDER,
      'LambdaConfig.CustomSMSSender': NO_SENDER,
      'LambdaConfig.KMSKeyID': NO_SENDER,
      'LambdaConfig.InboundFederation': 'sign-in by other identity providers is not supported',
      UserPoolAddOns: 'sign-ins are not checked for risks',
    },
    names: row(userPoolId, {
      Arn: arnOf('cognito-idp', userPoolId, 'userpool/'),
      UserPoolId: userPoolId,
      ProviderName: userPoolProvider,
      ProviderURL: (resource) => `https://${userPoolProvider(resource)}`,
    }),
  },
  'AWS::Cognito::UserPoolClient': {
    enforced: words(
      `UserPoolId ClientName GenerateSecret ExplicitAuthFlows CallbackURLs LogoutURLs AllowedOAuthFlows
       AllowedOAuthFlowsUserPoolClient AllowedOAuthScopes AccessTokenValidity IdTokenValidity RefreshTokenValidity
       TokenValidityUnits PreventUserExistenceErrors ReadAttributes RefreshTokenRotation EnableTokenRevocation`,
    ),
    noEffect: words(
      'AnalyticsConfiguration AuthSessionValidity DefaultRedirectURI SupportedIdentityProviders',
    ),
    unsupported: {
      WriteAttributes: 'users may write all of their own attributes',
      EnablePropagateAdditionalUserContextData: 'sign-ins are not checked for risks',
    },
    names: row(id(26), {
      ClientId: id(26),
      Name: named('ClientName'),
      ClientSecret: clientSecret,
    }),
  },
  'AWS::Cognito::UserPoolDomain': {
    enforced: words('UserPoolId Domain'),
    noEffect: words('CustomDomainConfig ManagedLoginVersion Routing'),
  },
  'AWS::Cognito::UserPoolGroup': {
    enforced: words('UserPoolId GroupName'),
    noEffect: words('Description Precedence'),
    unsupported: { RoleArn: 'the group has no role' },
  },
  // `Scopes` has no effect, because `AllowedOAuthScopes` of a client already defines the client's scopes.
  'AWS::Cognito::UserPoolResourceServer': {
    enforced: words('UserPoolId Identifier Name'),
    noEffect: ['Scopes'],
  },
  'AWS::Cognito::UserPoolIdentityProvider': { consequence: 'sign-in by this provider is not supported' },
  'AWS::Cognito::UserPoolUser': { consequence: 'the user does not exist; add the user to users.yml' },
  'AWS::Cognito::*': { consequence: 'the gateway does not create it, so calls to it fail' },
} satisfies ResourceTypeTable;
