/**
 * Authorizers that verify JSON Web Tokens without a function: JWT for HTTP and REST APIs, and COGNITO_USER_POOLS for
 * REST APIs.
 */
import { isLoopbackUrl } from '@gatewright/handlers/access/tokens/issuers';
import { parseArn } from '@gatewright/aws/arn';
import { regionalAddress } from '@gatewright/aws/service-address';
import { DefinitionError } from '../../errors.ts';
import { RSA_ALGORITHMS } from '../../policy/bearer-token.ts';
import { HTTP_SOURCE, parseSources, readValidation, REST_SOURCE } from './compile-authorizer.ts';
import { readBlock, readText, readTextList } from '../properties.ts';
import { compileStageText } from '../integration/stage-text.ts';
import type { RsaAlgorithm } from '../../policy/bearer-token.ts';
import type { RequiredClaim, TokenTrust, TrustedIssuer } from '../../policy/token-trust.ts';
import type { PropertyBag } from '../properties.ts';
import type { Assumptions } from '../assumptions.ts';
import type { IdentitySource, StageText, TokenAuthorizer } from '../model.ts';

/** Maximum number of audiences, which is a quota of API Gateway (docs/aws §4.5). */
const MAX_AUDIENCES = 50;

/**
 * Compiles `AuthorizerType: JWT` of an HTTP API.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileHttpJwtAuthorizer(bag: PropertyBag): TokenAuthorizer {
  const block = readBlock(bag, 'JwtConfiguration');
  if (block === undefined)
    throw new DefinitionError(
      bag.place('JwtConfiguration'),
      'JwtConfiguration is a required parameter for JWT authorizer',
    );
  return {
    ...describe(bag),
    dialect: 'http-jwt',
    withoutScope: 'ACCESS_DENIED',
    identitySource: readSource(bag, readTextList(bag, 'IdentitySource'), HTTP_SOURCE, [
      'header',
      'querystring',
    ]),
    trust: { ...PLAIN_TRUST, issuers: [readIssuer(block, 'Audience')] },
  };
}

/**
 * Compiles `Type: JWT` of a REST API (2026). CloudFormation's property names are not public yet, so these names follow
 * the developer guide: `JwtConfiguration: {Issuers: [{Issuer, Audience: […]}], AllowedAlgorithms?,
 * RequiredClaims?}`. `RequiredClaims` maps names to one or several values, or is a list of names.
 * @throws DefinitionError for an invalid or unknown setting
 */
export function compileRestJwtAuthorizer(bag: PropertyBag): TokenAuthorizer {
  const block = readBlock(bag, 'JwtConfiguration');
  const issuers = block?.properties['Issuers'];
  if (block === undefined || !Array.isArray(issuers) || issuers.length === 0)
    throw new DefinitionError(
      bag.place('JwtConfiguration.Issuers'),
      'A JWT authorizer needs JwtConfiguration.Issuers, a list of {Issuer, Audience}',
    );
  refuseUnknownSettings(block, ['Issuers', 'AllowedAlgorithms', 'RequiredClaims']);
  return {
    ...describe(bag),
    dialect: 'rest-jwt',
    withoutScope: 'ACCESS_DENIED',
    identitySource: readRestSource(bag),
    trust: {
      ...PLAIN_TRUST,
      issuers: issuers.map((_, index) => readIssuer(itemOf(block, 'Issuers', index), 'Audience')),
      algorithms: readAlgorithms(block),
      requiredClaims: readRequiredClaims(block),
    },
  };
}

const PROVIDER = /^userpool\/([a-z0-9-]+_[A-Za-z0-9]+)$/;

/**
 * Compiles `Type: COGNITO_USER_POOLS`. Stage variables may contain the pool. A method without scopes accepts ID tokens,
 * and a method with scopes accepts access tokens.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileCognitoAuthorizer(
  bag: PropertyBag,
  { assumptions }: { readonly assumptions: Assumptions },
  hasScopes: boolean,
): TokenAuthorizer {
  const arns = readTextList(bag, 'ProviderARNs');
  if (arns.length === 0)
    throw new DefinitionError(
      bag.place('ProviderARNs'),
      'Invalid provider ARNs: a COGNITO_USER_POOLS authorizer needs at least one user pool',
    );
  const providers = arns.map((arn) => readProvider(bag, arn));
  const constant = providers.filter(({ source }) => !isVariable(source));
  return {
    ...describe(bag),
    dialect: 'cognito',
    withoutScope: assumptions['cognito-scope-status'] === '403' ? 'ACCESS_DENIED' : 'UNAUTHORIZED',
    identitySource: readRestSource(bag),
    trust: {
      ...PLAIN_TRUST,
      issuers: constant.map(({ source }) => poolOf(readPoolIssuer(bag, source))),
      audienceForm: readValidation(bag),
      tokenUse: hasScopes ? 'access' : 'id',
    },
    issuersOf: constant.length === providers.length ? undefined : issuersByStage(providers),
  };
}

/** Reads the provider of an authorizer. Stage variables may be used only for the user pool (developer guide). */
function readProvider(bag: PropertyBag, text: string): StageText {
  const { service, resource } = parseArn(text) ?? {};
  if (isVariable(text) && !(service === 'cognito-idp' && resource?.startsWith('userpool/') === true))
    throw invalidProvider(bag, text);
  return compileStageText(text);
}

function isVariable(text: string): boolean {
  return text.includes('${stageVariables.');
}

function poolOf(issuer: string): TrustedIssuer {
  return { issuer, audience: 'any' };
}

/**
 * Returns the issuers by stage, because the pools depend on stage variables. An ARN that is incomplete because a
 * variable is missing matches no issuer.
 */
