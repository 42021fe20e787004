import { badRequest, notFound } from '../../control-error.ts';
import { callMadeResource } from '../../edits/edit-resources.ts';
import { readPatch } from '../../edits/patch.ts';
import type { PatchInput, PatchRefusal, PatchRule } from '../../edits/patch.ts';
import { RESPONSE_TYPES } from '../../../core/deployment/wordings/error-wordings.ts';
import { resolveGatewayResponses } from '../../../core/deployment/wordings/gateway-responses.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { patchRules, readFields } from './field-table.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import type { ApiState } from '../../api-state.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { GatewayResponse } from '../../../core/deployment/wordings/gateway-responses.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

const RESPONSE = '/restapis/{restApiId}/gatewayresponses/{responseType}';
const ID_LENGTH = 6;

const FIELDS = REST_TYPES['AWS::ApiGateway::GatewayResponse'].fields;
const RULES = patchRules(FIELDS).map(refuseEmptyEntries);

/** An unsupported operation of a supported path gets the same message as an unsupported path [obs]. */
const refusal: PatchRefusal = ({ path }) => badRequest(`Invalid patch path ${path}`);

/** Refuses an empty entry of a map [obs]. */
function refuseEmptyEntries(rule: PatchRule<JsonObject>): PatchRule<JsonObject> {
  const [, map = '', entry] = rule.path.split('/');
  if (entry === undefined) return rule;
  const on = Object.fromEntries(
    Object.entries(rule.on).map(([verb, apply]) => [
      verb,
      (target: JsonObject, input: PatchInput) => {
        if (verb !== 'remove' && input.value === '')
          throw badRequest(`Invalid null or empty value in ${map}`);
        return apply(target, input);
      },
    ]),
  );
  return { path: rule.path, on };
}

export function gatewayResponseRoutes(control: RestControl): readonly WireRoute[] {
  return [...readRoutes(control), ...writeRoutes(control)];
}

function readRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'GET',
      path: '/restapis/{restApiId}/gatewayresponses',
      serve(call) {
        const { gatewayResponses } = findApi(control, call).resources;
        return listReply([...resolveGatewayResponses(gatewayResponses).values()], call.query);
      },
    },
    {
      method: 'GET',
      path: RESPONSE,
      serve: (call) => jsonReply(200, show(findApi(control, call), call.path('responseType'))),
    },
  ];
}

function writeRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'PUT',
      path: RESPONSE,
      serve(call) {
        const api = findApi(control, call);
        const type = call.path('responseType');
        put(api, type, readFields(call.body, FIELDS), control);
        return jsonReply(201, show(api, type));
      },
    },
    {
      method: 'PATCH',
      path: RESPONSE,
      serve(call) {
        const api = findApi(control, call);
        const type = call.path('responseType');
        const patch = readPatch(call.body, 'updateGatewayResponseInput', RULES, refusal);
        put(api, type, patch(toProperties(show(api, type))), control);
        return jsonReply(200, show(api, type));
      },
    },
    {
      method: 'DELETE',
      path: RESPONSE,
      serve(call) {
        const api = findApi(control, call);
        const type = call.path('responseType');
        const { gatewayResponses } = api.resources;
        const kept = gatewayResponses.filter((other) => other.properties['ResponseType'] !== type);
        if (show(api, type).defaultResponse || kept.length === gatewayResponses.length)
          throw notFound('Gateway response type not defined on api');
        api.edit({ ...api.resources, gatewayResponses: kept });
        return emptyReply(202);
      },
    },
  ];
}

/**
 * Stores a gateway response.
 * @throws DefinitionError for a definition that AWS refuses; nothing is stored in that case
 */
function put(api: ApiState, type: string, properties: JsonObject, { random }: RestControl): void {
  const others = api.resources.gatewayResponses.filter((other) => other.properties['ResponseType'] !== type);
  const made = callMadeResource(random.hex(ID_LENGTH), {
    ...properties,
    RestApiId: api.identity.apiId,
    ResponseType: type,
  });
  const gatewayResponses = [...others, made];
  resolveGatewayResponses(gatewayResponses);
  api.edit({ ...api.resources, gatewayResponses });
}

/**
 * Returns the properties of a gateway response. If a call patches a default response, the result becomes a response of
 * the API.
 */
function toProperties({
  statusCode: status,
  responseParameters,
  responseTemplates,
}: GatewayResponse): JsonObject {
  return {
    ...(status === undefined ? {} : { StatusCode: status }),
    ResponseParameters: responseParameters,
    ResponseTemplates: responseTemplates,
  };
}

function show(api: ApiState, responseType: string): GatewayResponse {
  const type = RESPONSE_TYPES.find((known) => known === responseType);
  const shown =
    type === undefined ? undefined : resolveGatewayResponses(api.resources.gatewayResponses).get(type);
  if (shown === undefined)
    throw badRequest(
      `Invalid gateway response type "${responseType}"; expected one of ${RESPONSE_TYPES.join(', ')}`,
    );
  return shown;
}
