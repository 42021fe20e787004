/** Models and request validators over AWS's REST API. */
import { badRequest, conflict, notFound } from '../control/control-error.ts';
import { madeByCall } from '../control/edit-resources.ts';
import { applyPatch, listingRefusal, parsePatch, plainRefusal } from '../control/patch.ts';
import { compileModels } from '../deployment/models.ts';
import { jsonReply } from './control-request.ts';
import { field, readFields, replaceRule, showFields } from './field-table.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { requiredText } from './wire-shape.ts';
import type { ApiState, ControlResource } from '../control/api-state.ts';
import type { JsonObject } from '../definition/model.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const ID_LENGTH = 6;
const MODEL = '/restapis/{restApiId}/models/{modelName}';
const VALIDATOR = '/restapis/{restApiId}/requestvalidators/{requestValidatorId}';

const MODEL_FIELDS = [field('name'), field('description'), field('contentType'), field('schema')];
const VALIDATOR_FIELDS = [
  field('name'),
  field('validateRequestBody', 'flag'),
  field('validateRequestParameters', 'flag'),
];

export function modelRoutes(control: RestControl): readonly WireRoute[] {
  return [...schemaRoutes(control), ...validatorRoutes(control)];
}

function schemaRoutes(control: RestControl): readonly WireRoute[] {
  const put = (api: ApiState, models: readonly ControlResource[]): void => {
    compileModels(api.identity.apiId, models);
    api.edit({ ...api.resources, models });
  };
  const get = (api: ApiState, { path }: WireCall): ControlResource => {
    const name = path('modelName');
    const model = api.resources.models.find((one) => nameOf(one) === name);
    if (model === undefined) throw notFound(`Invalid model name specified: ${name}`);
    return model;
  };
  return [
    {
      method: 'POST',
      path: '/restapis/{restApiId}/models',
      serve(call) {
        const api = findApi(control, call);
        if (call.body['name'] === '') throw badRequest('Model name must be non-empty');
        const name = requiredText(call.body, 'name');
        if (api.resources.models.some((one) => nameOf(one) === name))
          throw conflict('Model name already exists for this REST API');
        const properties = readSchema({
          ...readFields(call.body, MODEL_FIELDS),
          RestApiId: api.identity.apiId,
        });
        const model = madeByCall(control.random.hex(ID_LENGTH), properties);
        put(api, [...api.resources.models, model]);
        return jsonReply(201, showModel(model));
      },
    },
    {
      method: 'GET',
      path: '/restapis/{restApiId}/models',
      serve: (call) => listReply(findApi(control, call).resources.models.map(showModel), call.query),
    },
    {
      method: 'GET',
      path: MODEL,
      serve: (call) => jsonReply(200, showModel(get(findApi(control, call), call))),
    },
    {
      method: 'PATCH',
      path: MODEL,
      serve(call) {
        const api = findApi(control, call);
        const model = get(api, call);
        const operations = parsePatch(call.body, 'updateModelInput');
        const rules = [replaceRule(field('description')), replaceRule(field('schema'))];
        const patched = applyPatch(
          { ...model.properties, Schema: schemaText(model.properties) },
          operations,
          rules,
          listingRefusal(['/description', '/schema']),
        );
        const changed = { ...model, properties: readSchema(patched) };
        put(
          api,
          api.resources.models.map((one) => (one === model ? changed : one)),
        );
        return jsonReply(200, showModel(changed));
      },
    },
    {
      method: 'DELETE',
      path: MODEL,
      serve(call) {
        const api = findApi(control, call);
        const model = get(api, call);
        refuseUsedModel(api, nameOf(model));
        put(
          api,
          api.resources.models.filter((one) => one !== model),
        );
        return emptyReply(202);
      },
    },
  ];
}

