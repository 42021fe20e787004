/** Custom domains and API mappings over apigatewayv2, on the same domains as REST's base path mappings. */
import { changeDomain, createDomain, getDomain } from '../../control/edit-domains.ts';
import { findMappingById, mappingIdOf, putV2Mapping } from '../../control/edit-v2-mappings.ts';
import { toFirstVersion } from '../../control/read-domains.ts';
import { listOf, mapOf, textOf, without } from '../../control/resource-properties.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import { makeId } from '../../definition/cloudformation/physical-ids.ts';
import { jsonReply } from '../../control-port/control-request.ts';
import { DOMAIN_TYPES, MUTUAL_TLS } from '../../definition/api-types/domain-types.ts';
import { fieldsOf } from '../../definition/api-types/fields.ts';
import { readFields, showFields } from '../rest-apis/field-table.ts';
import { emptyReply } from '../rest-apis/wire-router.ts';
import { objectList, optionalText, requiredText } from '../rest-apis/wire-shape.ts';
import { pageReply, refuseUnenforced, requireMembers } from './v2-wire.ts';
import { routingRuleRoutes } from './wire-routing-rules.ts';
import type { Domain, Mapping } from '../../control/domains.ts';
import type { Json, JsonObject } from '../../definition/model.ts';
import type { ControlReply } from '../../control-port/control-request.ts';
import type { RestControl } from '../rest-apis/wire-api.ts';
import type { WireCall, WireRoute } from '../rest-apis/wire-router.ts';

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
  return [
    {
      method: 'POST',
      path: DOMAINS,
      serve(call) {
        requireMembers(call.body, ['domainName', 'domainNameConfigurations']);
        const name = requiredText(call.body, 'domainName');
        return jsonReply(201, showDomain(createDomain(domains, name, readDomain(call, {}), account), call));
      },
    },
    {
      method: 'GET',
      path: DOMAINS,
      serve: (call) =>
        pageReply(
          domains.all.map((domain) => showDomain(domain, call)),
          call.query,
        ),
    },
    {
      method: 'GET',
      path: DOMAIN,
      serve: (call) => jsonReply(200, showDomain(getDomain(domains, call.path('domainName')), call)),
    },
    {
      method: 'PATCH',
      path: DOMAIN,
      serve(call) {
        const domain = getDomain(domains, call.path('domainName'));
        const properties = readDomain(call, domain.properties);
        const changed = changeDomain(domains, domain, properties, account);
        return jsonReply(200, showDomain(changed, call));
      },
    },
    {
      method: 'DELETE',
      path: DOMAIN,
      serve(call) {
        domains.delete(getDomain(domains, call.path('domainName')).name);
        return emptyReply(204);
      },
    },
  ];
}

/** In the form of REST's domains, in which all are kept. @throws ControlError for what would not be enforced */
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
    // An empty URI takes mutual TLS off the domain.
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
        apiGatewayDomainName: isEdge
          ? `${makeId(13, name)}.cloudfront.net`
          : `d-${makeId(10, name)}.execute-api.localhost`,
        hostedZoneId: isEdge ? 'Z2FDTNDATAQYW2' : 'Z1UJRXOUMOOFQ8',
        ...{ endpointType, domainNameStatus: 'AVAILABLE', ipAddressType: 'ipv4', securityPolicy: 'TLS_1_2' },
        ...showFields(properties, CONFIGURATION),
        certificateArn: certificateArn || undefined,
      },
    ],
    ...showFields(properties, [MUTUAL_TLS]),
    routingMode: textOf(properties, 'RoutingMode').replace('BASE_PATH', 'API') || 'API_MAPPING_ONLY',
    tags: mapOf(properties, 'Tags'),
  };
}

function mappingRoutes({ apis, random }: RestControl): readonly WireRoute[] {
  const { domains } = apis;
  const domainOf = ({ path }: WireCall): Domain => getDomain(domains, path('domainName'));
  const put: PutMapping = (...mapping) => {
    putV2Mapping(domains, (apiId) => apis.state(apiId), ...mapping);
  };
  return [
    {
      method: 'POST',
      path: MAPPINGS,
      serve(call) {
        const [domain, key] = [domainOf(call), optionalText(call.body, 'apiMappingKey') ?? ''];
        const mapping = {
          ...{ apiId: requiredText(call.body, 'apiId'), stage: requiredText(call.body, 'stage') },
          id: random.hex(ID_LENGTH),
        };
        put(domain, key, mapping);
        return jsonReply(201, showMapping(domain, key, mapping));
      },
    },
    {
      method: 'GET',
      path: MAPPINGS,
      serve(call) {
        const domain = domainOf(call);
        const all = [...domain.mappings].map(([key, mapping]) => showMapping(domain, key, mapping));
        return pageReply(all, call.query);
      },
    },
    {
      method: 'GET',
      path: MAPPING,
      serve(call) {
        const domain = domainOf(call);
        const [key, mapping] = findMappingById(domain, call.path('apiMappingId'));
        return jsonReply(200, showMapping(domain, key, mapping));
      },
    },
    {
      method: 'PATCH',
      path: MAPPING,
      serve: (call) => changeMapping(call, domainOf(call), put),
    },
    {
      method: 'DELETE',
      path: MAPPING,
      serve(call) {
        const domain = domainOf(call);
        const [key] = findMappingById(domain, call.path('apiMappingId'));
        const mappings = new Map([...domain.mappings].filter(([other]) => other !== key));
        domains.put({ ...domain, mappings });
        return emptyReply(204);
      },
    },
  ];
}

type PutMapping = (domain: Domain, key: string, mapping: Mapping, from?: string) => void;

function changeMapping(call: WireCall, domain: Domain, put: PutMapping): ControlReply {
  const [from, before] = findMappingById(domain, call.path('apiMappingId'));
  const key = optionalText(call.body, 'apiMappingKey') ?? from;
  const mapping = {
    id: mappingIdOf(domain, from, before),
    apiId: optionalText(call.body, 'apiId') ?? before.apiId,
    stage: optionalText(call.body, 'stage') ?? before.stage,
  };
  put(domain, key, mapping, from);
  return jsonReply(200, showMapping(domain, key, mapping));
}

function showMapping(domain: Domain, key: string, mapping: Mapping): object {
  const { apiId, stage } = mapping;
  return { apiId, stage, apiMappingId: mappingIdOf(domain, key, mapping), apiMappingKey: key };
}
