import { notFound } from '../pools/cognito-error.ts';
import { poolOf } from './cognito-operation.ts';
import type { CognitoOperations } from './cognito-operation.ts';

export const DESCRIBE_POOLS: CognitoOperations = {
  ListUserPools(_input, { pools }) {
    const own = pools.all.filter(({ pool }) => pool.definition.kind === 'cognito');
    return {
      UserPools: own.map(({ pool: { definition } }) => ({ Id: definition.poolId, Name: definition.name })),
    };
  },

  DescribeUserPool(input, at) {
    const { definition, users } = poolOf(input, at).pool;
    const { minimumLength, needs, temporaryDays } = definition.policy;
    return {
      UserPool: {
        Id: definition.poolId,
        Name: definition.name,
        Arn: definition.arn,
        Policies: {
          PasswordPolicy: {
            MinimumLength: minimumLength,
            RequireLowercase: needs.includes('lowercase'),
            RequireUppercase: needs.includes('uppercase'),
            RequireNumbers: needs.includes('numeric'),
            RequireSymbols: needs.includes('symbol'),
            TemporaryPasswordValidityDays: temporaryDays,
          },
        },
        UsernameAttributes: definition.nameAttributes,
        AliasAttributes: definition.aliases,
        AutoVerifiedAttributes: definition.autoVerified,
        EstimatedNumberOfUsers: users.length,
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: !definition.allowsSignUp },
      },
    };
  },

  ListUserPoolClients(input, at) {
    const { clients, poolId } = poolOf(input, at).pool.definition;
    return {
      UserPoolClients: clients.map(({ clientId, name }) => ({
        ClientId: clientId,
        ClientName: name,
        UserPoolId: poolId,
      })),
    };
  },

  DescribeUserPoolClient(input, at) {
    const { pool } = poolOf(input, at);
    const clientId = input.text('ClientId');
    const client = pool.findClient(clientId);
    if (client === undefined) throw notFound(`User pool client ${clientId} does not exist.`);
    const { name, secret, flows, callbackUrls, logoutUrls, scopes, seconds } = client;
    return {
      UserPoolClient: {
        ClientId: clientId,
        ClientName: name,
        UserPoolId: pool.definition.poolId,
        ClientSecret: secret,
        ExplicitAuthFlows: [...flows].map((flow) => `ALLOW_${flow}`),
        CallbackURLs: callbackUrls === 'loopback' ? undefined : callbackUrls,
        LogoutURLs: logoutUrls === 'loopback' ? undefined : logoutUrls,
        AllowedOAuthScopes: scopes === 'any' ? undefined : scopes,
        AccessTokenValidity: seconds.access,
        IdTokenValidity: seconds.id,
        RefreshTokenValidity: seconds.refresh,
        TokenValidityUnits: { AccessToken: 'seconds', IdToken: 'seconds', RefreshToken: 'seconds' },
      },
    };
  },
};
