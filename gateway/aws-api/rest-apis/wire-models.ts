/** Models over AWS's REST API. */
import { badRequest, conflict, notFound } from '../../control/control-error.ts';
import { madeByCall } from '../../control/edit-resources.ts';
import { applyPatch, listingRefusal, parsePatch } from '../../control/patch.ts';
import { mapOf, textOf } from '../../control/resource-properties.ts';
import { compileModels } from '../../deployment/models.ts';
import { jsonReply } from '../../control-port/control-request.ts';
import { modelTemplate } from '../v2-apis/model-template.ts';
import { field, readFields, replaceRule, showFields } from './field-table.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { requiredText } from './wire-shape.ts';
import type { ApiState } from '../../control/api-state.ts';
import type { ControlResource } from '../../control/control-resource.ts';
import type { JsonObject } from '../../definition/model.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const ID_LENGTH = 6;
const MODELS = '/restapis/{restApiId}/models';
const MODEL = `${MODELS}/{modelName}`;

const FIELDS = [field('name'), field('description'), field('contentType'), field('schema')];
const RULES = [replaceRule(field('description')), replaceRule(field('schema'))];

export function modelRoutes(control: RestControl): readonly WireRoute[] {
  return [...readRoutes(control), ...writeRoutes(control)];
}

function readRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'GET',
      path: MODELS,
      serve: (call) => listReply(findApi(control, call).resources.models.map(showModel), call.query),
    },
    {
      method: 'GET',
      path: MODEL,
      serve: (call) => jsonReply(200, showModel(getModel(findApi(control, call), call))),
    },
    {
      method: 'GET',
      path: `${MODEL}/default_template`,
      serve(call) {
        const { properties } = getModel(findApi(control, call), call);
        const schema = mapOf(withSchema({ ...properties, Schema: schemaText(properties) }), 'Schema');
        return jsonReply(200, { value: modelTemplate(schema) });
      },
    },
  ];
}

function writeRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: MODELS,
      serve(call) {
        const api = findApi(control, call);
        const { models } = api.resources;
        if (call.body['name'] === '') throw badRequest('Model name must be non-empty');
        const name = requiredText(call.body, 'name');
        if (models.some((one) => nameOf(one) === name))
          throw conflict('Model name already exists for this REST API');
        const properties = { ...readFields(call.body, FIELDS), RestApiId: api.identity.apiId };
        const model = madeByCall(control.random.hex(ID_LENGTH), withSchema(properties));
        putModels(api, [...models, model]);
        return jsonReply(201, showModel(model));
      },
    },
    {
      method: 'PATCH',
      path: MODEL,
      serve(call) {
        const api = findApi(control, call);
        const model = getModel(api, call);
        const operations = parsePatch(call.body, 'updateModelInput');
        const properties = { ...model.properties, Schema: schemaText(model.properties) };
        const refusal = listingRefusal(['/description', '/schema']);
        const changed = {
          ...model,
          properties: withSchema(applyPatch(properties, operations, RULES, refusal)),
        };
        const { models } = api.resources;
        putModels(
          api,
          models.map((one) => (one === model ? changed : one)),
        );
        return jsonReply(200, showModel(changed));
      },
    },
    {
      method: 'DELETE',
      path: MODEL,
      serve(call) {
        const api = findApi(control, call);
        const model = getModel(api, call);
        refuseUsedModel(api, nameOf(model));
        const kept = api.resources.models.filter((one) => one !== model);
        putModels(api, kept);
        return emptyReply(202);
      },
    },
  ];
}

/** @throws ControlError NotFoundException */
function getModel({ resources }: ApiState, { path }: WireCall): ControlResource {
  const name = path('modelName');
  const model = resources.models.find((one) => nameOf(one) === name);
  if (model === undefined) throw notFound(`Invalid model name specified: ${name}`);
  return model;
}

/** @throws DefinitionError for schemas that AWS refuses */
function putModels(api: ApiState, models: readonly ControlResource[]): void {
  compileModels(api.identity.apiId, models);
  api.edit({ ...api.resources, models });
}

/** The schema as an object, in which form templates give it. */
function withSchema(properties: JsonObject): JsonObject {
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
    ...showFields(properties, FIELDS),
    name: nameOf(model),
    schema: schemaText(properties),
  };
}

function nameOf({ id, properties }: ControlResource): string {
  return textOf(properties, 'Name') || id;
}

function refuseUsedModel({ resources }: ApiState, name: string): void {
  for (const { properties } of resources.methods) {
    if (!Object.values(mapOf(properties, 'RequestModels')).includes(name)) continue;
    const path = resources.resources.get(textOf(properties, 'ResourceId'))?.path ?? '';
    const method = `${path}/${textOf(properties, 'HttpMethod')}`;
    throw conflict(`Cannot delete model '${name}', is referenced in method request: ${method}`);
  }
}
