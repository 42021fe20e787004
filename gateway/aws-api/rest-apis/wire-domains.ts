/**
 * Custom domains and base path mappings over AWS's REST API. What would be taken and forgotten is refused.
 */
import { badRequest } from '../../control/control-error.ts';
import {
  changeDomain,
  createDomain,
  createMapping,
  deleteMapping,
  getDomain,
  getMapping,
  moveMapping,
} from '../../control/edit-domains.ts';
import { readPatch } from '../../control/patch.ts';
import { ROUTING_MODES } from '../../control/read-routing-rules.ts';
import { listOf, mapOf, textOf, without } from '../../control/resource-properties.ts';
import { ROOT_BASE_PATH } from '../../control/serve-domain.ts';
import { makeId } from '../../definition/cloudformation/physical-ids.ts';
import { jsonReply } from '../../control-port/control-request.ts';
import { DOMAIN_TYPES, MUTUAL_TLS } from '../../definition/api-types/domain-types.ts';
import { readFields, replaceRule, showFields } from './field-table.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { epochSeconds, optionalObject, optionalText, requiredText, textMap } from './wire-shape.ts';
import type { Domain, Mapping } from '../../control/domains.ts';
import type { PatchRule } from '../../control/patch.ts';
import type { JsonObject } from '../../definition/model.ts';
import type { ControlReply } from '../../control-port/control-request.ts';
import type { ApiDirectory, RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const DOMAIN = '/domainnames/{domainName}';
const MAPPINGS = `${DOMAIN}/basepathmappings`;
const MAPPING = `${MAPPINGS}/{basePath}`;

const { fields: FIELDS } = DOMAIN_TYPES['AWS::ApiGateway::DomainName'];
const USUAL_POLICY = 'TLS_1_2';
const USUAL_MODE = 'BASE_PATH_MAPPING_ONLY';

/** What a caller may ask of a domain and would not get. */
const REFUSED = ['policy', 'certificateBody', 'certificatePrivateKey', 'certificateChain'];

export function domainRoutes(control: RestControl): readonly WireRoute[] {
  return [...plainDomainRoutes(control), ...mappingRoutes(control)];
}

function plainDomainRoutes({ apis }: RestControl): readonly WireRoute[] {
  const { domains, account } = apis;
  return [
    {
      method: 'POST',
      path: '/domainnames',
      serve({ body }) {
        const name = requiredText(body, 'domainName');
        const domain = createDomain(domains, name, readDomain(body), account);
        return jsonReply(201, showDomain(domain));
      },
    },
    {
      method: 'GET',
      path: '/domainnames',
      serve: ({ query }) => listReply(domains.all.map(showDomain), query),
    },
    {
      method: 'GET',
      path: DOMAIN,
      serve: (call) => jsonReply(200, showDomain(getDomain(domains, call.path('domainName')))),
    },
    {
      method: 'PATCH',
      path: DOMAIN,
      serve(call) {
        const domain = getDomain(domains, call.path('domainName'));
        const patch = readPatch(call.body, 'updateDomainNameInput', DOMAIN_RULES);
        const properties = patch(domain.properties);
        return jsonReply(200, showDomain(changeDomain(domains, domain, properties, account)));
      },
    },
    {
      method: 'DELETE',
      path: DOMAIN,
      serve(call) {
        domains.delete(getDomain(domains, call.path('domainName')).name);
        return emptyReply(202);
      },
    },
  ];
}

function readDomain(body: WireCall['body']): JsonObject {
  for (const name of REFUSED)
    if (body[name] !== undefined && body[name] !== null)
      throw badRequest(`${name} is not enforced here: certificates are made by the local CA. Leave it out`);
  const routingMode = optionalText(body, 'routingMode');
  if (routingMode !== undefined && !ROUTING_MODES.includes(routingMode))
    throw badRequest(`Invalid routing mode: ${routingMode}`);
  const types = optionalObject(body, 'endpointConfiguration')?.['types'];
  const Types = Array.isArray(types) ? types.map(String) : ['EDGE'];
  if (Types.includes('PRIVATE')) throw badRequest('Private custom domain names are not served here');
  return {
    ...readFields(body, [...FIELDS, MUTUAL_TLS]),
    EndpointConfiguration: { Types },
    Tags: textMap(body, 'tags'),
  };
}

const DOMAIN_RULES: readonly PatchRule<JsonObject>[] = [
  ...FIELDS.map(replaceRule),
  ...['truststoreUri', 'truststoreVersion'].map(truststoreRule),
];

/** `replace /mutualTlsAuthentication/truststoreUri`; an empty URI takes mutual TLS off the domain. */
function truststoreRule(name: string): PatchRule<JsonObject> {
  const property = name.replace('t', 'T');
  return {
    path: `/mutualTlsAuthentication/${name}`,
    on: {
      replace(target, { value }) {
        const written = { ...mapOf(target, 'MutualTlsAuthentication'), [property]: value };
        return written['TruststoreUri'] === ''
          ? without(target, 'MutualTlsAuthentication')
          : { ...target, MutualTlsAuthentication: written };
      },
    },
  };
}

function showDomain({ name, properties, createdAtEpochMs }: Domain): object {
  const [type = 'REGIONAL'] = listOf(mapOf(properties, 'EndpointConfiguration'), 'Types');
  const tags = mapOf(properties, 'Tags');
  return {
    domainName: name,
    ...showFields(properties, FIELDS),
    ...(type === 'EDGE'
      ? {
          distributionDomainName: `${makeId(13, name)}.cloudfront.net`,
          distributionHostedZoneId: 'Z2FDTNDATAQYW2',
        }
      : {
          regionalDomainName: `d-${makeId(10, name)}.execute-api.localhost`,
          regionalHostedZoneId: 'Z1UJRXOUMOOFQ8',
        }),
    certificateUploadDate: type === 'EDGE' ? epochSeconds(createdAtEpochMs) : undefined,
    domainNameStatus: 'AVAILABLE',
    endpointConfiguration: { types: [type], ipAddressType: 'ipv4' },
    securityPolicy: textOf(properties, 'SecurityPolicy') || USUAL_POLICY,
    routingMode: textOf(properties, 'RoutingMode').replace('API_MAPPING', 'BASE_PATH_MAPPING') || USUAL_MODE,
    ...showFields(properties, [MUTUAL_TLS]),
    tags: Object.keys(tags).length === 0 ? undefined : tags,
  };
}

function mappingRoutes({ apis }: RestControl): readonly WireRoute[] {
  const { domains } = apis;
  const findApi: Parameters<typeof createMapping>[4] = (apiId) => apis.state(apiId);
  return [
    {
      method: 'POST',
      path: MAPPINGS,
      serve(call) {
        const domain = getDomain(domains, call.path('domainName'));
        const basePath = readBasePath(optionalText(call.body, 'basePath') ?? '');
        const mapping = {
          apiId: requiredText(call.body, 'restApiId'),
          stage: optionalText(call.body, 'stage') ?? '',
        };
        createMapping(domains, domain, basePath, mapping, findApi);
        return jsonReply(201, showMapping(basePath, mapping));
      },
    },
    {
      method: 'GET',
      path: MAPPINGS,
      serve(call) {
        const { mappings } = getDomain(domains, call.path('domainName'));
        return listReply(
          [...mappings].map(([basePath, mapping]) => showMapping(basePath, mapping)),
          call.query,
        );
      },
    },
    {
      method: 'GET',
      path: MAPPING,
      serve(call) {
        const basePath = readBasePath(call.path('basePath'));
        const mapping = getMapping(getDomain(domains, call.path('domainName')), basePath);
        return jsonReply(200, showMapping(basePath, mapping));
      },
    },
    {
      method: 'PATCH',
      path: MAPPING,
      serve: (call) => changeMapping(call, apis),
    },
    {
      method: 'DELETE',
      path: MAPPING,
      serve(call) {
        const domain = getDomain(domains, call.path('domainName'));
        deleteMapping(domains, domain, readBasePath(call.path('basePath')));
        return emptyReply(202);
      },
    },
  ];
}

function changeMapping(call: WireCall, apis: ApiDirectory): ControlReply {
  const { domains } = apis;
  const domain = getDomain(domains, call.path('domainName'));
  const from = readBasePath(call.path('basePath'));
  const patch = readPatch(call.body, 'updateBasePathMappingInput', MAPPING_RULES);
  const { basePath, ...mapping } = patch({ basePath: from, ...getMapping(domain, from) });
  moveMapping(domains, domain, from, basePath, mapping, (apiId) => apis.state(apiId));
  return jsonReply(200, showMapping(basePath, mapping));
}

/** AWS shows the empty base path by a name, and takes both. */
function readBasePath(text: string): string {
  return text === ROOT_BASE_PATH ? '' : text;
}

function showMapping(basePath: string, { apiId, stage }: Mapping): object {
  return {
    basePath: basePath === '' ? ROOT_BASE_PATH : basePath,
    restApiId: apiId,
    stage: stage || undefined,
  };
}

type MappingEdit = Mapping & { readonly basePath: string };

/** `/restapiId` is AWS's own spelling. */
const MAPPING_RULES: readonly PatchRule<MappingEdit>[] = [
  { path: '/basePath', on: { replace: (edit, { value }) => ({ ...edit, basePath: readBasePath(value) }) } },
  { path: '/stage', on: { replace: (edit, { value }) => ({ ...edit, stage: value }) } },
  { path: '/restapiId', on: { replace: (edit, { value }) => ({ ...edit, apiId: value }) } },
];
