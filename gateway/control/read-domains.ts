/** Custom domains and their mappings of all stacks, V1 and V2, as one list (docs/aws §10.4). */
import { DefinitionError, REFUSING } from '../errors.ts';
import { readText, sound } from '../deployment/properties.ts';
import { isBasePath } from '../routing/base-path.ts';
import { readApiIdFromHost } from '../routing/host.ts';
import { resourcesOf, toControlResource } from './control-resource.ts';
import { domainOfArn, findPrivateDomains } from './read-private-domains.ts';
import { listOf, mapOf, textOf } from './resource-properties.ts';
import type { Tolerance } from '../errors.ts';
import type { JsonObject, ResolvedStack } from '../definition/model.ts';
import type { ApiState } from './api-state.ts';
import type { PrivateDomain } from '../events/request-facts.ts';
import type { ControlResource } from './control-resource.ts';
import type { DefinedDomain, Mapping } from './domains.ts';

type Draft = {
  readonly properties: JsonObject;
  readonly mappings: Map<string, Mapping>;
  readonly closedBecause?: string | undefined;
  readonly access?: PrivateDomain | undefined;
};

const HOST_NAME = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

/** AWS's own refusal of what its older API cannot map. */
export const SINGLE_LEVEL =
  "API Gateway V1 doesn't support the slash character (/) in base path mappings. " +
  'To create a multi-level base path mapping, use API Gateway V2.';

export const SEVERAL_LEVELS =
  'A base path of several levels needs a Regional domain name with the security policy TLS_1_2';
export const MIXTURE = 'A domain name of WebSocket APIs cannot have mappings to REST or HTTP APIs';

/** @throws DefinitionError for what AWS refuses */
export function readDomains(
  stacks: readonly ResolvedStack[],
  findApi: (apiId: string) => ApiState | undefined,
  tolerance: Tolerance = REFUSING,
  vpcEndpoints: ReadonlyMap<string, string> = new Map(),
): readonly DefinedDomain[] {
  const drafts = new Map<string, Draft>();
  const each = (type: string, consequence: string, read: (item: ControlResource) => void): void => {
    for (const item of ofType(stacks, type))
      tolerance.attempt(
        consequence,
        () => {
          read(sound(item));
        },
        () => undefined,
      );
  };
  const noDomain = 'the domain does not answer';
  const noMapping = 'the domain does not answer at this path';
  each('AWS::ApiGateway::DomainName', noDomain, (item) => {
    addDomain(drafts, item, item.properties, tolerance);
  });
  each('AWS::ApiGatewayV2::DomainName', noDomain, (item) => {
    addDomain(drafts, item, toFirstVersion(item.properties), tolerance);
  });
  for (const { item, access } of findPrivateDomains(stacks, vpcEndpoints, tolerance))
    tolerance.attempt(
      noDomain,
      () => addDomain(drafts, item, item.properties, tolerance, access),
      () => undefined,
    );
  each('AWS::ApiGateway::BasePathMapping', noMapping, (item) => {
    const basePath = readText(item, 'BasePath', '');
    if (basePath.includes('/')) throw new DefinitionError(item.place('BasePath'), SINGLE_LEVEL);
    const mapping = { apiId: readText(item, 'RestApiId', ''), stage: readText(item, 'Stage', '') };
    checkTarget(item, 'RestApiId', mapping, findApi);
    addMapping(drafts, item, 'BasePath', basePath, mapping);
  });
  each('AWS::ApiGateway::BasePathMappingV2', noMapping, (item) => {
    const basePath = readText(item, 'BasePath', '');
    const mapping = { apiId: readText(item, 'RestApiId', ''), stage: readText(item, 'Stage', '') };
    checkTarget(item, 'RestApiId', mapping, findApi);
    const name = domainOfArn(item);
    if (drafts.get(name)?.access === undefined)
      throw new DefinitionError(
        item.place('DomainNameArn'),
        `no loaded stack has the private domain ${name}, whose policy has to be asked`,
      );
    if (findApi(mapping.apiId)?.identity.endpointType !== 'PRIVATE')
      throw new DefinitionError(item.place('RestApiId'), 'A private domain name leads to private APIs only');
    addMapping(drafts, item, 'BasePath', basePath, mapping, name);
  });
  each('AWS::ApiGatewayV2::ApiMapping', noMapping, (item) => {
    const mapping = { apiId: readText(item, 'ApiId'), stage: readText(item, 'Stage') };
    checkTarget(item, 'ApiId', mapping, findApi);
    refuseMixture(drafts, item, mapping, findApi);
    addMapping(drafts, item, 'ApiMappingKey', readText(item, 'ApiMappingKey', ''), mapping);
  });
  return [...drafts].map(([name, draft]) => ({ name, ...draft }));
}

