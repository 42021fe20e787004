/**
 * The two models that API Gateway creates with each REST API (docs/aws §6). An API that is imported from a document has
 * only the models of the document.
 */
import { makeId } from '@gatewright/aws/physical-ids';
import { textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { callMadeResource } from '../../edits/edit-resources.ts';
import type { ApiResources } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';

const MODEL_ID_LENGTH = 6;

/** The texts of the schemas, with AWS's spaces (AWS CLI reference, examples of get-model and get-models). */
const EMPTY = `{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title" : "Empty Schema",
  "type" : "object"
}`;
const ERROR = `{
  "$schema" : "http://json-schema.org/draft-04/schema#",
  "title" : "Error Schema",
  "type" : "object",
  "properties" : {
    "message" : { "type" : "string" }
  }
}`;

const DEFAULTS: readonly JsonObject[] = [
  { Name: 'Empty', Description: 'This is a default empty schema model', Schema: EMPTY },
  { Name: 'Error', Description: 'This is a default error schema model', Schema: ERROR },
];

/** The names of the models that API Gateway creates with an API. */
export const DEFAULT_MODELS: readonly string[] = DEFAULTS.map((properties) => textOf(properties, 'Name'));

/**
 * Returns the name, or the id if there is no name. The name of a model is optional in a template, because
 * CloudFormation can choose one.
 */
export function modelName({ id, properties }: ControlResource): string {
  return textOf(properties, 'Name') || id;
}

/**
 * Returns the default models that were neither deleted nor changed. A changed default model is listed with the models
 * of the API.
 */
/** Returns the id of a model that calls show, although the id of its resource is its name. */
export function modelId(model: ControlResource): string {
  return makeModelId(textOf(model.properties, 'RestApiId'), modelName(model));
}

function makeModelId(apiId: string, name: string): string {
  return makeId(MODEL_ID_LENGTH, apiId, name);
}

export function defaultModels({ api, models, deletedModels = [] }: ApiResources): readonly ControlResource[] {
  if (api.isImported === true) return [];
  const gone = new Set([...deletedModels, ...models.map(modelName)]);
  return DEFAULTS.filter((properties) => !gone.has(textOf(properties, 'Name'))).map((properties) =>
    callMadeResource(makeModelId(api.id, textOf(properties, 'Name')), {
      ContentType: 'application/json',
      RestApiId: api.id,
      ...properties,
    }),
  );
}
