/** The custom domains of all stacks with their mappings, V1 and V2, in one list (docs/aws §10.4). */
import { NOT_EDGE } from '../../core/deployability/call-words.ts';
import { DefinitionError, REFUSING } from '../../core/errors.ts';
import { readText, requireValid } from '../../core/deployment/properties.ts';
import { isBasePath, readNone } from '../../core/routing/base-path.ts';
import { readApiIdFromHost } from '../../core/routing/host.ts';
import { resourcesOf, toControlResource } from '../control-resource.ts';
import { NO_TRUSTSTORES, readMutualTls } from './mutual-tls.ts';
import { domainOfArn, findPrivateDomains } from './read-private-domains.ts';
import { byPriority } from './domains.ts';
import { readRoutingRule, routingModeOf } from './read-routing-rules.ts';
import { notePolicy } from './security-policy.ts';
import { listOf, mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Tolerance } from '../../core/errors.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { RoutingRule } from '../../core/routing/routing-rules.ts';
import type { ApiState } from '../api-state.ts';
import type { PrivateDomain } from '../../core/events/request-facts.ts';
import type { ControlResource } from '../control-resource.ts';
import type { DefinedDomain, Mapping } from './domains.ts';
import type { MutualTls, TruststoreSource } from './mutual-tls.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';

type Draft = {
  readonly properties: JsonObject;
  readonly mappings: Map<string, Mapping>;
  readonly rules: RoutingRule[];
  readonly closedBecause?: string | undefined;
  readonly truststore?: Truststore | undefined;
  readonly access?: PrivateDomain | undefined;
};

const HOST_NAME = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

export const SINGLE_LEVEL =
  "API Gateway V1 doesn't support the slash character (/) in base path mappings. " +
  'To create a multi-level base path mapping, use API Gateway V2.';

export const SEVERAL_LEVELS =
  'A base path of several levels needs a Regional domain name with the security policy TLS_1_2';
export const ONLY_ONE = 'Only one base path mapping is allowed if the base path is empty.';

/**
 * Returns whether API Gateway refuses a V1 base path because of the domain's other base paths (aws/aws-cdk#9581,
 * aws/aws-cdk#17915, amplify-education/serverless-domain-manager#179).
 */
export function refusesBeside(others: readonly string[], basePath: string): boolean {
  return others.length > 0 && !others.includes(basePath) && (basePath === '' || others.includes(''));
}

export const MIXTURE = 'A domain name of WebSocket APIs cannot have mappings to REST or HTTP APIs';

/**
 * Reads the custom domains.
 * @throws DefinitionError for a definition that AWS refuses, if no fault is tolerated
 */
export function readDomains(
  stacks: readonly ResolvedStack[],
  findApi: (apiId: string) => ApiState | undefined,
  tolerance: Tolerance = REFUSING,
  vpcEndpoints: ReadonlyMap<string, string> = new Map(),
  truststores: TruststoreSource = NO_TRUSTSTORES,
): readonly DefinedDomain[] {
  const drafts = new Map<string, Draft>();
  const each = (type: string, consequence: string, read: (item: ControlResource) => void): void => {
    for (const item of ofType(stacks, type))
      tolerance.attempt(
        consequence,
        () => {
          read(requireValid(item));
        },
        () => undefined,
      );
  };
  /** The base paths of V1 mappings by domain. V2 mappings may be combined with any of them. */
  const basePaths = new Map<string, readonly string[]>();
  const noDomain = 'the domain is not served';
  const noMapping = 'the domain is not served at this path';
  each('AWS::ApiGateway::DomainName', noDomain, (item) => {
    notePolicy(item, textOf(item.properties, 'SecurityPolicy'), tolerance);
    addDomain(drafts, item, item.properties, readMutualTls(item, truststores, tolerance));
  });
  each('AWS::ApiGatewayV2::DomainName', noDomain, (item) => {
    const properties = toFirstVersion(item.properties);
    notePolicy(item, textOf(properties, 'SecurityPolicy'), tolerance);
    addDomain(drafts, item, properties, readMutualTls(item, truststores, tolerance));
  });
  for (const { item, access } of findPrivateDomains(stacks, vpcEndpoints, tolerance))
    tolerance.attempt(
      noDomain,
      () => addDomain(drafts, item, item.properties, {}, access),
      () => undefined,
    );
  each('AWS::ApiGateway::BasePathMapping', noMapping, (item) => {
    addBasePath(drafts, item, basePaths, findApi);
  });
  each('AWS::ApiGateway::BasePathMappingV2', noMapping, (item) => {
    addPrivateMapping(drafts, item, findApi);
  });
  each('AWS::ApiGatewayV2::ApiMapping', noMapping, (item) => {
    const mapping = { apiId: readText(item, 'ApiId'), stage: readText(item, 'Stage') };
    checkTarget(item, 'ApiId', { ...mapping, stage: '' }, findApi);
    refuseMixture(drafts, item, mapping, findApi);
    checkTarget(item, 'ApiId', mapping, findApi);
    addMapping(drafts, item, 'ApiMappingKey', readText(item, 'ApiMappingKey', ''), mapping);
  });
  each('AWS::ApiGatewayV2::RoutingRule', 'the rule has no effect', (item) => {
    addRule(draftOf(drafts, domainOfArn(item)), item, readRoutingRule(item, findApi));
  });
  return [...drafts].map(([name, draft]) => ({ name, ...draft, rules: byPriority(draft.rules) }));
}

