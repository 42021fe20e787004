/** Gateway responses over AWS's REST API. */
import { badRequest, notFound } from '../control/control-error.ts';
import { madeByCall } from '../control/edit-resources.ts';
import { applyPatch, parsePatch, plainRefusal } from '../control/patch.ts';
import { RESPONSE_TYPES } from '../deployment/error-wordings.ts';
import { resolveGatewayResponses } from '../deployment/gateway-responses.ts';
import { jsonReply } from './control-request.ts';
import { field, mapRule, readFields, replaceRule } from './field-table.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import type { ApiState } from '../control/api-state.ts';
import type { JsonObject } from '../definition/model.ts';
import type { GatewayResponse } from '../deployment/gateway-responses.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

const RESPONSE = '/restapis/{restApiId}/gatewayresponses/{responseType}';
const ID_LENGTH = 6;

const statusCode = field('statusCode');
const parameters = field('responseParameters', 'texts');
const templates = field('responseTemplates', 'texts');
const FIELDS = [statusCode, parameters, templates];
const RULES = [
  replaceRule(statusCode),
  mapRule(parameters, 'Invalid parameter name specified'),
  mapRule(templates, 'Content-Type specified was not found'),
];

export function gatewayResponseRoutes(control: RestControl): readonly WireRoute[] {
  const put = (api: ApiState, type: string, properties: JsonObject): void => {
    const own = api.resources.gatewayResponses.filter((other) => other.properties['ResponseType'] !== type);
    const made = madeByCall(control.random.hex(ID_LENGTH), {
      ...properties,
      RestApiId: api.identity.apiId,
      ResponseType: type,
    });
    const gatewayResponses = [...own, made];
    // Says what AWS would refuse before anything is kept.
    resolveGatewayResponses(gatewayResponses);
    api.edit({ ...api.resources, gatewayResponses });
  };
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
    {
      method: 'PUT',
      path: RESPONSE,
      serve(call) {
        const api = findApi(control, call);
        const type = call.path('responseType');
        put(api, type, readFields(call.body, FIELDS));
        return jsonReply(201, show(api, type));
      },
    },
    {
      method: 'PATCH',
      path: RESPONSE,
      serve(call) {
        const api = findApi(control, call);
        const type = call.path('responseType');
        const { statusCode: status, responseParameters, responseTemplates } = show(api, type);
        const shown: JsonObject = {
          ...(status === undefined ? {} : { StatusCode: status }),
          ResponseParameters: responseParameters,
          ResponseTemplates: responseTemplates,
        };
        put(
          api,
          type,
          applyPatch(shown, parsePatch(call.body, 'updateGatewayResponseInput'), RULES, plainRefusal),
        );
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

function show(api: ApiState, responseType: string): GatewayResponse {
  const type = RESPONSE_TYPES.find((known) => known === responseType);
  const shown =
    type === undefined ? undefined : resolveGatewayResponses(api.resources.gatewayResponses).get(type);
  if (shown === undefined)
    throw badRequest(`Invalid gateway response type "${responseType}". AWS has ${RESPONSE_TYPES.join(', ')}`);
  return shown;
}
