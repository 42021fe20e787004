import { ServiceRefusal } from '../../core/errors.ts';
import {
  invalidParameter,
  notAuthorized,
  unauthorizedAttribute,
  notFound,
  userNotFound,
  WRONG_PASSWORD,
} from '../pools/cognito-error.ts';
import { isPassword } from '../pools/password.ts';
import { noteChallenge, noteSkippedConfirmation } from '../pools/pool-events.ts';
import type { AppClient, AuthFlow } from '../pools/pool-model.ts';
import type { PoolUser } from '../pools/pool-user.ts';
import type { Tokens } from '../pools/sessions.ts';
import type { TokenSource } from '../pools/token-trigger.ts';
import { NO_METADATA, postAuthentication, preAuthentication } from '../pools/triggers.ts';
import type { Metadata } from '../pools/triggers.ts';
import { challenge, makeVerifier, isPasswordProven } from '../pools/srp.ts';
import type { LocalPool } from '../pools/user-pools.ts';
import type { Pending } from './challenges.ts';
import { checkSecretHash, needParameter } from './cognito-input.ts';
import type { CallInput } from '@gatewright/aws/call-input';
import { clientOf, poolOf } from './cognito-operation.ts';
import type { CognitoOperations, CognitoPorts } from './cognito-operation.ts';

type Attempt = LocalPool & {
  readonly client: AppClient;
  readonly parameters: ReadonlyMap<string, string>;
  /**
   * Client metadata for triggers: `first` for the triggers before the sign-in, and `later` for the triggers after it.
   * Cognito passes it only to some triggers.
   */
  readonly metadata: { readonly first: Metadata; readonly later: Metadata };
  readonly at: CognitoPorts;
};

export const AUTHENTICATE: CognitoOperations = {
  InitiateAuth(input, at) {
    return initiate(input.text('AuthFlow'), beginning(input, clientOf(input, at), at), USER_FLOWS);
  },

  RespondToAuthChallenge(input, at) {
    return respond(input, clientOf(input, at), at);
  },

  async GetTokensFromRefreshToken(input, at) {
    const { client, sessions } = clientOf(input, at);
    if (client.secret !== undefined && input.optionalText('ClientSecret') !== client.secret)
      throw notAuthorized(`Unable to verify secret hash for client ${client.clientId}`);
    const metadata = input.textMap('ClientMetadata');
    return describeTokens(await sessions.refresh(input.text('RefreshToken'), client, metadata));
  },

  RevokeToken(input, at) {
    const { client, sessions } = clientOf(input, at);
    if (!client.revokesTokens)
      throw new ServiceRefusal('UnsupportedOperationException', 'Revoke token is disabled for this client');
    if (client.secret !== undefined && input.optionalText('ClientSecret') !== client.secret)
      throw notAuthorized(`Unable to verify secret hash for client ${client.clientId}`);
    sessions.revoke(input.text('Token'), client.clientId);
    return {};
  },
};

/**
 * Calls with which an administrator authenticates a user. The administrator signs these calls. They permit more flows
 * than calls by users do.
 */
export const AUTHENTICATE_AS_ADMIN: CognitoOperations = {
  AdminInitiateAuth(input, at) {
    return initiate(input.text('AuthFlow'), beginning(input, ownClient(input, at), at), ADMIN_FLOWS);
  },

  AdminRespondToAuthChallenge(input, at) {
    return respond(input, ownClient(input, at), at);
  },
};

function ownClient(input: CallInput, at: CognitoPorts): LocalPool & { readonly client: AppClient } {
  const local = poolOf(input, at);
  const client = local.pool.findClient(input.text('ClientId'));
  if (client === undefined) throw notFound(`User pool client ${input.text('ClientId')} does not exist.`);
  return { ...local, client };
}

/**
 * Begins a sign-in. `ClientMetadata` of a first call is only for the triggers that run before the sign-in (API
 * reference, InitiateAuth).
 */
function beginning(
  input: CallInput,
  local: LocalPool & { readonly client: AppClient },
  at: CognitoPorts,
): Attempt {
  const metadata = { first: input.textMap('ClientMetadata'), later: NO_METADATA };
  return { ...local, parameters: input.textMap('AuthParameters'), metadata, at };
}

type Start = (attempt: Attempt) => Promise<unknown>;

const SHARED_FLOWS: Readonly<Record<string, readonly [AuthFlow, Start]>> = {
  USER_SRP_AUTH: ['USER_SRP_AUTH', startSrp],
  REFRESH_TOKEN_AUTH: ['REFRESH_TOKEN_AUTH', startRefresh],
  REFRESH_TOKEN: ['REFRESH_TOKEN_AUTH', startRefresh],
};
const USER_FLOWS: typeof SHARED_FLOWS = {
  ...SHARED_FLOWS,
  USER_PASSWORD_AUTH: ['USER_PASSWORD_AUTH', startWithPassword],
};
/**
 * AdminInitiateAuth has its own password flow, and refuses the password flow of users [obs:
 * awsdocs/aws-doc-sdk-examples#5289].
 */
