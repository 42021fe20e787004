/** The calls for whole HTTP and WebSocket APIs in apigatewayv2: create, quick create, import, show, change, delete. */
import { refuseBeyondQuota, DEFAULT_QUOTAS } from '../../api-quotas.ts';
import { badRequest } from '../../control-error.ts';
import { refuseMapped } from '../../domains/edit-domains.ts';
import { editV2, faultsOf } from '../../edits/edit-v2.ts';
import { quotaOfApi } from '../../loading/load-apis.ts';
import { MADE_BY_CALL, makeApi, readDocument } from '../../edits/make-api.ts';
import { isJsonObject, membersOf, textOf, without } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { stackTags } from '../../loading/stack-tags.ts';
import { isQuickCreated, quickIntegration } from '../../../core/stack/quick-create.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { fieldsOf } from '../../resource-types/fields.ts';
import { V2_TYPES } from '../../resource-types/v2-types.ts';
import { mergeFields, readFields, showFields } from '../rest/field-table.ts';
import { emptyReply } from '../rest/wire-router.ts';
import { optionalText, requiredText } from '../rest/wire-shape.ts';
import { compileCors } from '../../../core/deployment/compile-cors.ts';
import { API, APIS, findV2Api, isoTime, refuseUnenforced, requireMembers, v2Collection } from './v2-wire.ts';
import type { ApiResources, ApiState } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { MadeApi } from '../../edits/make-api.ts';
import type { RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

const ID_LENGTH = 10;
const TYPE = 'AWS::ApiGatewayV2::Api';
const API_FIELDS = V2_TYPES[TYPE].fields;
const QUICK_CREATE = fieldsOf('target routeKey credentialsArn');
const USUAL_SELECTION = { http: '$request.method $request.path', websocket: '$request.body.action' };

export function v2ApiRoutes(control: RestControl): readonly WireRoute[] {
  return [...apiRoutes(control), ...otherRoutes(control)];
}

function apiRoutes(control: RestControl): readonly WireRoute[] {
  return v2Collection({
    all: APIS,
    one: API,
    show: showApi,
    create(call) {
      requireMembers(call.body, ['name', 'protocolType']);
      return create(call, readApi(call), control).api;
    },
    list: () => control.apis.all.filter(({ identity }) => identity.protocol !== 'rest'),
    get: (call) => findV2Api(control, call),
    change(call) {
      const api = findV2Api(control, call);
      const { resources } = api;
      const properties = mergeFields(resources.api.properties, call.body, API_FIELDS);
      refuseUnenforced(TYPE, properties);
      const named = { ...resources, api: { ...resources.api, properties } };
      editV2(api, changeQuickCreated(named, call), control);
      return api;
    },
    remove(call) {
      const { identity } = findV2Api(control, call);
      refuseMapped(control.apis.domains, identity);
      control.apis.remove(identity.apiId);
    },
  });
}

function otherRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'PUT',
      path: APIS,
      serve(call) {
        const made = create(call, { ...readImport(call), Body: requiredText(call.body, 'body') }, control);
        return jsonReply(201, showImported(made));
      },
    },
    {
      method: 'PUT',
      path: API,
      serve(call) {
        const api = findV2Api(control, call);
        refuseWebSocketImport(api);
        const document = requiredText(call.body, 'body');
        const read = readDocument(api, document, 'overwrite', readImport(call), control.apis.account);
        refuseWarnings(call, read.warnings);
        editV2(api, read.resources, control);
        return jsonReply(201, showImported({ api, warnings: read.warnings }));
      },
    },
    {
      method: 'DELETE',
      path: `${API}/cors`,
      serve(call) {
        const api = findV2Api(control, call);
        const { resources } = api;
        const properties = without(resources.api.properties, 'CorsConfiguration');
        editV2(api, { ...resources, api: { ...resources.api, properties } }, control);
        return emptyReply(204);
      },
    },
  ];
}

