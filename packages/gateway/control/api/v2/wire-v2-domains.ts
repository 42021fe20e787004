/** Custom domains and API mappings in apigatewayv2. REST base path mappings belong to the same domains. */
import { changeDomain, createDomain, getDomain } from '../../domains/edit-domains.ts';
import { findMappingById, mappingIdOf, putV2Mapping } from '../../domains/edit-v2-mappings.ts';
import { toFirstVersion } from '../../domains/read-domains.ts';
import { isJsonObject, listOf, mapOf, textOf, without } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import {
  distributionDomainName,
  EDGE_ZONE,
  REGIONAL_ZONE,
  regionalDomainName,
} from '../../resource-types/domain-addresses.ts';
import { DOMAIN_TYPES, MUTUAL_TLS } from '../../resource-types/domain-types.ts';
import { fieldsOf } from '../../resource-types/fields.ts';
import { readFields, showFields } from '../rest/field-table.ts';
import { objectList, optionalText, requiredText } from '../rest/wire-shape.ts';
import { refuseUnenforced, requireMembers, v2Collection } from './v2-wire.ts';
import { routingRuleRoutes } from './wire-routing-rules.ts';
import type { Domain, Mapping } from '../../domains/domains.ts';
import type { RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

const DOMAINS = '/v2/domainnames';
const DOMAIN = `${DOMAINS}/{domainName}`;
const MAPPINGS = `${DOMAIN}/apimappings`;
const MAPPING = `${MAPPINGS}/{apiMappingId}`;
const ID_LENGTH = 6;

const CONFIGURATION = fieldsOf(
  'certificateArn certificateName endpointType securityPolicy ipAddressType ownershipVerificationCertificateArn',
);
const FIELDS = DOMAIN_TYPES['AWS::ApiGatewayV2::DomainName'].fields;

export function v2DomainRoutes(control: RestControl): readonly WireRoute[] {
  return [...domainRoutes(control), ...mappingRoutes(control), ...routingRuleRoutes(control)];
}

function domainRoutes({ apis }: RestControl): readonly WireRoute[] {
  const { domains, account } = apis;
  const get = ({ path }: WireCall): Domain => getDomain(domains, path('domainName'));
  return v2Collection({
    all: DOMAINS,
    one: DOMAIN,
    show: showDomain,
    create(call) {
      requireMembers(call.body, ['domainName', 'domainNameConfigurations']);
      const name = requiredText(call.body, 'domainName');
      return createDomain(domains, name, readDomain(call, {}), account);
    },
    list: () => domains.all,
    get,
    change(call) {
      const domain = get(call);
      return changeDomain(domains, domain, readDomain(call, domain.properties), account);
    },
    remove(call) {
      domains.delete(get(call).name);
    },
  });
}

/**
 * Reads a domain into the form of a REST domain, in which all domains are stored.
 * @throws ControlError for properties that would not be enforced
 */
function readDomain({ body }: WireCall, before: JsonObject): JsonObject {
  const named = readFields(body, FIELDS);
  refuseUnenforced('AWS::ApiGatewayV2::DomainName', named);
  const configurations = objectList(body, 'domainNameConfigurations').map((one) =>
    readFields(one, CONFIGURATION),
  );
  const Tags = named['Tags'] ?? before['Tags'] ?? {};
  const kept: Record<string, Json> = { Tags };
  for (const name of ['RoutingMode', 'MutualTlsAuthentication']) {
    const value = named[name] ?? before[name];
    // An empty URI disables mutual TLS.
    if (value !== undefined && (!isJsonObject(value) || value['TruststoreUri'] !== '')) kept[name] = value;
  }
  if (configurations.length === 0 && Object.keys(before).length > 0)
    return { ...without(before, 'RoutingMode', 'MutualTlsAuthentication'), ...kept };
  const more: Record<string, Json> = {};
  for (const name of ['CertificateName', 'OwnershipVerificationCertificateArn', 'IpAddressType']) {
    const value = configurations[0]?.[name];
    if (value !== undefined) more[name] = value;
  }
  return { ...toFirstVersion({ DomainNameConfigurations: configurations }), ...more, ...kept };
}

function showDomain({ name, properties }: Domain, { region }: WireCall): object {
  const [endpointType = 'REGIONAL'] = listOf(mapOf(properties, 'EndpointConfiguration'), 'Types');
  const isEdge = endpointType === 'EDGE';
  const certificateArn = textOf(properties, 'RegionalCertificateArn') || textOf(properties, 'CertificateArn');
  return {
    domainName: name,
    apiMappingSelectionExpression: '$request.basepath',
    domainNameArn: `arn:aws:apigateway:${region}::/domainnames/${name}`,
    domainNameConfigurations: [
      {
        apiGatewayDomainName: isEdge ? distributionDomainName(name) : regionalDomainName(name, region),
        hostedZoneId: isEdge ? EDGE_ZONE : REGIONAL_ZONE,
        endpointType,
        domainNameStatus: 'AVAILABLE',
        ipAddressType: 'ipv4',
        securityPolicy: 'TLS_1_2',
        ...showFields(properties, CONFIGURATION),
        certificateArn: certificateArn || undefined,
      },
    ],
    ...showFields(properties, [MUTUAL_TLS]),
    routingMode: textOf(properties, 'RoutingMode').replace('BASE_PATH', 'API') || 'API_MAPPING_ONLY',
    tags: mapOf(properties, 'Tags'),
  };
}

type PlacedMapping = { readonly domain: Domain; readonly key: string; readonly mapping: Mapping };

function mappingRoutes({ apis, random }: RestControl): readonly WireRoute[] {
  const { domains } = apis;
  const domainOf = ({ path }: WireCall): Domain => getDomain(domains, path('domainName'));
  const find = (call: WireCall): PlacedMapping => {
    const domain = domainOf(call);
    const [key, mapping] = findMappingById(domain, call.path('apiMappingId'));
    return { domain, key, mapping };
  };
  const put = (placed: PlacedMapping, from?: string): PlacedMapping => {
    putV2Mapping(domains, (apiId) => apis.state(apiId), placed.domain, placed.key, placed.mapping, from);
    return placed;
  };
  return v2Collection({
    all: MAPPINGS,
    one: MAPPING,
    show: showMapping,
    create(call) {
      const [domain, key] = [domainOf(call), optionalText(call.body, 'apiMappingKey') ?? ''];
      const mapping = {
        apiId: requiredText(call.body, 'apiId'),
        stage: requiredText(call.body, 'stage'),
        id: random.hex(ID_LENGTH),
      };
      return put({ domain, key, mapping });
    },
    list(call) {
      const domain = domainOf(call);
      return [...domain.mappings].map(([key, mapping]) => ({ domain, key, mapping }));
    },
    get: find,
    change(call) {
      const { domain, key: from, mapping: before } = find(call);
      const key = optionalText(call.body, 'apiMappingKey') ?? from;
      const mapping = {
        id: mappingIdOf(domain, from, before),
        apiId: optionalText(call.body, 'apiId') ?? before.apiId,
        stage: optionalText(call.body, 'stage') ?? before.stage,
      };
      return put({ domain, key, mapping }, from);
    },
    remove(call) {
      const { domain, key } = find(call);
      const mappings = new Map([...domain.mappings].filter(([other]) => other !== key));
      domains.put({ ...domain, mappings });
    },
  });
}

function showMapping({ domain, key, mapping }: PlacedMapping): object {
  const { apiId, stage } = mapping;
  return { apiId, stage, apiMappingId: mappingIdOf(domain, key, mapping), apiMappingKey: key };
}
