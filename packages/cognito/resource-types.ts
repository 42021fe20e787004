/** Of user pools: what is enforced of their types and properties; a part of the table in `classes.ts`. */
import { words } from './words.ts';

const NO_CUSTOM_AUTH = 'the flow CUSTOM_AUTH is not served: such a sign-in is answered with 501';
const NO_SENDER = 'codes appear in the log, and no function sends them';

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
      MfaConfiguration: { allowed: ['OFF'], consequence: 'nobody is asked for a second factor' },
      'LambdaConfig.PreTokenGenerationConfig.LambdaVersion': {
        allowed: ['V1_0', 'V2_0'],
        consequence: 'tokens that a client gets for itself are not changed',
      },
    },
    unsupported: {
      'LambdaConfig.UserMigration': 'users that the pool does not have are not looked for elsewhere',
      'LambdaConfig.DefineAuthChallenge': NO_CUSTOM_AUTH,
      'LambdaConfig.CreateAuthChallenge': NO_CUSTOM_AUTH,
      'LambdaConfig.VerifyAuthChallengeResponse': NO_CUSTOM_AUTH,
      'LambdaConfig.CustomEmailSender': NO_SENDER,
      'LambdaConfig.CustomSMSSender': NO_SENDER,
      'LambdaConfig.KMSKeyID': NO_SENDER,
      'LambdaConfig.InboundFederation': 'nobody signs in by another identity provider',
      UserPoolAddOns: 'no sign-in is looked at for risks',
    },
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
      WriteAttributes: 'users may write every attribute of their own',
      EnablePropagateAdditionalUserContextData: 'no sign-in is looked at for risks',
    },
  },
  'AWS::Cognito::UserPoolDomain': {
    enforced: words('UserPoolId Domain'),
    noEffect: words('CustomDomainConfig ManagedLoginVersion Routing'),
  },
  'AWS::Cognito::UserPoolGroup': {
    enforced: words('UserPoolId GroupName'),
    noEffect: words('Description Precedence'),
    unsupported: { RoleArn: 'no role goes with the group' },
  },
  'AWS::Cognito::UserPoolResourceServer': { enforced: words('UserPoolId Identifier Name Scopes') },
};
