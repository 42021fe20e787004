import {
  createMethod,
  deleteMethod,
  getIntegration,
  getMethod,
  getResponse,
  listResponses,
  putResponse,
  removeResponse,
  replaceMethod,
  withIntegration,
  withoutIntegration,
  hasMethod,
} from '../../edits/edit-methods.ts';
import { conflict, notFound } from '../../control-error.ts';
import { readPatch } from '../../edits/patch.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { jsonReply } from '../../../core/api-call.ts';
import {
  INTEGRATION_FIELDS,
  INTEGRATION_RESPONSE_FIELDS,
  METHOD_RESPONSE_FIELDS,
  REST_TYPES,
} from '../../resource-types/rest-types.ts';
import { readFields } from './field-table.ts';
import {
  INTEGRATION_RESPONSE_RULES,
  INTEGRATION_RULES,
  METHOD_RESPONSE_RULES,
  METHOD_RULES,
  showIntegration,
  showMethod,
  showResponse,
} from './method-shape.ts';
import { findResources } from './wire-api.ts';
import { emptyReply } from './wire-router.ts';
import { requiredText } from './wire-shape.ts';
import type { ApiState } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { MethodKey } from '../../edits/edit-methods.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const METHOD = '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}';
const INTEGRATION = `${METHOD}/integration`;

export function methodRoutes(control: RestControl): readonly WireRoute[] {
  return [
    ...plainMethodRoutes(control),
    ...integrationRoutes(control),
    ...integrationResponseRoutes(control),
    ...methodResponseRoutes(control),
  ];
}

function keyOf({ path }: WireCall): MethodKey {
  return { resourceId: path('resourceId'), httpMethod: path('httpMethod') };
}

function find(control: RestControl, call: WireCall): { api: ApiState; method: ControlResource } {
  const api = findResources(control, call);
  return { api, method: getMethod(api.resources, keyOf(call)) };
}

function plainMethodRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'PUT',
      path: METHOD,
      serve(call) {
        const api = findResources(control, call);
        // The type may be in lower case [obs].
        const authorizationType = requiredText(call.body, 'authorizationType').toUpperCase();
        const fields = readFields(
          { ...call.body, authorizationType },
          REST_TYPES['AWS::ApiGateway::Method'].fields,
        );
        api.edit(createMethod(api.resources, keyOf(call), fields));
        return jsonReply(201, showMethod(getMethod(api.resources, keyOf(call))));
      },
    },
    { method: 'GET', path: METHOD, serve: (call) => jsonReply(200, showMethod(find(control, call).method)) },
    {
      method: 'PATCH',
      path: METHOD,
      serve(call) {
        const { api, method } = find(control, call);
        const patch = readPatch(call.body, 'updateMethodInput', METHOD_RULES);
        api.edit(replaceMethod(api.resources, method, patch(method.properties)));
        return jsonReply(200, showMethod(getMethod(api.resources, keyOf(call))));
      },
    },
    {
      method: 'DELETE',
      path: METHOD,
      serve(call) {
        const api = findResources(control, call);
        api.edit(deleteMethod(api.resources, keyOf(call)));
        return emptyReply(204);
      },
    },
  ];
}

function integrationRoutes(control: RestControl): readonly WireRoute[] {
  const put = (api: ApiState, method: ControlResource, integration: JsonObject): unknown => {
    api.edit(replaceMethod(api.resources, method, withIntegration(method, integration)));
    return showIntegration(integration, textOf(method.properties, 'ResourceId'));
  };
  return [
    {
      method: 'PUT',
      path: INTEGRATION,
      serve(call) {
        const { api, method } = find(control, call);
        requiredText(call.body, 'type');
        return jsonReply(201, put(api, method, readFields(call.body, INTEGRATION_FIELDS)));
      },
    },
    {
      method: 'GET',
      path: INTEGRATION,
      serve(call) {
        const { method } = find(control, call);
        return jsonReply(200, showIntegration(getIntegration(method), call.path('resourceId')));
      },
    },
    {
      method: 'PATCH',
      path: INTEGRATION,
      serve(call) {
        const { api, method } = find(control, call);
        const patch = readPatch(call.body, 'updateIntegrationInput', INTEGRATION_RULES);
        return jsonReply(200, put(api, method, patch(getIntegration(method))));
      },
    },
    {
      method: 'DELETE',
      path: INTEGRATION,
      serve(call) {
        const { api, method } = find(control, call);
        api.edit(replaceMethod(api.resources, method, withoutIntegration(method)));
        return emptyReply(204);
      },
    },
  ];
}

