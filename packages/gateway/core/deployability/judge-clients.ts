/** Finds what makes Cognito's CreateUserPoolClient refuse a user pool client. */
import { asOneOrMore, asText, isTrue, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

const DAY = 86_400;
const SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: DAY };

/**
 * The shortest and the longest validity of each token, in seconds (Cognito API reference, CreateUserPoolClient;
 * aws/aws-cdk#11752).
 * @see https://github.com/awsdocs/aws-cloudformation-user-guide/pull/828
 */
const TOKENS = [
  { property: 'AccessTokenValidity', unit: 'AccessToken', byDefault: 'hours', least: 300, most: DAY },
  { property: 'IdTokenValidity', unit: 'IdToken', byDefault: 'hours', least: 300, most: DAY },
  {
    property: 'RefreshTokenValidity',
    unit: 'RefreshToken',
    byDefault: 'days',
    least: 3600,
    most: 3650 * DAY,
  },
] as const;

export function judgeTokenValidity(client: ResolvedResource): BrokenRelation | undefined {
  const { properties, unresolved = [] } = client;
  if (unresolved.includes('TokenValidityUnits')) return undefined;
  const all = TOKENS.map((token) => ({ ...token, ...validityOf(properties, token) }));
  for (const { property, unit, name, seconds, least, most } of all) {
    if ((seconds > 0 && seconds < least) || seconds > most)
      return {
        resource: client,
        property,
        message: `Invalid range for token validity. (${property} is ${asText(properties[property]) ?? Number(properties[property])} ${name}; it must be between ${durationOf(least)} and ${durationOf(most)})`,
        remedy: `set ${property} to a value from ${durationOf(least)} to ${durationOf(most)}; its unit is ${name} (TokenValidityUnits.${unit})`,
      };
  }
  // badmintoncryer/cdk-preflight, pf-cognito-token-expiration-order, deployed
  const refresh = all.find(({ unit }) => unit === 'RefreshToken')?.seconds ?? 0;
  const longer = all.find(({ seconds }) => refresh > 0 && seconds > refresh);
  return longer === undefined
    ? undefined
    : {
        resource: client,
        property: longer.property,
        message:
          'Access and Id Token expiration times must be less than or equal to refresh token expiration times.',
        remedy: `set RefreshTokenValidity to at least ${durationOf(longer.seconds)}, or shorten ${longer.property}`,
      };
}

/** Returns the unit and the seconds of a token's validity; 0 seconds if the client does not set it. */
function validityOf(
  properties: JsonObject,
  { property, unit, byDefault }: (typeof TOKENS)[number],
): { readonly name: string; readonly seconds: number } {
  const name = textOf(mapOf(properties, 'TokenValidityUnits'), unit) || byDefault;
  return { name, seconds: Number(properties[property] ?? 0) * (SECONDS[name] ?? Number.NaN) };
}

function durationOf(seconds: number): string {
  if (seconds % DAY === 0) return `${seconds / DAY} ${seconds === DAY ? 'day' : 'days'}`;
  return seconds % 3600 === 0
    ? `${seconds / 3600} ${seconds === 3600 ? 'hour' : 'hours'}`
    : `${seconds / 60} minutes`;
}

/** Refuses a client that may not write an attribute that its pool requires (aws/aws-cdk#2608). */
export function judgeWriteAttributes(
  client: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { UserPoolId: id, WriteAttributes: written } = client.properties;
  const pool = all.find(({ type, physicalId }) => type === 'AWS::Cognito::UserPool' && physicalId === id);
  if (pool === undefined || written === undefined) return undefined;
  const names = asOneOrMore(written);
  const missing = asOneOrMore(pool.properties['Schema'])
    .map(membersOf)
    .filter(({ Required: isRequired }) => isTrue(isRequired))
    .map((attribute) => textOf(attribute, 'Name'))
    .find((name) => !names.includes(name));
  return missing === undefined
    ? undefined
    : {
        resource: client,
        property: 'WriteAttributes',
        message: `Invalid write attributes specified while creating a client (the user pool requires ${missing}, which the client must be able to write)`,
        remedy: `add ${missing} to WriteAttributes`,
      };
}

