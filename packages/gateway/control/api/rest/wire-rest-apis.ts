/** The calls for whole REST APIs in AWS's REST API: create, import, show, patch, put a document, delete. */
import { MUST, violation } from '@gatewright/aws/violations';
import { validationError } from '../../edits/check-members.ts';
import { badRequest } from '../../control-error.ts';
import { limitOfQuota, refuseBeyondQuota, DEFAULT_QUOTAS } from '../../api-quotas.ts';
import { refuseMapped } from '../../domains/edit-domains.ts';
import { quotaOfApi } from '../../loading/load-apis.ts';
import { parseSource } from '../../../templates/cloudformation/template-source.ts';
import { MADE_BY_CALL, makeApi, readDocument } from '../../edits/make-api.ts';
import { readPatch } from '../../edits/patch.ts';
import { tagList } from '../../loading/tag-list.ts';
import { compileResourcePolicy } from '../../../core/deployment/authorization/compile-resource-policy.ts';
import { apiArn } from '../../../core/events/authorizer-event.ts';
import { API_RULES, apiRefusal, refuseAddressType } from './api-patch.ts';
import { showApi } from './api-shape.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { ENDPOINT_TYPES } from '../../resource-types/constraints.ts';
import { field } from '../../resource-types/fields.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { readFields } from './field-table.ts';
import { findApi, readImportMode } from './wire-api.ts';
import { collectionRoutes } from './wire-collection.ts';
import { optionalObject, optionalText, requiredText, textMap } from './wire-shape.ts';
import type { ApiState } from '../../api-state.ts';
import type { QuotaName } from '../../api-quotas.ts';
import type { MadeApi } from '../../edits/make-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ControlReply } from '../../../core/api-call.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const APIS = '/restapis';
const API = `${APIS}/{restApiId}`;
const ID_LENGTH = 10;

const FIELDS = REST_TYPES['AWS::ApiGateway::RestApi'].fields;

const ENDPOINT_FIELDS = [field('types', 'list'), field('vpcEndpointIds', 'list'), field('ipAddressType')];

export function restApiRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: APIS,
      serve: (call) => answer(201, create(call, readApi(call.body), control)),
    },
    {
      method: 'POST',
      path: APIS,
      mode: 'import',
      takesDocument: true,
      serve(call) {
        refuseUnreadable(call.document);
        return answer(201, create(call, { ...readEndpoint(call), Body: call.document }, control));
      },
    },
    {
      method: 'PUT',
      path: API,
      takesDocument: true,
      serve(call) {
        refuseUnreadable(call.document);
        const api = findApi(control, call);
        const mode = readImportMode(call);
        const { account } = control.apis;
        const { resources, warnings } = readDocument(api, call.document, mode, readParameters(call), account);
        refuseWarnings(call, warnings);
        api.edit(resources);
        return answer(200, { api, warnings }, { tags: {} });
      },
    },
    {
      method: 'PATCH',
      path: API,
      serve(call) {
        const api = findApi(control, call);
        change(api, call);
        return jsonReply(200, { tags: {}, ...showApi(api) });
      },
    },
    {
      method: 'GET',
      path: API,
      // Calls about one API show an empty map of tags if it has no tags; lists and calls that create an API omit it
      // [obs].
      serve: (call) => jsonReply(200, { tags: {}, ...showApi(findApi(control, call)) }),
    },
    ...collectionRoutes({
      all: APIS,
      one: API,
      show: showApi,
      list: () => control.apis.all.filter(({ identity }) => identity.protocol === 'rest'),
      remove(call) {
        const { identity } = findApi(control, call);
        refuseMapped(control.apis.domains, identity);
        control.apis.remove(identity.apiId);
      },
    }),
  ];
}

function create(call: WireCall, properties: JsonObject, control: RestControl): MadeApi {
  const { apis, random, accountId } = control;
  const id = random.hex(ID_LENGTH);
  const made = makeApi(
    { id, properties, accountId, region: call.region, stackName: MADE_BY_CALL, logicalId: id },
    apis.account,
  );
  refuseWarnings(call, made.warnings);
  const quota = quotaOf(made.api);
  refuseBeyondQuota(quota, apis.all.filter((api) => quotaOf(api) === quota).length, DEFAULT_QUOTAS);
  apis.add(made.api);
  return made;
}

function quotaOf({ identity, resources }: ApiState): QuotaName {
  return quotaOfApi(identity.protocol, resources.api);
}

/**
 * Patches an API.
 * @throws ControlError for an invalid patch, DefinitionError for a policy that AWS refuses
 */
function change(api: ApiState, { body }: WireCall): void {
  const { api: before } = api.resources;
  const patch = readPatch(body, 'updateRestApiInput', API_RULES, apiRefusal);
  const patched = { ...before, properties: patch(before.properties) };
  compileResourcePolicy(patched, apiArn(api.identity), {
    policyCharacters: limitOfQuota('policyCharacters', api.resources.quotas),
  });
  api.edit({ ...api.resources, api: patched });
}

/** Refuses a document that is neither JSON nor YAML. AWS does this before it looks for the API [obs]. */
function refuseUnreadable(document: string): void {
  try {
    parseSource(document, 'document');
  } catch {
    throw badRequest('Invalid OpenAPI input.');
  }
}

function refuseWarnings(call: WireCall, warnings: readonly string[]): void {
  if (call.query.get('failonwarnings') === 'true' && warnings.length > 0)
    throw badRequest(`Warnings found during import: ${warnings.join('; ')}`);
}

function readApi(body: WireCall['body']): JsonObject {
  requiredText(body, 'name');
  if (optionalText(body, 'cloneFrom') !== undefined)
    throw badRequest('The gateway does not support cloneFrom; copy the API with GetExport and ImportRestApi');
  const Tags = tagList(textMap(body, 'tags'));
  const EndpointConfiguration = readEndpointConfiguration(
    optionalObject(body, 'endpointConfiguration') ?? {},
  );
  return { ...readFields(body, FIELDS), EndpointConfiguration, Tags };
}

function readEndpointConfiguration(body: WireCall['body']): JsonObject {
  const endpoint = { Types: ['EDGE'], ...readFields(body, ENDPOINT_FIELDS) };
  if (Array.isArray(endpoint.Types) && endpoint.Types.length === 0)
    throw badRequest('REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.');
  refuseAddressType(endpoint);
  return endpoint;
}

/**
 * Returns the properties that an import's query sets: the parameters for the document, and the endpoint type from
 * `endpointConfigurationTypes`.
 */
function readEndpoint(call: WireCall): JsonObject {
  const types = call.query.get('endpointConfigurationTypes');
  if (types !== null && !ENDPOINT_TYPES.includes(types))
    throw validationError([violation(types, 'endpointConfigurationTypes', MUST.beOneOf(ENDPOINT_TYPES))]);
  return {
    Parameters: readParameters(call),
    ...(types === null ? {} : { EndpointConfiguration: { Types: [types] } }),
  };
}

const NO_PARAMETERS = ['mode', 'failonwarnings', 'endpointConfigurationTypes'];

function readParameters(call: WireCall): JsonObject {
  return Object.fromEntries([...call.query].filter(([name]) => !NO_PARAMETERS.includes(name)));
}

function answer(status: 200 | 201, { api, warnings }: MadeApi, usual: object = {}): ControlReply {
  return jsonReply(status, {
    ...usual,
    ...showApi(api),
    warnings: warnings.length === 0 ? undefined : warnings,
  });
}