const ADMIN_FLOWS: typeof SHARED_FLOWS = {
  ...SHARED_FLOWS,
  ADMIN_USER_PASSWORD_AUTH: ['ADMIN_USER_PASSWORD_AUTH', startWithPassword],
  ADMIN_NO_SRP_AUTH: ['ADMIN_USER_PASSWORD_AUTH', startWithPassword],
};

function initiate(name: string, attempt: Attempt, flows: typeof USER_FLOWS): Promise<unknown> {
  const known = Object.hasOwn(flows, name) ? flows[name] : undefined;
  if (known === undefined) {
    if (/^(?:CUSTOM_AUTH|USER_AUTH)$/.test(name))
      throw new ServiceRefusal(
        'NotImplementedException',
        `This gateway does not support the authentication flow ${name}.`,
        501,
      );
    throw invalidParameter('Initiate Auth method not supported.');
  }
  const [flow, start] = known;
  // With rotation, AWS disables this flow for the client, because GetTokensFromRefreshToken replaces the flow.
  const isRotated = flow === 'REFRESH_TOKEN_AUTH' && attempt.client.rotationGraceSeconds !== undefined;
  if (!attempt.client.flows.has(flow) || isRotated)
    throw invalidParameter(
      `${flow === 'ADMIN_USER_PASSWORD_AUTH' ? 'Auth' : flow} flow not enabled for this client`,
    );
  return start(attempt);
}

async function startWithPassword(attempt: Attempt): Promise<unknown> {
  const { pool, client, parameters } = attempt;
  const name = needParameter(parameters, 'USERNAME');
  const password = needParameter(parameters, 'PASSWORD');
  checkSecretHash(client, [name], parameters.get('SECRET_HASH'));
  const user = pool.find(name);
  if (user === undefined && client.reportsUnknownUsers) throw userNotFound();
  refuseUnfinished(user);
  const isRight = await isPassword(user?.password, password);
  const fault = pool.judgePassword(name, isRight);
  if (user === undefined || fault !== undefined) throw notAuthorized(fault ?? WRONG_PASSWORD);
  return admit(attempt, user);
}

function startSrp(attempt: Attempt): Promise<unknown> {
  const { pool, client, parameters, at } = attempt;
  const name = needParameter(parameters, 'USERNAME');
  const A = needParameter(parameters, 'SRP_A');
  checkSecretHash(client, [name], parameters.get('SECRET_HASH'));
  const user = pool.find(name);
  if (user === undefined && client.reportsUnknownUsers) throw userNotFound();
  const username = user?.username ?? name;
  const whose = { poolName: pool.poolName, username };
  const { password } = user ?? {};
  // A user without a password gets a challenge that cannot succeed.
  const verifier =
    password?.kind === 'hashed'
      ? password.srp
      : makeVerifier(whose, password?.text ?? pool.ports.random.hex(64));
  const srp = challenge(A, verifier);
  if (srp === undefined) throw invalidParameter('SRP_A is not a valid public value');
  const block = at.challenges.add({
    kind: 'PASSWORD_VERIFIER',
    poolId: pool.definition.poolId,
    clientId: client.clientId,
    sub: user?.sub,
    srp,
  });
  return Promise.resolve({
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: srp.verifier.salt,
      SRP_B: srp.B,
      SECRET_BLOCK: block,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  });
}

async function startRefresh({ client, sessions, pool, parameters }: Attempt): Promise<unknown> {
  const token = needParameter(parameters, 'REFRESH_TOKEN');
  const owner = sessions.ownerOf(token);
  const user = pool.users.find(({ sub }) => sub === owner);
  const names = user === undefined ? [] : [user.username, user.sub, ...user.attributes.values()];
  checkSecretHash(client, names, parameters.get('SECRET_HASH'));
  return describeTokens(await sessions.refresh(token, client));
}

/**
 * Refuses a user who must confirm the account or reset the password first, whatever password was given.
 * Cognito reports this before it compares the password (amazon-cognito-identity-js#288, aws-sdk-js#4608).
 */
function refuseUnfinished(user: PoolUser | undefined): void {
  if (user?.isEnabled !== true) return;
  if (user.status === 'UNCONFIRMED')
    throw new ServiceRefusal('UserNotConfirmedException', 'User is not confirmed.');
  if (user.status === 'RESET_REQUIRED')
    throw new ServiceRefusal('PasswordResetRequiredException', 'Password reset required for the user');
}