function ofType(stacks: readonly ResolvedStack[], type: string): readonly ControlResource[] {
  return resourcesOf(stacks, [type]).map(toControlResource);
}

function addDomain(
  drafts: Map<string, Draft>,
  item: ControlResource,
  properties: JsonObject,
  tolerance: Tolerance,
  access?: PrivateDomain,
): void {
  const name = readName(item);
  if (drafts.has(name))
    throw new DefinitionError(item.place('DomainName'), 'The domain name you provided already exists.');
  const closedBecause = findUnenforced(item, tolerance);
  drafts.set(name, {
    properties,
    mappings: new Map(),
    ...(closedBecause !== undefined && { closedBecause }),
    ...(access !== undefined && { access }),
  });
}

/** A domain that asks for client certificates lets in here whoever comes without one. */
function findUnenforced(item: ControlResource, tolerance: Tolerance): string | undefined {
  const mutualTls = item.properties['MutualTlsAuthentication'];
  if (mutualTls === undefined || mutualTls === null || tolerance.allowsUnguarded) return undefined;
  const error = new DefinitionError(
    item.place('MutualTlsAuthentication'),
    'clients are not asked for a certificate here',
  );
  tolerance.note(error, 'every request to the domain answers 500, unless --allow-unguarded');
  return error.describe();
}

function readName(item: ControlResource): string {
  const name = readText(item, 'DomainName').toLowerCase();
  if (isDomainName(name)) return name;
  throw new DefinitionError(item.place('DomainName'), `Invalid domain name: ${name}`);
}

/**
 * A host name of at least two labels, of which the first may be `*`; none that APIs have of themselves, since a domain
 * of that name would take another API's requests.
 */
export function isDomainName(text: string): boolean {
  return (
    text.length <= 253 && HOST_NAME.test(text) && readApiIdFromHost(text.replace('*', 'x')) === undefined
  );
}

/** The properties of a V2 domain under the names of V1: one configuration is all that AWS takes. */
export function toFirstVersion(properties: JsonObject): JsonObject {
  const [first] = listOf(properties, 'DomainNameConfigurations');
  const configuration = mapOf({ first: first ?? null }, 'first');
  return {
    DomainName: properties['DomainName'] ?? '',
    EndpointConfiguration: { Types: [textOf(configuration, 'EndpointType') || 'REGIONAL'] },
    RegionalCertificateArn: textOf(configuration, 'CertificateArn'),
    SecurityPolicy: textOf(configuration, 'SecurityPolicy') || 'TLS_1_2',
    Tags: mapOf(properties, 'Tags'),
  };
}

function addMapping(
  drafts: Map<string, Draft>,
  item: ControlResource,
  property: string,
  basePath: string,
  mapping: Mapping,
  name = readName(item),
): void {
  if (!isBasePath(basePath))
    throw new DefinitionError(item.place(property), `Invalid base path: "${basePath}"`);
  // The domain itself may belong to a stack that is not loaded; its mappings are what requests need.
  const domain = drafts.get(name) ?? {
    properties: { DomainName: name },
    mappings: new Map<string, Mapping>(),
  };
  drafts.set(name, domain);
  if (domain.mappings.has(basePath))
    throw new DefinitionError(item.place(property), 'Base path already exists for this domain name');
  if (basePath.includes('/') && !takesSeveralLevels(domain.properties))
    throw new DefinitionError(item.place(property), SEVERAL_LEVELS);
  domain.mappings.set(basePath, mapping);
}

/** Whether base paths of its mappings may have slashes. */
export function takesSeveralLevels(properties: JsonObject): boolean {
  const [type = 'REGIONAL'] = listOf(mapOf(properties, 'EndpointConfiguration'), 'Types');
  return type === 'REGIONAL' && textOf(properties, 'SecurityPolicy') !== 'TLS_1_0';
}

function checkTarget(
  item: ControlResource,
  property: string,
  { apiId, stage }: Mapping,
  findApi: (apiId: string) => ApiState | undefined,
): void {
  const api = findApi(apiId);
  if (api === undefined)
    throw new DefinitionError(
      item.place(property),
      'Invalid API identifier specified: no loaded stack has this API',
    );
  if (api.identity.protocol === 'rest' && stage !== '' && api.stage(stage) === undefined)
    throw new DefinitionError(item.place('Stage'), 'Invalid stage identifier specified');
}

function refuseMixture(
  drafts: Map<string, Draft>,
  item: ControlResource,
  { apiId }: Mapping,
  findApi: (apiId: string) => ApiState | undefined,
): void {
  const isWebSocket = (id: string): boolean => findApi(id)?.identity.protocol === 'websocket';
  const others = [...(drafts.get(readName(item))?.mappings.values() ?? [])];
  if (others.some((other) => isWebSocket(other.apiId) !== isWebSocket(apiId)))
    throw new DefinitionError(item.place('DomainName'), MIXTURE);
}
