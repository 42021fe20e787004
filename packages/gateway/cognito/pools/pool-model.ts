/** Definitions of user pools and their app clients. `UserPool` contains the users. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { GroupDefinition } from './pool-group.ts';

export type PasswordPolicy = {
  readonly minimumLength: number;
  readonly needs: readonly CharacterKind[];
  /** Number of days for which an administrator's temporary password is valid. */
  readonly temporaryDays: number;
};

export type CharacterKind = 'lowercase' | 'uppercase' | 'numeric' | 'symbol';

/** Sign-in flows of a client, named as in `ExplicitAuthFlows` without `ALLOW_`. */
export type AuthFlow =
  | 'ADMIN_USER_PASSWORD_AUTH'
  | 'CUSTOM_AUTH'
  | 'REFRESH_TOKEN_AUTH'
  | 'USER_AUTH'
  | 'USER_PASSWORD_AUTH'
  | 'USER_SRP_AUTH';

export type AppClient = {
  readonly clientId: string;
  readonly name: string;
  readonly secret: string | undefined;
  readonly flows: ReadonlySet<AuthFlow>;
  /** Only these addresses may receive a code; `loopback` means any address of this machine. */
  readonly callbackUrls: readonly string[] | 'loopback';
  readonly logoutUrls: readonly string[] | 'loopback';
  /** `any` means every requested scope. */
  readonly scopes: readonly string[] | 'any';
  /** Whether the client may use the authorization code flow. */
  readonly allowsCode: boolean;
  readonly seconds: { readonly id: number; readonly access: number; readonly refresh: number };
  /** The members that DescribeUserPoolClient returns unchanged from the client's definition. */
  readonly shown?: UnknownMembers;
  /**
   * If this is a number, each refresh token can be used once, and again within this many seconds after its first use.
   * Undefined means that a refresh token can be used until it expires.
   */
  readonly rotationGraceSeconds: number | undefined;
  /**
   * Whether the response distinguishes an unknown name from a wrong password: `PreventUserExistenceErrors:
   * LEGACY`.
   */
  readonly reportsUnknownUsers: boolean;
  readonly revokesTokens: boolean;
  /** Attributes in ID tokens and in responses to the user; undefined means all. */
  readonly readable: readonly string[] | undefined;
};

export const TRIGGERS = [
  'CustomMessage',
  'PostAuthentication',
  'PostConfirmation',
  'PreAuthentication',
  'PreSignUp',
  'PreTokenGeneration',
] as const;
export type TriggerName = (typeof TRIGGERS)[number];

export type CustomMessage = {
  readonly email: string | undefined;
  readonly subject: string | undefined;
  readonly sms: string | undefined;
};

export type TriggerFunction = {
  readonly arn: string;
  readonly version: '1' | '2' | '3';
};

export type PoolDefinition = {
  readonly kind: 'cognito' | 'oidc';
  readonly issuer: string;
  /** The pool's id, such as `eu-west-1_Abc`; a local name for other issuers. */
  readonly poolId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly policy: PasswordPolicy;
  /** Attributes that replace the username at sign-in: `UsernameAttributes`. */
  readonly nameAttributes: readonly string[];
  /** Attributes that may be used at sign-in in addition to the username: `AliasAttributes`. */
  readonly aliases: readonly string[];
  readonly autoVerified: readonly string[];
  readonly isCaseSensitive: boolean;
  readonly allowsSignUp: boolean;
  readonly required: readonly string[];
  /** The custom attributes of the schema, such as `custom:shop`; undefined means that they are not known. */
  readonly custom: readonly string[] | undefined;
  readonly groups: readonly GroupDefinition[];
  readonly clients: readonly AppClient[];
  /** If true, any client id is accepted, because the gateway does not know the pool's own clients. */
  readonly isOpen: boolean;
  readonly domains: readonly string[];
  readonly triggers: ReadonlyMap<TriggerName, TriggerFunction>;
  /**
   * The members that API calls return unchanged from the definition: of the pool, of its sign-in policy, and
   * of its messages to new users.
   */
  readonly shown?: UnknownMembers;
  readonly signInPolicy?: UnknownMembers | undefined;
  readonly inviteMessages?: UnknownMembers | undefined;
};

export const ALL_FLOWS: ReadonlySet<AuthFlow> = new Set<AuthFlow>([
  'ADMIN_USER_PASSWORD_AUTH',
  'REFRESH_TOKEN_AUTH',
  'USER_PASSWORD_AUTH',
  'USER_SRP_AUTH',
]);

const HOUR = 3600;
export const DEFAULT_TOKEN_SECONDS = { id: HOUR, access: HOUR, refresh: 30 * 24 * HOUR };

/** Returns a client of a pool that the loaded templates do not define. Only the id of the client is known. */
export function openClient(clientId: string, kind: PoolDefinition['kind']): AppClient {
  return {
    clientId,
    name: clientId,
    secret: undefined,
    flows: ALL_FLOWS,
    callbackUrls: 'loopback',
    logoutUrls: 'loopback',
    scopes: 'any',
    allowsCode: true,
    seconds: DEFAULT_TOKEN_SECONDS,
    reportsUnknownUsers: false,
    revokesTokens: true,
    readable: undefined,
    // Auth0's libraries for browser apps rely on rotation. Cognito's libraries do not need it.
    rotationGraceSeconds: kind === 'oidc' ? 0 : undefined,
  };
}

export function openPool(
  issuer: string,
  place: Pick<PoolDefinition, 'kind' | 'poolId' | 'region' | 'arn'>,
): PoolDefinition {
  return {
    ...place,
    issuer,
    name: place.poolId,
    policy: { minimumLength: 8, needs: [], temporaryDays: 7 },
    nameAttributes: [],
    aliases: ['email', 'phone_number', 'preferred_username'],
    autoVerified: ['email'],
    isCaseSensitive: false,
    allowsSignUp: true,
    required: [],
    custom: undefined,
    groups: [],
    clients: [],
    isOpen: true,
    domains: [],
    triggers: new Map(),
  };
}
