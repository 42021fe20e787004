/** Of user pools: what is enforced of their types and properties; a part of the table in `classes.ts`. */
import { words } from './words.ts';

export const COGNITO_TYPES = {
  'AWS::Cognito::UserPool': {
    enforced: words(
      `UserPoolName PoolName Policies.PasswordPolicy UsernameAttributes AliasAttributes AutoVerifiedAttributes
       UsernameConfiguration AdminCreateUserConfig Schema`,
    ),
    noEffect: words(
      `EmailConfiguration SmsConfiguration EmailVerificationMessage EmailVerificationSubject SmsVerificationMessage
       SmsAuthenticationMessage VerificationMessageTemplate UserPoolTags DeletionProtection AccountRecoverySetting
       EnabledMfas UserPoolTier DeviceConfiguration UserAttributeUpdateSettings Policies.SignInPolicy`,
    ),
    values: {
      MfaConfiguration: { allowed: ['OFF'], consequence: 'nobody is asked for a second factor' },
    },
    unsupported: {
      LambdaConfig: 'no trigger is called when users sign up or in',
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
