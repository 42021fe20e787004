/** Custom domains and base path mappings in AWS's REST API. Settings that would have no effect are refused. */
import { badRequest } from '../../control-error.ts';
import {
  changeDomain,
  createDomain,
  createMapping,
  deleteMapping,
  getDomain,
  getMapping,
  moveMapping,
} from '../../domains/edit-domains.ts';
import { readPatch } from '../../edits/patch.ts';
import { ROUTING_MODES } from '../../domains/read-routing-rules.ts';
import { partitionOf } from '@gatewright/aws/arn';
import { listOf, mapOf, textOf, without } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { NONE, readNone } from '../../../core/routing/base-path.ts';
import {
  distributionDomainName,
  EDGE_ZONE,
  REGIONAL_ZONE,
  regionalDomainName,
} from '../../resource-types/domain-addresses.ts';
import { DOMAIN_TYPES, MUTUAL_TLS } from '../../resource-types/domain-types.ts';
import { readFields, replaceRule, showFields } from './field-table.ts';
import { collectionRoutes } from './wire-collection.ts';
import { epochSeconds, optionalObject, optionalText, requiredText, textMap } from './wire-shape.ts';
import type { Domain, Mapping } from '../../domains/domains.ts';
import type { PatchRule } from '../../edits/patch.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const DOMAIN = '/domainnames/{domainName}';
const MAPPINGS = `${DOMAIN}/basepathmappings`;
const MAPPING = `${MAPPINGS}/{basePath}`;

const { fields: FIELDS } = DOMAIN_TYPES['AWS::ApiGateway::DomainName'];
const USUAL_POLICY = 'TLS_1_2';
const USUAL_MODE = 'BASE_PATH_MAPPING_ONLY';

const REFUSED = ['policy', 'certificateBody', 'certificatePrivateKey', 'certificateChain'];

export function domainRoutes(control: RestControl): readonly WireRoute[] {
  return [...plainDomainRoutes(control), ...mappingRoutes(control)];
}

function plainDomainRoutes({ apis }: RestControl): readonly WireRoute[] {
  const { domains, account } = apis;
  const get = ({ path }: WireCall): Domain => getDomain(domains, path('domainName'));
  return collectionRoutes({
    all: '/domainnames',
    one: DOMAIN,
    show: showDomain,
    create: ({ body }) => createDomain(domains, requiredText(body, 'domainName'), readDomain(body), account),
    // The gateway has only one account, so no other account shares a domain with it.
    list: ({ query }) => (query.get('resourceOwner') === 'OTHER_ACCOUNTS' ? [] : domains.all),
    get,
    change(call) {
      const domain = get(call);
      const patch = readPatch(call.body, 'updateDomainNameInput', DOMAIN_RULES);
      return changeDomain(domains, domain, patch(domain.properties), account);
    },
    remove(call) {
      domains.delete(get(call).name);
    },
  });
}

function readDomain(body: WireCall['body']): JsonObject {
  for (const name of REFUSED)
    if (body[name] !== undefined && body[name] !== null)
      throw badRequest(
        `${name} has no effect in the gateway, because the local CA issues the certificates; omit this member`,
      );
  const routingMode = optionalText(body, 'routingMode');
  if (routingMode !== undefined && !ROUTING_MODES.includes(routingMode))
    throw badRequest(`Invalid routing mode: ${routingMode}`);
  const types = optionalObject(body, 'endpointConfiguration')?.['types'];
  const Types = Array.isArray(types) ? types.map(String) : ['EDGE'];
  if (Types.includes('PRIVATE'))
    throw badRequest(
      'The gateway cannot create private custom domain names with API calls; define an AWS::ApiGateway::DomainNameV2 in a template',
    );
  return {
    ...readFields(body, [...FIELDS, MUTUAL_TLS]),
    EndpointConfiguration: { Types },
    Tags: textMap(body, 'tags'),
  };
}

const DOMAIN_RULES: readonly PatchRule<JsonObject>[] = [
  ...FIELDS.map((one) => replaceRule(one)),
  ...['truststoreUri', 'truststoreVersion'].map(truststoreRule),
];

/** Creates a rule such as `replace /mutualTlsAuthentication/truststoreUri`. An empty URI disables mutual TLS. */
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

function showDomain({ name, properties, createdAtEpochMs }: Domain, { region }: WireCall): object {
  const [type = 'REGIONAL'] = listOf(mapOf(properties, 'EndpointConfiguration'), 'Types');
  const tags = mapOf(properties, 'Tags');
  return {
    domainName: name,
    ...showFields(properties, FIELDS),
    ...(type === 'EDGE'
      ? {
          distributionDomainName: distributionDomainName(name),
          distributionHostedZoneId: EDGE_ZONE,
        }
      : {
          domainNameArn: `arn:${partitionOf(region)}:apigateway:${region}::/domainnames/${name}`,
          regionalDomainName: regionalDomainName(name, region),
          regionalHostedZoneId: REGIONAL_ZONE,
        }),
    certificateUploadDate: epochSeconds(createdAtEpochMs),
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
  const domainOf = ({ path }: WireCall): Domain => getDomain(domains, path('domainName'));
  return collectionRoutes<MappingEdit>({
    all: MAPPINGS,
    one: MAPPING,
    show: showMapping,
    create(call) {
      const domain = domainOf(call);
      const basePath = readNone(optionalText(call.body, 'basePath') ?? '');
      const mapping = {
        apiId: requiredText(call.body, 'restApiId'),
        stage: readNone(optionalText(call.body, 'stage') ?? ''),
      };
      createMapping(domains, domain, basePath, mapping, findApi);
      return { basePath, ...mapping };
    },
    list: (call) => [...domainOf(call).mappings].map(([basePath, mapping]) => ({ basePath, ...mapping })),
    get(call) {
      const basePath = readNone(call.path('basePath'));
      return { basePath, ...getMapping(domainOf(call), basePath) };
    },
    change(call) {
      const domain = domainOf(call);
      const from = readNone(call.path('basePath'));
      const patch = readPatch(call.body, 'updateBasePathMappingInput', MAPPING_RULES);
      const changed = patch({ basePath: from, ...getMapping(domain, from) });
      const { basePath, ...mapping } = changed;
      moveMapping(domains, domain, from, basePath, mapping, findApi);
      return changed;
    },
    remove(call) {
      deleteMapping(domains, domainOf(call), readNone(call.path('basePath')));
    },
  });
}

function showMapping({ basePath, apiId, stage }: MappingEdit): object {
  return {
    basePath: basePath === '' ? NONE : basePath,
    restApiId: apiId,
    stage: stage || undefined,
  };
}

type MappingEdit = Mapping & { readonly basePath: string };

/** The path `/restapiId` is AWS's own spelling. */
const MAPPING_RULES: readonly PatchRule<MappingEdit>[] = [
  { path: '/basePath', on: { replace: (edit, { value }) => ({ ...edit, basePath: readNone(value) }) } },
  { path: '/stage', on: { replace: (edit, { value }) => ({ ...edit, stage: readNone(value) }) } },
  { path: '/restapiId', on: { replace: (edit, { value }) => ({ ...edit, apiId: value }) } },
];