/** Continues the sign-in after the password was found to be correct. */
async function admit(
  { pool, client, sessions, at, metadata }: Omit<Attempt, 'parameters'>,
  user: PoolUser,
  source: TokenSource = 'TokenGeneration_Authentication',
): Promise<unknown> {
  if (!user.isEnabled) throw notAuthorized('User is disabled.');
  refuseUnfinished(user);
  await preAuthentication(pool, user, client.clientId, metadata.first);
  if (user.status === 'CONFIRMED') {
    await postAuthentication(pool, user, client.clientId, metadata.later);
    return describeTokens(await sessions.begin({ user, client, source, metadata: metadata.later }));
  }
  const ageMs = pool.ports.clock.nowEpochMs() - user.passwordSetAtMs;
  if (ageMs > pool.definition.policy.temporaryDays * 86_400_000)
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.');
  const { poolId } = pool.definition;
  const Session = at.challenges.add({
    kind: 'NEW_PASSWORD_REQUIRED',
    poolId,
    clientId: client.clientId,
    sub: user.sub,
  });
  const missing = pool.definition.required.filter((name) => name !== 'sub' && !user.attributes.has(name));
  noteChallenge(pool, 'NEW_PASSWORD_REQUIRED');
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session,
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(missing.map((name) => `userAttributes.${name}`)),
      userAttributes: JSON.stringify(Object.fromEntries(user.attributes)),
    },
  };
}

function respond(
  input: CallInput,
  local: LocalPool & { readonly client: AppClient },
  at: CognitoPorts,
): Promise<unknown> {
  const metadata = { first: NO_METADATA, later: input.textMap('ClientMetadata') };
  const attempt = { ...local, parameters: input.textMap('ChallengeResponses'), metadata, at };
  const name = input.text('ChallengeName');
  if (name === 'PASSWORD_VERIFIER') return verifyPassword(attempt);
  if (name === 'NEW_PASSWORD_REQUIRED') return setNewPassword(attempt, input.optionalText('Session') ?? '');
  throw new ServiceRefusal(
    'NotImplementedException',
    `This gateway does not support the challenge ${name}.`,
    501,
  );
}

async function verifyPassword(attempt: Attempt): Promise<unknown> {
  const { parameters, pool } = attempt;
  const secretBlock = needParameter(parameters, 'PASSWORD_CLAIM_SECRET_BLOCK');
  const { pending, user } = takePending(attempt, secretBlock, 'PASSWORD_VERIFIER');
  const claim = {
    poolName: pool.poolName,
    secretBlock,
    username: user?.username ?? '',
    timestamp: needParameter(parameters, 'TIMESTAMP'),
    signature: needParameter(parameters, 'PASSWORD_CLAIM_SIGNATURE'),
  };
  refuseUnfinished(user);
  const isRight = pending.srp !== undefined && isPasswordProven(pending.srp, claim);
  const fault = pool.judgePassword(user?.username ?? parameters.get('USERNAME') ?? '', isRight);
  if (user === undefined || fault !== undefined) throw notAuthorized(fault ?? WRONG_PASSWORD);
  checkSecretHash(attempt.client, namesOf(user, parameters), parameters.get('SECRET_HASH'));
  return admit(attempt, user);
}

async function setNewPassword(attempt: Attempt, session: string): Promise<unknown> {
  const { parameters, pool } = attempt;
  const password = needParameter(parameters, 'NEW_PASSWORD');
  pool.checkPassword(password);
  const { user } = takePending(attempt, session, 'NEW_PASSWORD_REQUIRED');
  if (user === undefined) throw notAuthorized('Invalid session for the user.');
  checkSecretHash(attempt.client, namesOf(user, parameters), parameters.get('SECRET_HASH'));
  const given = [...parameters].flatMap(([name, value]) =>
    name.startsWith('userAttributes.') ? [[name.slice('userAttributes.'.length), value] as const] : [],
  );
  const [refused] = given.find(([name]) => name === 'sub' || name.endsWith('_verified')) ?? [];
  if (refused !== undefined) throw unauthorizedAttribute(refused);
  pool.change(user, { attributes: new Map([...user.attributes, ...given]) });
  await pool.setPassword(user, password, 'CONFIRMED');
  noteSkippedConfirmation(pool, 'RespondToAuthChallenge');
  return admit(attempt, user, 'TokenGeneration_NewPasswordChallenge');
}

function namesOf(user: PoolUser, parameters: ReadonlyMap<string, string>): readonly string[] {
  return [user.username, user.sub, parameters.get('USERNAME') ?? user.username];
}

function takePending(
  { at, client, pool }: Attempt,
  session: string,
  kind: Pending['kind'],
): { readonly pending: Pending; readonly user: PoolUser | undefined } {
  const pending = at.challenges.take(session, kind, client.clientId);
  if (pending?.poolId !== pool.definition.poolId)
    throw notAuthorized('Invalid session for the user, session is expired.');
  return { pending, user: pool.users.find(({ sub }) => sub === pending.sub) };
}

function describeTokens({ id, access, refresh, expiresInSeconds }: Tokens): unknown {
  return {
    ChallengeParameters: {},
    AuthenticationResult: {
      AccessToken: access,
      ExpiresIn: expiresInSeconds,
      IdToken: id,
      TokenType: 'Bearer',
      RefreshToken: refresh,
    },
  };
}