function create(call: WireCall, properties: JsonObject, control: RestControl): MadeApi {
  const { apis, random, accountId } = control;
  refuseUnenforced(TYPE, without(properties, 'Body'));
  const id = random.hex(ID_LENGTH);
  const options = { id, properties, accountId, region: call.region, stackName: MADE_BY_CALL, logicalId: id };
  const { api, warnings } = makeApi({ ...options, type: TYPE }, apis.account);
  if (properties['Body'] === undefined) refuseFaults(api);
  else compileCors(api.resources.api);
  const made = { api, warnings };
  refuseWarnings(call, warnings);
  const quota = quotaOfApi(made.api.identity.protocol, made.api.resources.api);
  const count = apis.all.filter((api) => quotaOfApi(api.identity.protocol, api.resources.api) === quota);
  refuseBeyondQuota(quota, count.length, DEFAULT_QUOTAS);
  apis.add(made.api);
  return made;
}

/** Refuses a new API if its deployment would be refused. */
function refuseFaults({ identity, resources }: ApiState): void {
  const [fault] = faultsOf(identity, resources);
  if (fault !== undefined) throw badRequest(fault.message);
}

function readApi({ body }: WireCall): JsonObject {
  const ProtocolType = requiredText(body, 'protocolType');
  if (ProtocolType === 'WEBSOCKET') requireMembers(body, ['routeSelectionExpression']);
  return { ...readFields(body, [...API_FIELDS, ...QUICK_CREATE]), ProtocolType };
}

function readImport({ query }: WireCall): JsonObject {
  const BasePath = query.get('basepath');
  return { ProtocolType: 'HTTP', ...(BasePath === null ? {} : { BasePath }) };
}

function refuseWebSocketImport({ identity }: ApiState): void {
  if (identity.protocol !== 'http') throw badRequest('Import is supported for HTTP APIs only');
}

function refuseWarnings({ query }: WireCall, warnings: readonly string[]): void {
  if (query.get('failOnWarnings') === 'true' && warnings.length > 0)
    throw badRequest(`Warnings found during import:\n\t${warnings.join('\n\t')}`);
}

/**
 * Applies `target`, `routeKey` and `credentialsArn` of UpdateApi.
 * @throws ControlError for an API that was not created by quick create
 */
function changeQuickCreated(from: ApiResources, { body }: WireCall): ApiResources {
  const [target, routeKey] = [optionalText(body, 'target'), optionalText(body, 'routeKey')];
  const credentials = optionalText(body, 'credentialsArn');
  if (target === undefined && routeKey === undefined && credentials === undefined) return from;
  const route = from.routes.find(({ logicalId }) => isQuickCreated(logicalId));
  const integration = [...from.integrations.values()].find(({ logicalId }) => isQuickCreated(logicalId));
  if (route === undefined || integration === undefined)
    throw badRequest('target, routeKey and credentialsArn are only for quick-created APIs');
  const uri = target ?? textOf(integration.properties, 'IntegrationUri');
  const changed = {
    ...integration,
    properties: {
      ApiId: from.api.id,
      ...quickIntegration(uri, credentials ?? textOf(integration.properties, 'CredentialsArn')),
    },
  };
  const moved: ControlResource = {
    ...route,
    properties: { ...route.properties, ...(routeKey === undefined ? {} : { RouteKey: routeKey }) },
  };
  return {
    ...from,
    routes: from.routes.map((one) => (one === route ? moved : one)),
    integrations: new Map([...from.integrations, [integration.id, changed]]),
  };
}

function showApi({ identity, resources, createdAtEpochMs }: ApiState): object {
  const { apiId, protocol, name, domainName } = identity;
  const { tags, corsConfiguration, ...shown } = showFields(resources.api.properties, API_FIELDS);
  return {
    apiId,
    name,
    protocolType: protocol.toUpperCase(),
    createdDate: isoTime(createdAtEpochMs),
    apiEndpoint: `${protocol === 'websocket' ? 'wss' : 'https'}://${domainName}`,
    apiKeySelectionExpression: '$request.header.x-api-key',
    routeSelectionExpression: protocol === 'http' ? USUAL_SELECTION.http : USUAL_SELECTION.websocket,
    disableExecuteApiEndpoint: false,
    ipAddressType: 'ipv4',
    ...shown,
    ...(isJsonObject(corsConfiguration)
      ? { corsConfiguration: { allowCredentials: false, ...corsConfiguration } }
      : {}),
    tags: { ...membersOf(tags), ...stackTags(identity) },
  };
}

function showImported({ api, warnings }: MadeApi): object {
  return { ...showApi(api), warnings: warnings.length === 0 ? undefined : warnings };
}
