/** Definitions of user pools, their clients and their domains that Cognito refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const POOL = (more: string): string => `
  Broken:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: shop
${more}`;
const CLIENT = (more: string): string => `
  Pool: { Type: AWS::Cognito::UserPool, Properties: { Schema: [{ Name: email, Required: true, Mutable: true }] } }
  Broken:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      GenerateSecret: true
${more}`;
const OAUTH = (more: string): string =>
  CLIENT(`      AllowedOAuthFlowsUserPoolClient: true
${more}`);
const VALIDITY = 'awsdocs/aws-cloudformation-user-guide#828: "Invalid range for token validity"';
const SMS =
  'aws-samples/serverless-streaming-data-application#1: "SMS configuration and Auto verification for phone_number are required"';

export const OF_USER_POOLS: readonly RefusedDefinition[] = [
  ...['aws', 'amazon', 'cognito'].map((word) =>
    one(
      `the reserved word ${word} in the prefix of a domain`,
      `
  Broken:
    Type: AWS::Cognito::UserPoolDomain
    Properties:
      UserPoolId: us-east-1_abcdefghi
      Domain: my-${word}-login # here`,
      'cognito-userpooldomain-domain',
      'aws-solutions/content-analysis-on-aws#8: "Domain cannot contain reserved word: aws"',
    ),
  ),
  {
    name: 'a prefix of a domain with periods',
    text: `
  Broken:
    Type: AWS::Cognito::UserPoolDomain
    Properties:
      UserPoolId: us-east-1_abcdefghi
      Domain: auth.members.example.com # here`,
    id: 'cognito-userpooldomain-domain',
    says: /^The domain name contains an invalid character\./,
    source: 'mineiros-io/terraform-aws-cognito-user-pool#69',
  },
  one(
    'aliases of a pool whose user names are addresses',
    POOL('      UsernameAttributes: [email]\n      AliasAttributes: [phone_number] # here'),
    'cognito-userpool-aliasattributes',
    'Cognito: "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."',
  ),
  ...['ON', 'OPTIONAL'].map((mode) =>
    one(
      `MFA ${mode} without a second factor`,
      POOL(`      MfaConfiguration: '${mode}' # here`),
      'cognito-userpool-mfaconfiguration',
      SMS,
    ),
  ),
  one(
    'MFA false, which is not one of the modes',
    POOL("      MfaConfiguration: 'false' # here"),
    'cognito-userpool-mfaconfiguration',
    'Cognito API reference, CreateUserPool, MfaConfiguration: "Valid Values: OFF | ON | OPTIONAL"',
  ),
  one(
    'MFA by SMS without the configuration of SMS',
    POOL("      MfaConfiguration: 'ON'\n      EnabledMfas: [SOFTWARE_TOKEN_MFA, SMS_MFA] # here"),
    'cognito-userpool-enabledmfas',
    SMS,
  ),
  one(
    'client credentials together with a code',
    OAUTH(`      CallbackURLs: ['https://example.com']
      AllowedOAuthScopes: [openid]
      AllowedOAuthFlows: [code, client_credentials] # here`),
    'cognito-userpoolclient-allowedoauthflows',
    'aws/aws-sdk-js-v3#2650: "client_credentials flow can not be selected along with code flow or implicit flow."',
  ),
  one(
    'client credentials without a secret',
    `
  Broken:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: us-east-1_abcdefghi
      GenerateSecret: false # here
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthScopes: [orders/read]
      AllowedOAuthFlows: [client_credentials]`,
    'cognito-userpoolclient-generatesecret',
    'Cognito developer guide, app clients',
  ),
  one(
    'a scope that no standard has',
    OAUTH(
      "      CallbackURLs: ['https://example.com']\n      AllowedOAuthFlows: [code]\n      AllowedOAuthScopes: [openid, Cognito] # here",
    ),
    'cognito-userpoolclient-allowedoauthscopes',
    'awsdocs/aws-cloudformation-user-guide#564: "Invalid scope requested: Cognito"',
  ),
  one(
    'a callback without TLS',
    CLIENT("      CallbackURLs: ['http://localhost:3000', 'http://localhost.example.com/cb'] # here"),
    'cognito-userpoolclient-callbackurls',
    'Cognito API reference, CreateUserPoolClient: HTTPS except for http://localhost',
  ),
  one(
    'an access token that is valid for two days',
    CLIENT('      TokenValidityUnits: { AccessToken: days }\n      AccessTokenValidity: 2 # here'),
    'cognito-userpoolclient-accesstokenvalidity',
    VALIDITY,
  ),
  one(
    'an id token that is valid for four minutes',
    CLIENT('      TokenValidityUnits: { IdToken: minutes }\n      IdTokenValidity: 4 # here'),
    'cognito-userpoolclient-idtokenvalidity',
    VALIDITY,
  ),
  one(
    'a refresh token that is valid for more than ten years',
    CLIENT('      TokenValidityUnits: { RefreshToken: days }\n      RefreshTokenValidity: 3651 # here'),
    'cognito-userpoolclient-refreshtokenvalidity',
    VALIDITY,
  ),
  one(
    'a client that may not write a required attribute',
    CLIENT('      WriteAttributes: [given_name] # here'),
    'cognito-userpoolclient-writeattributes',
    'aws/aws-cdk#2608: "Invalid write attributes specified while creating a client"',
  ),
  one(
    'a provider that the pool does not have',
    CLIENT('      SupportedIdentityProviders: [COGNITO, Google] # here'),
    'cognito-userpoolclient-supportedidentityproviders',
    'aws-amplify/amplify-cli#11986: "The provider Google does not exist for User Pool"',
  ),
  one(
    'an earlier flow next to those that begin with ALLOW_',
    CLIENT('      ExplicitAuthFlows: [ADMIN_NO_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH] # here'),
    'cognito-userpoolclient-explicitauthflows',
    'Cognito API reference, CreateUserPoolClient, ExplicitAuthFlows',
  ),
  one(
    'a default redirect URI that is not one of the callback URLs',
    CLIENT(
      '      CallbackURLs: [https://a.example.com/cb]\n      DefaultRedirectURI: https://b.example.com/cb # here',
    ),
    'cognito-userpoolclient-defaultredirecturi',
    'Cognito API reference, CreateUserPoolClient, DefaultRedirectURI',
  ),
  one(
    'a scope that the resource server does not have',
    `${CLIENT('      AllowedOAuthScopes: [api/write] # here')}
    DependsOn: Server
  Server: { Type: AWS::Cognito::UserPoolResourceServer, Properties: { UserPoolId: !Ref Pool, Identifier: api, Name: api, Scopes: [{ ScopeName: read, ScopeDescription: read }] } }`,
    'cognito-userpoolclient-allowedoauthscopes',
    'Cognito API reference, CreateUserPoolClient, ScopeDoesNotExistException',
  ),
];