/** Refuses a provider that the pool, which the stack creates, does not have (aws-amplify/amplify-cli#11986). */
export function judgeProviders(
  client: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { UserPoolId: id, SupportedIdentityProviders: providers = [] } = client.properties;
  const isThere = all.some(({ type, physicalId }) => type === 'AWS::Cognito::UserPool' && physicalId === id);
  const names = all
    .filter(
      ({ type, properties }) =>
        type === 'AWS::Cognito::UserPoolIdentityProvider' && properties['UserPoolId'] === id,
    )
    .map(({ properties }) => properties['ProviderName']);
  // A provider whose name is not resolved may have any of the given names.
  if (!isThere || names.some((name) => typeof name !== 'string')) return undefined;
  const given = asOneOrMore(providers);
  const index = given.findIndex(
    (name) => typeof name === 'string' && name !== 'COGNITO' && !names.includes(name),
  );
  const name = asText(given[index]) ?? '';
  return index < 0
    ? undefined
    : {
        resource: client,
        property: `SupportedIdentityProviders.${index}`,
        message: `The provider ${name} does not exist for User Pool ${asText(id) ?? ''}`,
        remedy: `add an AWS::Cognito::UserPoolIdentityProvider with ProviderName: ${name}, and list it in DependsOn of the client, or remove ${name} from SupportedIdentityProviders`,
      };
}

/**
 * Refuses a scope that a resource server of the stack does not have. Cognito answers with ScopeDoesNotExistException
 * (Cognito API reference, CreateUserPoolClient; awsdocs/aws-cloudformation-user-guide#564).
 */
export function judgeScopes(
  client: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const { UserPoolId: id, AllowedOAuthScopes: scopes = [] } = client.properties;
  const servers = all.filter(
    ({ type, properties }) =>
      type === 'AWS::Cognito::UserPoolResourceServer' && properties['UserPoolId'] === id,
  );
  for (const [index, scope] of asOneOrMore(scopes).entries()) {
    const [, identifier = '', name = ''] = /^(.+)\/([^/]+)$/.exec(asText(scope) ?? '') ?? [];
    const server = servers.find(({ properties }) => properties['Identifier'] === identifier);
    if (server === undefined && isMissing(servers, { client, id, identifier, all })) {
      const { logicalId } = client;
      return {
        resource: client,
        property: `AllowedOAuthScopes.${index}`,
        message: `Invalid scope requested: ${identifier}/${name}`,
        remedy: `add an AWS::Cognito::UserPoolResourceServer of the same pool with Identifier: ${identifier}, a Name and Scopes: [{ ScopeName: ${name}, ScopeDescription: ${name} }], and list it in DependsOn of ${logicalId}`,
      };
    }
    if (server === undefined || (server.unresolved ?? []).includes('Scopes')) continue;
    const names = asOneOrMore(server.properties['Scopes'] ?? []).map((one) =>
      textOf(membersOf(one), 'ScopeName'),
    );
    if (!names.includes(name) && !names.includes(''))
      return {
        resource: client,
        property: `AllowedOAuthScopes.${index}`,
        message: `Invalid scope requested: ${identifier}/${name}`,
        remedy: `add a scope with ScopeName: ${name} to ${server.logicalId}, or use one of its scopes: ${names.join(', ')}`,
      };
  }
  return undefined;
}

/**
 * Whether no resource server of the template can have the identifier, although the template creates the pool: until the
 * pool exists, nothing outside of the template can add a server to it (aws/aws-cdk#10676).
 */
function isMissing(
  servers: readonly ResolvedResource[],
  {
    client,
    id,
    identifier,
    all,
  }: {
    readonly client: ResolvedResource;
    readonly id: unknown;
    readonly identifier: string;
    readonly all: readonly ResolvedResource[];
  },
): boolean {
  const isOfTemplate = all.some(
    ({ type, physicalId }) => type === 'AWS::Cognito::UserPool' && physicalId === id,
  );
  // The scope and the identifiers may contain values that only AWS knows.
  const isKnown =
    !(client.unresolved ?? []).includes('AllowedOAuthScopes') &&
    servers.every(({ unresolved = [] }) => !unresolved.includes('Identifier')) &&
    all.every(
      ({ type, unresolved = [] }) =>
        type !== 'AWS::Cognito::UserPoolResourceServer' || !unresolved.includes('UserPoolId'),
    );
  // A custom resource or a nested stack may create the server.
  const isMadeHere = !all.some(({ type }) => /^Custom::|^AWS::CloudFormation::/.test(type));
  return identifier !== '' && isOfTemplate && isKnown && isMadeHere;
}

/**
 * Refuses a default redirect URI that is not a callback URL (badmintoncryer/cdk-preflight,
 * pf-cognito-default-redirect-uri-member, deployed).
 */
export function judgeDefaultRedirect(client: ResolvedResource): BrokenRelation | undefined {
  const { DefaultRedirectURI: address, CallbackURLs: addresses } = client.properties;
  if (typeof address !== 'string' || addresses === undefined) return undefined;
  return (client.unresolved ?? []).includes('CallbackURLs') || asOneOrMore(addresses).includes(address)
    ? undefined
    : {
        resource: client,
        property: 'DefaultRedirectURI',
        message: `The default redirect URI ${address} is not in the callback URIs list.`,
        remedy: `add ${address} to CallbackURLs, or use one of the addresses in CallbackURLs`,
      };
}
