/**
 * The pre token generation trigger: a pool's function changes the tokens of a sign-in.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
import { ServiceRefusal } from '../../core/errors.ts';
import { asText, isJsonObject } from '@gatewright/aws/json-object';
import { OWN_DATA_SCOPE } from '../pool-issuer.ts';
import type { AppClient } from './pool-model.ts';
import type { PoolUser } from './pool-user.ts';
import { callTrigger, metadataOf, userAttributes } from './triggers.ts';
import type { Metadata } from './triggers.ts';
import type { UserPool } from './user-pool.ts';
import type { Claims } from '../../core/policy/bearer-token.ts';

export type TokenSource =
  | 'TokenGeneration_Authentication'
  | 'TokenGeneration_HostedAuth'
  | 'TokenGeneration_NewPasswordChallenge'
  | 'TokenGeneration_RefreshTokens';

type ClaimChanges = { readonly add: Claims; readonly suppress: readonly string[] };

export type TokenChanges = {
  /** Replaces the user's groups; undefined leaves them unchanged. */
  readonly groups: readonly string[] | undefined;
  readonly id: ClaimChanges;
  readonly access: ClaimChanges & {
    readonly scopesToAdd: readonly string[];
    readonly scopesToSuppress: readonly string[];
  };
};

const NONE: ClaimChanges = { add: {}, suppress: [] };
export const NO_CHANGES: TokenChanges = {
  groups: undefined,
  id: NONE,
  access: { ...NONE, scopesToAdd: [], scopesToSuppress: [] },
};

/** A function must not change claims about the issuer, the user, the client or the sign-in method. */
const RESERVED = new Set(
  (
    'acr amr at_hash auth_time azp client_id cognito:username event_id exp iat identities iss jti nbf nonce ' +
    'origin_jti sub token_use username version'
  ).split(' '),
);

export async function callTokenTrigger(
  pool: UserPool,
  of: {
    readonly user: PoolUser;
    readonly client: AppClient;
    readonly scopes: readonly string[] | undefined;
    readonly source: TokenSource;
    readonly metadata: Metadata;
  },
): Promise<TokenChanges> {
  const trigger = pool.definition.triggers.get('PreTokenGeneration');
  if (trigger === undefined) return NO_CHANGES;
  const isFirst = trigger.version === '1';
  const { user, client, scopes = [OWN_DATA_SCOPE], source, metadata } = of;
  const response = await callTrigger(pool, {
    name: 'PreTokenGeneration',
    source,
    clientId: client.clientId,
    user,
    request: {
      userAttributes: userAttributes(user),
      groupConfiguration: {
        groupsToOverride: [...user.groups],
        iamRolesToOverride: [],
        preferredRole: null,
      },
      ...(isFirst ? {} : { scopes }),
      ...metadataOf(metadata),
    },
    response: isFirst ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
  });
  return isFirst
    ? readFirst(response?.['claimsOverrideDetails'])
    : readSecond(response?.['claimsAndScopeOverrideDetails']);
}

/** Reads the changes in a response of version 1, which supports only ID tokens and only string values. */
function readFirst(details: unknown): TokenChanges {
  if (details === undefined || details === null) return NO_CHANGES;
  if (!isJsonObject(details)) throw unreadable();
  const id = readClaims(details);
  if (Object.values(id.add).some((value) => typeof value !== 'string')) throw unreadable();
  return { ...NO_CHANGES, id, groups: readGroups(details) };
}

function readSecond(details: unknown): TokenChanges {
  if (details === undefined || details === null) return NO_CHANGES;
  if (!isJsonObject(details)) throw unreadable();
  const access = objectOf(details['accessTokenGeneration']);
  return {
    groups: readGroups(details),
    id: readClaims(objectOf(details['idTokenGeneration'])),
    access: {
      ...readClaims(access),
      scopesToAdd: textsOf(access['scopesToAdd']),
      scopesToSuppress: textsOf(access['scopesToSuppress']),
    },
  };
}

function readClaims(changes: Claims): ClaimChanges {
  return {
    add: objectOf(changes['claimsToAddOrOverride']),
    suppress: textsOf(changes['claimsToSuppress']),
  };
}

function readGroups(details: Claims): readonly string[] | undefined {
  const groups = objectOf(details['groupOverrideDetails'])['groupsToOverride'];
  return groups === undefined || groups === null ? undefined : textsOf(groups);
}

function objectOf(value: unknown): Claims {
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  throw unreadable();
}

function textsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw unreadable();
}

function unreadable(): ServiceRefusal {
  return new ServiceRefusal('InvalidLambdaResponseException', 'Unrecognizable lambda output');
}

export function changeId(claims: Claims, { id }: TokenChanges): Claims {
  return change(claims, {
    add: without(id.add, 'aud'),
    suppress: id.suppress.filter((name) => name !== 'aud'),
  });
}

/** Applies changes to the claims of an access token. An added `aud` is ignored unless it is the client's id. */
export function changeAccess(claims: Claims, { access }: TokenChanges, clientId: string): Claims {
  const scopes = (asText(claims['scope']) ?? '').split(' ').filter((scope) => scope !== '');
  const kept = scopes.filter((scope) => !access.scopesToSuppress.includes(scope));
  const scope = [...new Set([...kept, ...access.scopesToAdd])].join(' ');
  const add = access.add['aud'] === clientId ? access.add : without(access.add, 'aud');
  return change({ ...claims, scope }, { add: without(add, 'scope'), suppress: access.suppress });
}

function change(claims: Claims, { add, suppress }: ClaimChanges): Claims {
  const left = Object.entries(claims).filter(([name]) => RESERVED.has(name) || !suppress.includes(name));
  const added = Object.entries(add).filter(([name]) => !RESERVED.has(name));
  return Object.fromEntries([...left, ...added]);
}

function without(claims: Claims, name: string): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}
