/** User pools and their app clients as they are defined; users come and go in `UserPool`. */

export type PasswordPolicy = {
  readonly minimumLength: number;
  readonly needs: readonly CharacterKind[];
  /** How long an administrator's temporary password is good. */
  readonly temporaryDays: number;
};

export type CharacterKind = 'lowercase' | 'uppercase' | 'numeric' | 'symbol';

/** How a client may sign users in, as `ExplicitAuthFlows` names it without `ALLOW_`. */
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
  /** Exactly these may get a code; `loopback` = any address of this machine. */
  readonly callbackUrls: readonly string[] | 'loopback';
  readonly logoutUrls: readonly string[] | 'loopback';
  /** `any` = whatever is asked for. */
  readonly scopes: readonly string[] | 'any';
  /** Whether it may use the authorization-code flow at all. */
  readonly allowsCode: boolean;
  readonly seconds: { readonly id: number; readonly access: number; readonly refresh: number };
  /** Each refresh token is good once, and for this long after its use; undefined = for its whole life. */
  readonly rotationGraceSeconds: number | undefined;
  /** Whether a wrong name is told from a wrong password: `PreventUserExistenceErrors: LEGACY`. */
  readonly tellsUnknownUsers: boolean;
  readonly revokesTokens: boolean;
  /** Attributes in ID tokens and answers to the user; undefined = all. */
  readonly readable: readonly string[] | undefined;
};

/** Of `LambdaConfig`, those that are called here. */
export type TriggerName =
  | 'CustomMessage'
  | 'PostAuthentication'
  | 'PostConfirmation'
  | 'PreAuthentication'
  | 'PreSignUp'
  | 'PreTokenGeneration';

/** What a function makes of a message that Cognito would send. */
export type CustomMessage = {
  readonly email: string | undefined;
  readonly subject: string | undefined;
  readonly sms: string | undefined;
};

export type TriggerFunction = {
  readonly arn: string;
  /** Of its events. */
  readonly version: '1' | '2' | '3';
};

export type PoolDefinition = {
  /** How its tokens look and its pages are addressed. */
  readonly kind: 'cognito' | 'oidc';
  /** Exactly the `iss` of its tokens. */
  readonly issuer: string;
  /** `eu-west-1_Abc`; of other issuers their local name. */
  readonly poolId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly policy: PasswordPolicy;
  /** Sign-in names that users have in the place of a username: `UsernameAttributes`. */
  readonly nameAttributes: readonly string[];
  /** And beside it: `AliasAttributes`. */
  readonly aliases: readonly string[];
  readonly autoVerified: readonly string[];
  readonly isCaseSensitive: boolean;
  readonly allowsSignUp: boolean;
  readonly required: readonly string[];
  /** Of the template. */
  readonly groups: readonly string[];
  readonly clients: readonly AppClient[];
  /** Any client id is one: nobody here knows the pool's own. */
  readonly isOpen: boolean;
  /** Host of its hosted pages at AWS. */
  readonly domains: readonly string[];
  readonly triggers: ReadonlyMap<TriggerName, TriggerFunction>;
};

export const ALL_FLOWS: ReadonlySet<AuthFlow> = new Set<AuthFlow>([
  'ADMIN_USER_PASSWORD_AUTH',
  'REFRESH_TOKEN_AUTH',
  'USER_PASSWORD_AUTH',
  'USER_SRP_AUTH',
]);

const HOUR = 3600;
export const USUAL_SECONDS = { id: HOUR, access: HOUR, refresh: 30 * 24 * HOUR };

/** A client of a pool that is somebody else's: nothing is known of it but its id. */
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
    seconds: USUAL_SECONDS,
    tellsUnknownUsers: false,
    revokesTokens: true,
    readable: undefined,
    // Auth0's libraries for pages count on it; Cognito's do without.
    rotationGraceSeconds: kind === 'oidc' ? 0 : undefined,
  };
}

/** A pool that only its issuer's name is known of. */
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
    groups: [],
    clients: [],
    isOpen: true,
    domains: [],
    triggers: new Map(),
  };
}
