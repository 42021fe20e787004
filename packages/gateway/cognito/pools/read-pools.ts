import { parseArn } from '@gatewright/aws/arn';
import { USUAL_HOME } from '@gatewright/aws/usual-home';
import { asNonEmptyText, isJsonObject, isTrue, mapOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { makeId } from '@gatewright/aws/physical-ids';
import { userPoolIssuer } from '../../core/deployment/authorization/compile-token-authorizer.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { describePool } from './describe-pool.ts';
import { readGroup } from './pool-group.ts';
import { listAttributes } from './schema-attributes.ts';
import { ALL_FLOWS, openPool, DEFAULT_TOKEN_SECONDS, TRIGGERS } from './pool-model.ts';
import type {
  AppClient,
  AuthFlow,
  CharacterKind,
  PasswordPolicy,
  PoolDefinition,
  TriggerFunction,
  TriggerName,
} from './pool-model.ts';
import { readPoolIssuer } from '../../core/issuers/issuer-names.ts';
import { localNameOf } from '../../core/issuers/stand-ins.ts';

type Properties = ResolvedResource['properties'];

/** Returns the pools of the stacks, followed by a pool for each other issuer that is replaced. */
export function readPools(stacks: readonly ResolvedStack[], issuers: readonly string[]): PoolDefinition[] {
  const own = stacks.flatMap((stack) =>
    ofType(stack, 'UserPool').map((resource) => readPool(resource, stack, stacks)),
  );
  const known = new Set(own.map(({ issuer }) => issuer));
  const accountId = stacks[0]?.accountId ?? USUAL_HOME.accountId;
  return [
    ...own,
    ...issuers.filter((issuer) => !known.has(issuer)).map((issuer) => poolOf(issuer, accountId)),
  ];
}

function poolOf(issuer: string, accountId: string): PoolDefinition {
  const pool = readPoolIssuer(issuer);
  const poolId = localNameOf(issuer);
  if (pool === undefined) return openPool(issuer, { kind: 'oidc', poolId, region: '', arn: '' });
  return openPool(issuer, { kind: 'cognito', ...pool, arn: poolArn(pool.region, accountId, pool.poolId) });
}

function poolArn(region: string, accountId: string, poolId: string): string {
  const partition = region.startsWith('cn-') ? 'aws-cn' : 'aws';
  return `arn:${partition}:cognito-idp:${region}:${accountId}:userpool/${poolId}`;
}

function readPool(
  { physicalId: poolId, logicalId, properties }: ResolvedResource,
  { region, accountId }: ResolvedStack,
  stacks: readonly ResolvedStack[],
): PoolDefinition {
  const ofPool = (type: string): ResolvedResource[] =>
    stacks.flatMap((stack) => ofType(stack, type)).filter((resource) => poolIdOf(resource) === poolId);
  const admin = mapOf(properties, 'AdminCreateUserConfig');
  return {
    kind: 'cognito',
    issuer: userPoolIssuer(region, poolId),
    poolId,
    region,
    name: asNonEmptyText(properties['UserPoolName']) ?? asNonEmptyText(properties['PoolName']) ?? logicalId,
    arn: poolArn(region, accountId, poolId),
    policy: readPolicy(mapOf(mapOf(properties, 'Policies'), 'PasswordPolicy'), admin),
    nameAttributes: textsOf(properties, 'UsernameAttributes'),
    aliases: textsOf(properties, 'AliasAttributes'),
    autoVerified: textsOf(properties, 'AutoVerifiedAttributes'),
    isCaseSensitive: isTrue(mapOf(properties, 'UsernameConfiguration')['CaseSensitive']),
    allowsSignUp: !isTrue(admin['AllowAdminCreateUserOnly']),
    required: readRequired(properties),
    custom: readCustom(properties),
    groups: ofPool('UserPoolGroup').map((group) => readGroup(group.physicalId, group.properties)),
    clients: ofPool('UserPoolClient').map((client) => readClient(client, secretOf(client, stacks))),
    isOpen: false,
    triggers: readTriggers(mapOf(properties, 'LambdaConfig')),
    signInPolicy: membersIn(mapOf(properties, 'Policies'), 'SignInPolicy'),
    inviteMessages: membersIn(admin, 'InviteMessageTemplate'),
    shown: describePool(
      properties,
      ofPool('UserPoolDomain').map((domain) => domain.properties),
    ),
    domains: ofPool('UserPoolDomain').map(({ properties: { Domain, CustomDomainConfig }, physicalId }) => {
      const domain = typeof Domain === 'string' ? Domain : physicalId;
      return CustomDomainConfig === undefined ? `${domain}.auth.${region}.amazoncognito.com` : domain;
    }),
  };
}

function membersIn(properties: Properties, name: string): UnknownMembers | undefined {
  const given = properties[name];
  return isJsonObject(given) ? given : undefined;
}

/**
 * Reads the triggers of a pool. If both properties for the token function are set, the function with a version is used.
 */
function readTriggers(config: Properties): ReadonlyMap<TriggerName, TriggerFunction> {
  const plain = TRIGGERS.flatMap((name) => {
    const arn = asNonEmptyText(config[name]);
    return arn === undefined ? [] : [[name, { arn, version: '1' }] as const];
  });
  const ofTokens = mapOf(config, 'PreTokenGenerationConfig');
  const arn = asNonEmptyText(ofTokens['LambdaArn']);
  const version = /^V([123])_0$/.exec(asNonEmptyText(ofTokens['LambdaVersion']) ?? 'V1_0')?.[1] ?? '1';
  const versioned = { arn: arn ?? '', version: version === '3' ? '3' : version === '2' ? '2' : '1' } as const;
  return new Map([...plain, ...(arn === undefined ? [] : [['PreTokenGeneration', versioned] as const])]);
}

function poolIdOf({ properties }: ResolvedResource): string | undefined {
  const named = asNonEmptyText(properties['UserPoolId']);
  // Some templates name the pool by its ARN, which CloudFormation accepts.
  return named === undefined ? undefined : (parseArn(named)?.resource.replace(/^userpool\//, '') ?? named);
}

function secretOf(client: ResolvedResource, stacks: readonly ResolvedStack[]): string | undefined {
  if (!isTrue(client.properties['GenerateSecret'])) return undefined;
  const stack = stacks.find(({ resources }) => resources.get(client.logicalId) === client);
  return makeId(51, stack?.stackName ?? '', client.logicalId, 'secret');
}

const KINDS: readonly (readonly [property: string, kind: CharacterKind])[] = [
  ['RequireLowercase', 'lowercase'],
  ['RequireUppercase', 'uppercase'],
  ['RequireNumbers', 'numeric'],
  ['RequireSymbols', 'symbol'],
];

/**
 * Reads the password policy. A pool without a policy requires eight characters of all kinds, which is the default of
 * the console and the API.
 */
function readPolicy(policy: Properties, admin: Properties): PasswordPolicy {
  const isUnsaid = Object.keys(policy).length === 0;
  return {
    minimumLength: numberOf(policy, 'MinimumLength') ?? (isUnsaid ? 8 : 6),
    needs: KINDS.flatMap(([property, kind]) => (isUnsaid || isTrue(policy[property]) ? [kind] : [])),
    temporaryDays:
      numberOf(policy, 'TemporaryPasswordValidityDays') ?? numberOf(admin, 'UnusedAccountValidityDays') ?? 7,
  };
}

function readRequired(properties: Properties): readonly string[] {
  return readSchema(properties).flatMap(({ Required, Name }) =>
    isTrue(Required) && typeof Name === 'string' ? [Name] : [],
  );
}

/** Returns the names of the custom attributes. Only these names have a prefix. */
function readCustom(properties: Properties): readonly string[] {
  return listAttributes(properties)
    .map(({ Name }) => String(Name))
    .filter((name) => name.includes(':'));
}

function readSchema(properties: Properties): readonly UnknownMembers[] {
  const schema = properties['Schema'];
  return Array.isArray(schema) ? schema.filter(isJsonObject) : [];
}

const LEGACY_FLOWS: Readonly<Record<string, readonly AuthFlow[]>> = {
  ADMIN_NO_SRP_AUTH: ['ADMIN_USER_PASSWORD_AUTH', 'USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH'],
  CUSTOM_AUTH_FLOW_ONLY: ['CUSTOM_AUTH', 'REFRESH_TOKEN_AUTH'],
  USER_PASSWORD_AUTH: ['USER_PASSWORD_AUTH', 'USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH'],
};
const USUAL_FLOWS: readonly AuthFlow[] = ['USER_SRP_AUTH', 'CUSTOM_AUTH', 'REFRESH_TOKEN_AUTH'];
const FLOWS: readonly AuthFlow[] = [...ALL_FLOWS, 'CUSTOM_AUTH', 'USER_AUTH'];

function readFlows(properties: Properties): ReadonlySet<AuthFlow> {
  const named = textsOf(properties, 'ExplicitAuthFlows');
  if (named.length === 0) return new Set(USUAL_FLOWS);
  return new Set(
    named.flatMap((name) => LEGACY_FLOWS[name] ?? FLOWS.filter((flow) => `ALLOW_${flow}` === name)),
  );
}

function readClient(
  { physicalId, logicalId, properties }: ResolvedResource,
  secret: string | undefined,
): AppClient {
  const isOauth = isTrue(properties['AllowedOAuthFlowsUserPoolClient']);
  const rotation = mapOf(properties, 'RefreshTokenRotation');
  const readable = textsOf(properties, 'ReadAttributes');
  return {
    clientId: physicalId,
    name: asNonEmptyText(properties['ClientName']) ?? logicalId,
    secret,
    flows: readFlows(properties),
    callbackUrls: textsOf(properties, 'CallbackURLs'),
    logoutUrls: textsOf(properties, 'LogoutURLs'),
    scopes: textsOf(properties, 'AllowedOAuthScopes'),
    allowsCode: isOauth && textsOf(properties, 'AllowedOAuthFlows').includes('code'),
    seconds: readSeconds(properties),
    shown: {
      RefreshTokenValidity: numberOf(properties, 'RefreshTokenValidity') ?? 30,
      AccessTokenValidity: numberOf(properties, 'AccessTokenValidity'),
      IdTokenValidity: numberOf(properties, 'IdTokenValidity'),
      TokenValidityUnits: mapOf(properties, 'TokenValidityUnits'),
      AllowedOAuthFlows: properties['AllowedOAuthFlows'],
      AllowedOAuthFlowsUserPoolClient: isOauth,
      SupportedIdentityProviders: properties['SupportedIdentityProviders'],
      ReadAttributes: properties['ReadAttributes'],
      WriteAttributes: properties['WriteAttributes'],
      PreventUserExistenceErrors: properties['PreventUserExistenceErrors'],
      DefaultRedirectURI: properties['DefaultRedirectURI'],
      AuthSessionValidity: numberOf(properties, 'AuthSessionValidity') ?? 3,
      EnablePropagateAdditionalUserContextData: isTrue(
        properties['EnablePropagateAdditionalUserContextData'],
      ),
    },
    rotationGraceSeconds:
      rotation['Feature'] === 'ENABLED' ? (numberOf(rotation, 'RetryGracePeriodSeconds') ?? 0) : undefined,
    reportsUnknownUsers: properties['PreventUserExistenceErrors'] !== 'ENABLED',
    revokesTokens:
      properties['EnableTokenRevocation'] === undefined || isTrue(properties['EnableTokenRevocation']),
    readable: readable.length === 0 ? undefined : readable,
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

function readSeconds(properties: Properties): AppClient['seconds'] {
  const units = mapOf(properties, 'TokenValidityUnits');
  const seconds = (name: string, usualUnit: string, usual: number): number => {
    const validity = numberOf(properties, `${name}Validity`) ?? 0;
    return validity === 0 ? usual : validity * (UNIT_SECONDS[asNonEmptyText(units[name]) ?? usualUnit] ?? 1);
  };
  return {
    id: seconds('IdToken', 'hours', DEFAULT_TOKEN_SECONDS.id),
    access: seconds('AccessToken', 'hours', DEFAULT_TOKEN_SECONDS.access),
    refresh: seconds('RefreshToken', 'days', DEFAULT_TOKEN_SECONDS.refresh),
  };
}

function ofType({ resources }: ResolvedStack, type: string): ResolvedResource[] {
  return [...resources.values()].filter((resource) => resource.type === `AWS::Cognito::${type}`);
}

function textsOf(properties: Properties, name: string): readonly string[] {
  const value = properties[name];
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter((item) => typeof item === 'string');
}

/** Templates may write numbers and booleans as strings. */
function numberOf(properties: Properties, name: string): number | undefined {
  const value = Number(properties[name] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}