function addBasePath(
  drafts: Map<string, Draft>,
  item: ControlResource,
  basePaths: Map<string, readonly string[]>,
  findApi: (apiId: string) => ApiState | undefined,
): void {
  const basePath = readNone(readText(item, 'BasePath', ''));
  if (basePath.includes('/')) throw new DefinitionError(item.place('BasePath'), SINGLE_LEVEL);
  const mapping = { apiId: readText(item, 'RestApiId', ''), stage: readNone(readText(item, 'Stage', '')) };
  checkTarget(item, 'RestApiId', mapping, findApi);
  const others = basePaths.get(readName(item)) ?? [];
  if (refusesBeside(others, basePath)) throw new DefinitionError(item.place('BasePath'), ONLY_ONE);
  addMapping(drafts, item, 'BasePath', basePath, mapping);
  basePaths.set(readName(item), [...others, basePath]);
}

function addPrivateMapping(
  drafts: Map<string, Draft>,
  item: ControlResource,
  findApi: (apiId: string) => ApiState | undefined,
): void {
  const basePath = readNone(readText(item, 'BasePath', ''));
  const mapping = { apiId: readText(item, 'RestApiId', ''), stage: readNone(readText(item, 'Stage', '')) };
  checkTarget(item, 'RestApiId', mapping, findApi);
  const name = domainOfArn(item);
  if (drafts.get(name)?.access === undefined)
    throw new DefinitionError(
      item.place('DomainNameArn'),
      `no loaded stack contains the private domain ${name}, whose policy is required`,
    );
  if (findApi(mapping.apiId)?.identity.endpointType !== 'PRIVATE')
    throw new DefinitionError(item.place('RestApiId'), 'A private domain name supports only private APIs');
  addMapping(drafts, item, 'BasePath', basePath, mapping, name);
}

function ofType(stacks: readonly ResolvedStack[], type: string): readonly ControlResource[] {
  return resourcesOf(stacks, [type]).map(toControlResource);
}

function addDomain(
  drafts: Map<string, Draft>,
  item: ControlResource,
  properties: JsonObject,
  mutualTls: MutualTls,
  access?: PrivateDomain,
): void {
  const name = readName(item);
  if (drafts.has(name))
    throw new DefinitionError(item.place('DomainName'), 'The domain name you provided already exists.');
  drafts.set(name, {
    properties,
    mappings: new Map(),
    rules: [],
    ...mutualTls,
    ...(access !== undefined && { access }),
  });
}

function readName(item: ControlResource): string {
  const name = readText(item, 'DomainName').toLowerCase();
  if (isDomainName(name)) return name;
  throw new DefinitionError(item.place('DomainName'), `Invalid domain name: ${name}`);
}

/**
 * Returns whether the text is a host name with at least two labels, which `*.` may precede. AWS's own API hosts are
 * excluded, because such a domain would receive another API's requests.
 */
export function isDomainName(text: string): boolean {
  return (
    text.length <= 253 && HOST_NAME.test(text) && readApiIdFromHost(text.replace('*', 'x')) === undefined
  );
}

/** Returns the properties of a V2 domain under V1 names. AWS accepts only one configuration, so the first is used. */
export function toFirstVersion(properties: JsonObject): JsonObject {
  const [first] = listOf(properties, 'DomainNameConfigurations');
  const configuration = mapOf({ first: first ?? null }, 'first');
  const mutualTls = properties['MutualTlsAuthentication'];
  return {
    DomainName: properties['DomainName'] ?? '',
    EndpointConfiguration: { Types: [textOf(configuration, 'EndpointType') || 'REGIONAL'] },
    RegionalCertificateArn: textOf(configuration, 'CertificateArn'),
    SecurityPolicy: textOf(configuration, 'SecurityPolicy') || 'TLS_1_2',
    ...(mutualTls !== undefined && mutualTls !== null && { MutualTlsAuthentication: mutualTls }),
    ...(properties['RoutingMode'] !== undefined && { RoutingMode: properties['RoutingMode'] }),
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
  const domain = draftOf(drafts, name);
  if (domain.mappings.has(basePath))
    throw new DefinitionError(item.place(property), 'Base path already exists for this domain name');
  if (basePath.includes('/') && !hasMultiLevelPaths(domain.properties))
    throw property === 'ApiMappingKey' &&
      listOf(mapOf(domain.properties, 'EndpointConfiguration'), 'Types').includes('EDGE')
      ? new DefinitionError(item.place('DomainName'), NOT_EDGE)
      : new DefinitionError(item.place(property), SEVERAL_LEVELS);
  domain.mappings.set(basePath, mapping);
}

/**
 * Returns the draft of a domain, or creates it. The domain itself may belong to a stack that is not loaded, but
 * requests only need its mappings.
 */
function draftOf(drafts: Map<string, Draft>, name: string): Draft {
  const known = drafts.get(name);
  if (known !== undefined) return known;
  // The routing mode of this domain is unknown. If rules exist, they take precedence over the mappings.
  const properties = { DomainName: name, RoutingMode: 'ROUTING_RULE_THEN_API_MAPPING' };
  const draft = { properties, mappings: new Map<string, Mapping>(), rules: [] };
  drafts.set(name, draft);
  return draft;
}

function addRule({ properties, rules }: Draft, item: ControlResource, rule: RoutingRule): void {
  if (rules.some(({ priority }) => priority === rule.priority))
    throw new DefinitionError(item.place('Priority'), 'Another rule of the domain has this priority');
  if (routingModeOf(properties) === 'mappings')
    throw new DefinitionError(
      item.place('DomainNameArn'),
      'The routing mode of the domain does not use rules: set ROUTING_RULE_ONLY or ROUTING_RULE_THEN_API_MAPPING',
    );
  rules.push(rule);
}

export function hasMultiLevelPaths(properties: JsonObject): boolean {
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
  if (stage !== '' && api.stage(stage) === undefined)
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