function issuersByStage(providers: readonly StageText[]): TokenAuthorizer['issuersOf'] {
  return (variables) =>
    providers.flatMap((provider) => {
      const issuer = findPoolIssuer(provider.render(variables));
      return issuer === undefined ? [] : [poolOf(issuer)];
    });
}

const PLAIN_TRUST: Omit<TokenTrust, 'issuers'> = {
  algorithms: RSA_ALGORITHMS,
  audienceForm: undefined,
  tokenUse: undefined,
  requiredClaims: [],
};

function describe(bag: PropertyBag): Pick<TokenAuthorizer, 'authorizerId' | 'name'> {
  return { authorizerId: bag.id, name: readText(bag, 'Name', bag.logicalId) };
}

/** Returns the `iss` of a user pool's tokens: `https://cognito-idp.{region}.amazonaws.com/{poolId}`. */
export function userPoolIssuer(region: string, poolId: string): string {
  return `${regionalAddress('cognito-idp', region)}/${poolId}`;
}

function readPoolIssuer(bag: PropertyBag, text: string): string {
  const issuer = findPoolIssuer(text);
  if (issuer === undefined) throw invalidProvider(bag, text);
  return issuer;
}

function invalidProvider(bag: PropertyBag, text: string): DefinitionError {
  return new DefinitionError(
    bag.place('ProviderARNs'),
    `Invalid ARN "${text}". Use arn:aws:cognito-idp:{region}:{account}:userpool/{poolId}`,
  );
}

function findPoolIssuer(text: string): string | undefined {
  const arn = parseArn(text);
  const poolId = arn?.service === 'cognito-idp' ? PROVIDER.exec(arn.resource)?.[1] : undefined;
  return arn === undefined || poolId === undefined ? undefined : userPoolIssuer(arn.region, poolId);
}

function readIssuer(block: PropertyBag, audienceProperty: string): TrustedIssuer {
  const issuer = readText(block, 'Issuer');
  if (!isIssuerUrl(issuer))
    throw new DefinitionError(
      block.place('Issuer'),
      `Invalid issuer: "${issuer}". Issuer must be an https URL without a query string or fragment`,
    );
  refuseUnknownSettings(block, ['Issuer', audienceProperty]);
  const audience = readTextList(block, audienceProperty);
  if (audience.length === 0 || audience.length > MAX_AUDIENCES)
    throw new DefinitionError(
      block.place(audienceProperty),
      `A JWT authorizer must have 1 to ${MAX_AUDIENCES} audiences, not ${audience.length}`,
    );
  return { issuer, audience };
}

/**
 * Returns whether the text is a URL of an issuer. AWS accepts only https. For development, the gateway accepts http for
 * a loopback issuer.
 */
function isIssuerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password } = new URL(text);
  const isBare = search === '' && hash === '' && username === '' && password === '' && !/[?#]/.test(text);
  return isBare && (protocol === 'https:' || isLoopbackUrl(text));
}

function readRestSource(bag: PropertyBag): IdentitySource {
  const text = readText(bag, 'IdentitySource', 'method.request.header.Authorization');
  return readSource(bag, [text.trim()], REST_SOURCE, ['header']);
}

function readSource(
  bag: PropertyBag,
  texts: readonly string[],
  form: RegExp,
  kinds: readonly IdentitySource['kind'][],
): IdentitySource {
  const [source, ...more] = parseSources(bag, texts, form);
  if (source !== undefined && more.length === 0 && kinds.includes(source.kind)) return source;
  throw new DefinitionError(
    bag.place('IdentitySource'),
    `An authorizer that checks tokens must have exactly one identity source, which is a ${kinds.join(' or ')}, not ${JSON.stringify(texts)}`,
  );
}

function readAlgorithms(block: PropertyBag): readonly RsaAlgorithm[] {
  const names = readTextList(block, 'AllowedAlgorithms');
  if (names.length === 0) return RSA_ALGORITHMS;
  return names.map((name) => {
    const known = RSA_ALGORITHMS.find((algorithm) => algorithm === name);
    if (known !== undefined) return known;
    throw new DefinitionError(
      block.place('AllowedAlgorithms'),
      `Invalid signing algorithm "${name}". API Gateway supports ${RSA_ALGORITHMS.join(', ')}`,
    );
  });
}

function readRequiredClaims(block: PropertyBag): readonly RequiredClaim[] {
  const claims = block.properties['RequiredClaims'];
  if (claims === undefined || claims === null) return [];
  if (Array.isArray(claims))
    return readTextList(block, 'RequiredClaims').map((name) => ({ name, values: [] }));
  const named = readBlock(block, 'RequiredClaims');
  return Object.entries(named?.properties ?? {}).map(([name, value]) => ({
    name,
    values: typeof value === 'string' || named === undefined ? [String(value)] : readTextList(named, name),
  }));
}

function itemOf(block: PropertyBag, property: string, index: number): PropertyBag {
  const list = block.properties[property];
  const name = `${property}.${index}`;
  const item = readBlock(
    { ...block, properties: { [name]: Array.isArray(list) ? (list as unknown[])[index] : undefined } },
    name,
  );
  if (item === undefined)
    throw new DefinitionError(
      block.place(name),
      `${name} must be a map, not ${JSON.stringify(Array.isArray(list) ? list[index] : list)}`,
    );
  return item;
}

/** Refuses unknown settings. If they were ignored, the user would rely on a check that does not take place. */
function refuseUnknownSettings(block: PropertyBag, known: readonly string[]): void {
  const unknown = Object.keys(block.properties).find((property) => !known.includes(property));
  if (unknown !== undefined)
    throw new DefinitionError(block.place(unknown), `Unknown member ${unknown}; use ${known.join(', ')}`);
}