function integrationResponseRoutes(control: RestControl): readonly WireRoute[] {
  const path = `${INTEGRATION}/responses/{statusCode}`;
  const list = 'IntegrationResponses';
  const edit = (call: WireCall, change: (integration: JsonObject) => JsonObject): void => {
    const { api, method } = find(control, call);
    const integration = withIntegration(method, change(getIntegration(method)));
    api.edit(replaceMethod(api.resources, method, integration));
  };
  const show = (call: WireCall): unknown => {
    const integration = getIntegration(find(control, call).method);
    const response = getResponse(integration, list, call.path('statusCode'));
    return showResponse(response, INTEGRATION_RESPONSE_FIELDS);
  };
  return [
    {
      method: 'PUT',
      path,
      serve(call) {
        const response = readFields(call.body, INTEGRATION_RESPONSE_FIELDS);
        const statusCode = call.path('statusCode');
        edit(call, (integration) => {
          const made = { ...response, StatusCode: statusCode };
          refusePatternTwice(integration, made);
          return putResponse(integration, list, made);
        });
        return jsonReply(201, show(call));
      },
    },
    { method: 'GET', path, serve: (call) => jsonReply(200, show(call)) },
    {
      method: 'PATCH',
      path,
      serve(call) {
        const patch = readPatch(call.body, 'updateIntegrationResponseInput', INTEGRATION_RESPONSE_RULES);
        edit(call, (integration) => {
          const response = getResponse(integration, list, call.path('statusCode'));
          const patched = patch(response);
          refusePatternTwice(integration, patched);
          return putResponse(integration, list, patched);
        });
        return jsonReply(200, show(call));
      },
    },
    {
      method: 'DELETE',
      path,
      serve(call) {
        // If the method is missing, AWS's message is about the integration [obs].
        const { resources } = findResources(control, call);
        if (!hasMethod(resources, keyOf(call))) throw notFound('Invalid Integration identifier specified');
        edit(call, (integration) => removeResponse(integration, list, call.path('statusCode')));
        return emptyReply(204);
      },
    },
  ];
}

/**
 * Refuses an integration response if another one of the same method already has its selection pattern
 * (carrot/terraform-api-gateway-method-module#2, hashicorp/terraform#5893).
 */
function refusePatternTwice(integration: JsonObject, response: JsonObject): void {
  const pattern = textOf(response, 'SelectionPattern');
  const isTaken = listResponses(integration, 'IntegrationResponses').some(
    (other) =>
      textOf(other, 'StatusCode') !== textOf(response, 'StatusCode') &&
      textOf(other, 'SelectionPattern') === pattern,
  );
  if (isTaken)
    throw conflict(`Integration response with selection pattern ${pattern || 'default'} already exists`);
}

function methodResponseRoutes(control: RestControl): readonly WireRoute[] {
  const path = `${METHOD}/responses/{statusCode}`;
  const list = 'MethodResponses';
  const edit = (call: WireCall, change: (method: JsonObject) => JsonObject): void => {
    const { api, method } = find(control, call);
    api.edit(replaceMethod(api.resources, method, change(method.properties)));
  };
  const show = (call: WireCall): unknown => {
    const { properties } = find(control, call).method;
    return showResponse(getResponse(properties, list, call.path('statusCode')), METHOD_RESPONSE_FIELDS);
  };
  return [
    {
      method: 'PUT',
      path,
      serve(call) {
        const response = readFields(call.body, METHOD_RESPONSE_FIELDS);
        const statusCode = call.path('statusCode');
        edit(call, (method) => {
          if (listResponses(method, list).some((other) => textOf(other, 'StatusCode') === statusCode))
            throw conflict('Response already exists for this resource');
          return putResponse(method, list, { ...response, StatusCode: statusCode });
        });
        return jsonReply(201, show(call));
      },
    },
    { method: 'GET', path, serve: (call) => jsonReply(200, show(call)) },
    {
      method: 'PATCH',
      path,
      serve(call) {
        const patch = readPatch(call.body, 'updateMethodResponseInput', METHOD_RESPONSE_RULES);
        edit(call, (method) => {
          const response = getResponse(method, list, call.path('statusCode'));
          return putResponse(method, list, patch(response));
        });
        // AWS responds to this patch with 201, unlike other patches [obs].
        return jsonReply(201, show(call));
      },
    },
    {
      method: 'DELETE',
      path,
      serve(call) {
        edit(call, (method) => removeResponse(method, list, call.path('statusCode')));
        return emptyReply(204);
      },
    },
  ];
}