/** The schema as an object, in which form templates give it. */
function readSchema(properties: JsonObject): JsonObject {
  const text = properties['Schema'];
  const none = badRequest('Model schema must have at least 1 property or array items defined');
  if (typeof text !== 'string' || text === '') throw none;
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    throw badRequest(`Model schema must be valid JSON`);
  }
  if (typeof schema !== 'object' || schema === null || Object.keys(schema).length === 0) throw none;
  return { ...properties, Schema: schema as JsonObject };
}

function schemaText({ Schema: schema }: JsonObject): string {
  return typeof schema === 'string' ? schema : JSON.stringify(schema ?? {});
}

function showModel(model: ControlResource): Record<string, unknown> {
  const { properties, id } = model;
  return {
    id,
    contentType: 'application/json',
    ...showFields(properties, MODEL_FIELDS),
    name: nameOf(model),
    schema: schemaText(properties),
  };
}

function nameOf({ id, properties }: ControlResource): string {
  const name = properties['Name'];
  return typeof name === 'string' ? name : id;
}

function refuseUsedModel({ resources }: ApiState, name: string): void {
  for (const { properties } of resources.methods) {
    const models = properties['RequestModels'];
    if (typeof models !== 'object' || models === null || !Object.values(models).includes(name)) continue;
    const path = resources.resources.get(String(properties['ResourceId']))?.path ?? '';
    throw conflict(
      `Cannot delete model '${name}', is referenced in method request: ${path}/${String(properties['HttpMethod'])}`,
    );
  }
}

function validatorRoutes(control: RestControl): readonly WireRoute[] {
  const put = (api: ApiState, validator: ControlResource): unknown => {
    const validators = new Map([...api.resources.validators, [validator.id, validator]]);
    api.edit({ ...api.resources, validators });
    return showValidator(validator);
  };
  const get = ({ resources }: ApiState, { path }: WireCall): ControlResource => {
    const validator = resources.validators.get(path('requestValidatorId'));
    if (validator === undefined) throw notFound('Invalid Request Validator identifier specified');
    return validator;
  };
  return [
    {
      method: 'POST',
      path: '/restapis/{restApiId}/requestvalidators',
      serve(call) {
        const api = findApi(control, call);
        const properties = { ...readFields(call.body, VALIDATOR_FIELDS), RestApiId: api.identity.apiId };
        return jsonReply(201, put(api, madeByCall(control.random.hex(ID_LENGTH), properties)));
      },
    },
    {
      method: 'GET',
      path: '/restapis/{restApiId}/requestvalidators',
      serve(call) {
        const { validators } = findApi(control, call).resources;
        return listReply([...validators.values()].map(showValidator), call.query);
      },
    },
    {
      method: 'GET',
      path: VALIDATOR,
      serve: (call) => jsonReply(200, showValidator(get(findApi(control, call), call))),
    },
    {
      method: 'PATCH',
      path: VALIDATOR,
      serve(call) {
        const api = findApi(control, call);
        const validator = get(api, call);
        const operations = parsePatch(call.body, 'updateRequestValidatorInput');
        const rules = VALIDATOR_FIELDS.map(replaceRule);
        const properties = applyPatch(validator.properties, operations, rules, plainRefusal);
        return jsonReply(200, put(api, { ...validator, properties }));
      },
    },
    {
      method: 'DELETE',
      path: VALIDATOR,
      serve(call) {
        const api = findApi(control, call);
        const { id } = get(api, call);
        if (api.resources.methods.some((method) => method.properties['RequestValidatorId'] === id))
          throw conflict('Cannot delete request validator: it is referenced by a method of the API');
        const validators = new Map([...api.resources.validators].filter(([key]) => key !== id));
        api.edit({ ...api.resources, validators });
        return emptyReply(202);
      },
    },
  ];
}

function showValidator({ id, properties }: ControlResource): Record<string, unknown> {
  return {
    id,
    validateRequestBody: false,
    validateRequestParameters: false,
    ...showFields(properties, VALIDATOR_FIELDS),
  };
}
