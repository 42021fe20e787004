/**
 * The API of Cognito user pools (AWS JSON 1.1). Users' operations need no signature; administrators' operations are
 * signed. An unknown operation gets a 501, so that clients do not retry.
 */
import { ServiceRefusal } from '../../core/errors.ts';
import { describeUnserved } from '../../kernel/calls/unserved-call.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import type { UserPools, LocalPool } from '../pools/user-pools.ts';
import type { Clock } from '../../core/ports.ts';
import type { AwsService } from '../../kernel/calls/aws-call.ts';
import { refuseUnlessAllowed } from '../../kernel/calls/aws-call.ts';
import { ADMINISTER_USERS } from './administer-users.ts';
import { AUTHENTICATE, AUTHENTICATE_AS_ADMIN } from './authenticate.ts';
import { Challenges } from './challenges.ts';
import type { CallInput } from '@gatewright/aws/call-input';
import { cognitoInput, readUserAttributes } from './cognito-input.ts';
import type { CognitoOperation, CognitoPorts, CognitoOperations } from './cognito-operation.ts';
import { pageOf } from './list-page.ts';
import { SIGN_UP } from './sign-up.ts';

/** Cognito leaves out empty lists (examples of describe-user-pool in the AWS CLI reference). */
function unlessEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

const DESCRIBE_POOLS: CognitoOperations = {
  ListUserPools(input, { pools }) {
    const own = pools.all.filter(({ pool }) => pool.definition.kind === 'cognito');
    const { shown, next } = pageOf(input, own, { limitName: 'MaxResults', list: ['ListUserPools'] });
    return {
      ...next,
      UserPools: shown.map(({ pool: { definition, createdAtMs } }) => ({
        Id: definition.poolId,
        Name: definition.name,
        LambdaConfig: definition.shown?.['LambdaConfig'] ?? {},
        LastModifiedDate: createdAtMs / 1000,
        CreationDate: createdAtMs / 1000,
      })),
    };
  },

  DescribeUserPool(input, at) {
    const { definition, users, createdAtMs } = poolOf(input, at).pool;
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
          // A pool without SignInPolicy has this default (API reference, SignInPolicyType).
          SignInPolicy: definition.signInPolicy ?? { AllowedFirstAuthFactors: ['PASSWORD'] },
        },
        ...definition.shown,
        LastModifiedDate: createdAtMs / 1000,
        CreationDate: createdAtMs / 1000,
        UsernameAttributes: unlessEmpty(definition.nameAttributes),
        AliasAttributes: unlessEmpty(definition.aliases),
        AutoVerifiedAttributes: unlessEmpty(definition.autoVerified),
        EstimatedNumberOfUsers: users.length,
        AdminCreateUserConfig: {
          AllowAdminCreateUserOnly: !definition.allowsSignUp,
          UnusedAccountValidityDays: temporaryDays,
          InviteMessageTemplate: definition.inviteMessages,
        },
      },
    };
  },

  ListUserPoolClients(input, at) {
    const { clients, poolId } = poolOf(input, at).pool.definition;
    const list = ['ListUserPoolClients', poolId];
    const { shown, next } = pageOf(input, clients, { limitName: 'MaxResults', list });
    return {
      ...next,
      UserPoolClients: shown.map(({ clientId, name }) => ({
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
    const { name, secret, flows, callbackUrls, logoutUrls, scopes, seconds, shown } = client;
    return {
      UserPoolClient: {
        ClientId: clientId,
        ClientName: name,
        UserPoolId: pool.definition.poolId,
        ClientSecret: secret,
        ExplicitAuthFlows: [...flows].map((flow) => `ALLOW_${flow}`),
        LastModifiedDate: pool.createdAtMs / 1000,
        CreationDate: pool.createdAtMs / 1000,
        CallbackURLs: callbackUrls === 'loopback' ? undefined : unlessEmpty(callbackUrls),
        LogoutURLs: logoutUrls === 'loopback' ? undefined : unlessEmpty(logoutUrls),
        AllowedOAuthScopes: scopes === 'any' ? undefined : unlessEmpty(scopes),
        EnableTokenRevocation: client.revokesTokens,
        ...(shown ?? {
          RefreshTokenValidity: seconds.refresh,
          TokenValidityUnits: { RefreshToken: 'seconds' },
          AllowedOAuthFlowsUserPoolClient: client.allowsCode,
        }),
      },
    };
  },
};
import {
  notFound,
  invalidParameter,
  notAuthorized,
  unauthorizedAttribute,
  WRONG_PASSWORD,
} from '../pools/cognito-error.ts';
import { poolOf } from './cognito-operation.ts';

/** Operations of users on their own account, with their access token. */
const OWN_ACCOUNT: CognitoOperations = {
  GetUser(input, at) {
    const { user, client } = ownUser(input, at);
    return { Username: user.username, UserAttributes: listAttributes(user, client?.readable) };
  },

  GlobalSignOut(input, at) {
    const { user, sessions } = ownUser(input, at);
    sessions.endAllOf(user);
    return {};
  },

  async ChangePassword(input, at) {
    const { user, pool } = ownUser(input, at);
    if (!(await isPassword(user.password, input.text('PreviousPassword'))))
      throw notAuthorized(WRONG_PASSWORD);
    await pool.setPassword(user, input.text('ProposedPassword'), 'CONFIRMED');
    return {};
  },

  async UpdateUserAttributes(input, at) {
    const { user, pool, client } = ownUser(input, at);
    const given = readUserAttributes(input, pool.definition);
    const refused = [...given.keys()].find((name) => name === 'sub' || name.endsWith('_verified'));
    if (refused !== undefined) throw unauthorizedAttribute(refused);
    // A changed address must be verified again.
    const changed = ['email', 'phone_number'].filter(
      (name) => given.has(name) && given.get(name) !== user.attributes.get(name),
    );
    const unverified = changed.map((name) => [verifiedName(name), 'false'] as const);
    pool.change(user, { attributes: new Map([...user.attributes, ...given, ...unverified]) });
    const sent = changed.filter((name) => pool.definition.autoVerified.includes(name));
    const of = { clientId: client?.clientId ?? NO_CLIENT, metadata: input.textMap('ClientMetadata') };
    const source = 'CustomMessage_UpdateUserAttribute';
    const deliveries: CodeDelivery[] = [];
    for (const attribute of sent)
      deliveries.push(await sendCode(pool, user, { attribute }, { source, ...of }));
    return { CodeDeliveryDetailsList: deliveries };
  },

  async GetUserAttributeVerificationCode(input, at) {
    const { user, pool, client } = ownUser(input, at);
    const attribute = input.text('AttributeName');
    if (!user.attributes.has(attribute)) throw invalidParameter('Attribute does not exist.');
    const of = { clientId: client?.clientId ?? NO_CLIENT, metadata: input.textMap('ClientMetadata') };
    const source = 'CustomMessage_VerifyUserAttribute';
    return { CodeDeliveryDetails: await sendCode(pool, user, { attribute }, { source, ...of }) };
  },

  VerifyUserAttribute(input, at) {
    const { user, pool } = ownUser(input, at);
    const attribute = input.text('AttributeName');
    pool.useCode(user, { attribute }, input.text('Code'));
    pool.change(user, { attributes: new Map([...user.attributes, [verifiedName(attribute), 'true']]) });
    return {};
  },

  DeleteUser(input, at) {
    const { user, pool, sessions } = ownUser(input, at);
    sessions.endAllOf(user);
    pool.remove(user);
    return {};
  },
};

/**
 * @throws ServiceRefusal NotAuthorizedException if the access token is invalid or lacks the scope, or the user is
 * disabled
 */
function ownUser(
  input: CallInput,
  { pools }: CognitoPorts,
): LocalPool & { readonly user: PoolUser; readonly client: AppClient | undefined } {
  const token = input.text('AccessToken');
  // These unverified claims only select the pool; the pool then verifies the token.
  const claims = parseJsonObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const issuer = claims?.['iss'];
  const local = typeof issuer === 'string' ? pools.ofIssuer(issuer) : undefined;
  if (local === undefined) throw notAuthorized('Invalid Access Token');
  const { user, clientId, scopes } = local.sessions.readAccess(token);
  if (!scopes.includes(OWN_DATA_SCOPE)) throw notAuthorized('Access Token does not have required scopes');
  if (!user.isEnabled) throw notAuthorized('User is disabled.');
  return { ...local, user, client: local.pool.findClient(clientId) };
}
import { OWN_DATA_SCOPE } from '../pool-issuer.ts';
import { isPassword } from '../pools/password.ts';
import type { AppClient } from '../pools/pool-model.ts';
import { noteRefusal } from '../pools/pool-events.ts';
import { listAttributes, verifiedName } from '../pools/pool-user.ts';
import type { PoolUser } from '../pools/pool-user.ts';
import { NO_CLIENT, sendCode } from '../pools/triggers.ts';
import type { CodeDelivery } from '../pools/user-pool.ts';

/**
 * Operations for which the Cognito user pools API reference says that "Amazon Cognito doesn't evaluate IAM
 * policies".
 */
const OF_USERS = new Map(Object.entries({ ...SIGN_UP, ...AUTHENTICATE, ...OWN_ACCOUNT }));
const OF_ADMINS = new Map(
  Object.entries({ ...AUTHENTICATE_AS_ADMIN, ...ADMINISTER_USERS, ...DESCRIBE_POOLS }),
);
export const COGNITO_CALLS: readonly string[] = [...OF_USERS.keys(), ...OF_ADMINS.keys()];
const TARGET = /^AWSCognitoIdentityProviderService\.(\w{1,64})$/;

export type CognitoIdp = {
  /** Returns undefined if the request is not an operation of users. */
  serveUser(request: ControlRequest): Promise<ControlReply> | undefined;
  readonly serveAdmin: AwsService;
};

export function createCognitoIdp(pools: UserPools, clock: Clock): CognitoIdp {
  const at: CognitoPorts = { pools, challenges: new Challenges(clock) };
  return {
    serveUser(request) {
      const name = readUserOperation(request);
      return name === undefined ? undefined : run(name, OF_USERS.get(name), request, at);
    },
    async serveAdmin(call) {
      const name = TARGET.exec(headerOf(call.request, 'x-amz-target') ?? '')?.[1] ?? '';
      const poolId = parseJsonObject(call.request.body.toString('utf8'))?.['UserPoolId'];
      const arn = typeof poolId === 'string' ? pools.find(poolId)?.pool.definition.arn : undefined;
      const permission = { action: `cognito-idp:${name}`, resource: arn ?? '*' };
      return refuseUnlessAllowed(call, [permission]) ?? run(name, OF_ADMINS.get(name), call.request, at);
    },
  };
}

function notServed(name: string): ServiceRefusal {
  return new ServiceRefusal('NotImplementedException', describeUnserved('cognito-idp', name), 501);
}

/**
 * Returns the unsigned operation of a request, even if it is not supported; undefined for an administrator's operation
 * and for a request that is not a call to Cognito.
 */
export function readUserOperation(
  request: Pick<ControlRequest, 'method' | 'path' | 'rawHeaders'>,
): string | undefined {
  if (request.method !== 'POST' || request.path !== '/') return undefined;
  const name = TARGET.exec(headerOf(request, 'x-amz-target') ?? '')?.[1];
  return name === undefined || OF_ADMINS.has(name) ? undefined : name;
}

async function run(
  name: string,
  operation: CognitoOperation | undefined,
  request: ControlRequest,
  at: CognitoPorts,
): Promise<ControlReply> {
  const fields = parseJsonObject(request.body.length === 0 ? '{}' : request.body.toString('utf8'));
  try {
    if (operation === undefined) throw notServed(name);
    if (fields === undefined) throw new ServiceRefusal('SerializationException', '');
    return printJson(200, (await operation(cognitoInput(name, fields), at)) ?? {}, []);
  } catch (error) {
    if (!(error instanceof ServiceRefusal)) throw error;
    const [poolId, clientId] = [asText(fields?.['UserPoolId']), asText(fields?.['ClientId'])];
    const found = at.pools.find(poolId ?? '') ?? at.pools.ofClient(clientId ?? '');
    if (found !== undefined) noteRefusal(found.pool, name, clientId, error);
    return printError(error);
  }
}

function printError({ code, message, status }: ServiceRefusal): ControlReply {
  const printable = message.replace(/[^\x20-\x7e]/g, ' ').slice(0, 500);
  const headers = ['x-amzn-ErrorType', `${code}:`, 'x-amzn-ErrorMessage', printable];
  return printJson(status, message === '' ? { __type: code } : { __type: code, message }, headers);
}

function printJson(status: number, body: unknown, headers: readonly string[]): ControlReply {
  return {
    status,
    headers: ['Content-Type', 'application/x-amz-json-1.1', ...headers],
    body: JSON.stringify(body),
  };
}
