/**
 * The differences between authorizers, models and request validators of REST APIs: AWS's checks, messages and defaults.
 * Their properties, paths and ids are rows of `resource-types/rest-types.ts`.
 */
import { badRequest, conflict } from '../../control-error.ts';
import type { ControlError } from '../../control-error.ts';
import { checkAuthorizer } from '../../edits/check-authorizer.ts';
import { listingRefusal, plainRefusal } from '../../edits/patch.ts';
import { listOf, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject, UnknownMembers } from '@gatewright/aws/json-object';
import { constraintsOf } from '../../resource-types/constraints.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { compileModels, MODEL_EXISTS } from '../../../core/deployment/models/models.ts';
import { patchRules } from './field-table.ts';
import { defaultModels, modelId, modelName } from './default-models.ts';
import { checkedSchema, schemaText } from './model-schema.ts';
import type { PatchRefusal, PatchRule } from '../../edits/patch.ts';
import type { ApiResources } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { PartCalls } from '../../resource-types/api-type.ts';
import type { Field } from '../../resource-types/fields.ts';

export type RestPart = {
  readonly part: 'authorizers' | 'models' | 'validators';
  readonly fields: readonly Field[];
  readonly calls: PartCalls;
  readonly keyOf: (item: ControlResource) => string;
  /** Returns the id that calls show; absent if it is the id of the resource. */
  readonly shownId?: (item: ControlResource) => string;
  readonly missing: (key: string) => string;
  readonly rules: readonly PatchRule<JsonObject>[];
  readonly refusal: PatchRefusal;
  /**
   * Returns AWS's refusal of a call that creates a part of an unknown API. Absent for parts with the same refusal as
   * other calls [obs].
   */
  readonly withoutApi?: () => ControlError;
  readonly read?: (properties: JsonObject) => JsonObject;
  readonly spell?: (properties: JsonObject) => JsonObject;
  /** Returns the parts together with the parts that API Gateway creates with each API. */
  readonly withDefaults?: (from: ApiResources) => readonly ControlResource[];
  /** Deletes a part that API Gateway has created with the API. */
  readonly withoutDefault?: (from: ApiResources, item: ControlResource) => ApiResources;
  /**
   * Refuses a new part that conflicts with the API's other parts, such as a second model with the same name.
   * @throws ControlError for such a part
   */
  readonly refuseNew?: (from: ApiResources, item: ControlResource) => void;
  /**
   * Refuses a part immediately if a deployment would refuse it.
   * @throws ControlError, DefinitionError for such a part
   */
  readonly check?: (next: ApiResources, item: ControlResource) => void;
  /** Returns why the item cannot be deleted while this method uses it; undefined if the method does not use it. */
  readonly inUse: (item: ControlResource, method: JsonObject, path: string) => string | undefined;
  /** Returns the members that AWS's responses show with a default, or with a value other than the stored one. */
  readonly usual: (item: ControlResource) => Readonly<Record<string, unknown>>;
};

const idOf = ({ id }: ControlResource): string => id;

const { fields: validatorFields, ...VALIDATOR } = REST_TYPES['AWS::ApiGateway::RequestValidator'];
const VALIDATORS: RestPart = {
  part: VALIDATOR.part,
  calls: VALIDATOR.calls,
  fields: validatorFields,
  keyOf: idOf,
  missing: () => 'Invalid Request Validator identifier specified',
  rules: patchRules(validatorFields),
  // AWS lists the paths in this order [obs].
  refusal: listingRefusal(['/name', '/validateRequestParameters', '/validateRequestBody']),
  withoutApi: () => badRequest('Invalid REST API identifier specified'),
  check(_next, { properties }) {
    if (properties['Name'] === '') throw badRequest('Request Validator name cannot be blank');
  },
  inUse: ({ id }, method) =>
    method['RequestValidatorId'] === id
      ? 'Cannot delete request validator: it is referenced by a method of the API'
      : undefined,
  usual: () => ({ validateRequestBody: false, validateRequestParameters: false }),
};

const { fields: authorizerFields, ...AUTHORIZER } = REST_TYPES['AWS::ApiGateway::Authorizer'];
const AUTHORIZERS: RestPart = {
  part: AUTHORIZER.part,
  calls: AUTHORIZER.calls,
  fields: authorizerFields,
  keyOf: idOf,
  missing: () => 'Invalid Authorizer identifier specified',
  rules: patchRules(
    authorizerFields.filter(({ wire }) => wire !== 'type'),
    constraintsOf('createAuthorizerInput'),
  ),
  refusal: plainRefusal,
  withoutApi: () =>
    conflict('Unable to complete operation due to concurrent modification. Please try again later.'),
  check: checkAuthorizer,
  inUse: ({ id, logicalId, properties }, method, path) =>
    method['AuthorizerId'] === id
      ? // AWS's wording, including the two slashes (hashicorp/terraform#6731, terraform-provider-aws#14812).
        `Cannot delete authorizer '${textOf(properties, 'Name') || logicalId}', is referenced in method: ${textOf(method, 'HttpMethod')}/${path || '/'}`
      : undefined,
  // If no TTL was sent, AWS's response does not contain one, although AWS then caches for 300 s (recorded:
  // localstack/localstack, test_apigateway_basic.snapshot.json, test_apigateway_with_custom_authorization_method).
  usual: ({ logicalId, properties }) => ({
    name: logicalId,
    authType: properties['Type'] === 'COGNITO_USER_POOLS' ? 'cognito_user_pools' : 'custom',
  }),
};

const PATCHED_OF_MODEL = ['description', 'schema'];
const { fields: modelFields, ...MODEL } = REST_TYPES['AWS::ApiGateway::Model'];
const MODELS: RestPart = {
  part: MODEL.part,
  calls: MODEL.calls,
  fields: modelFields,
  keyOf: modelName,
  // Ref of a model is its name, but calls show an id [obs].
  shownId: (model) => (model.id === modelName(model) ? modelId(model) : model.id),
  missing: (name) => `Invalid model name specified: ${name}`,
  rules: patchRules(modelFields.filter(({ wire }) => PATCHED_OF_MODEL.includes(wire))),
  refusal: listingRefusal(PATCHED_OF_MODEL.map((name) => `/${name}`)),
  read: (properties) => ({ ...properties, Schema: checkedSchema(properties['Schema']) }),
  spell: (properties) => ({ ...properties, Schema: schemaText(properties['Schema']) }),
  withDefaults: (from) => [...defaultModels(from), ...from.models],
  withoutDefault: (from, model) => ({
    ...from,
    deletedModels: [...(from.deletedModels ?? []), modelName(model)],
  }),
  refuseNew(from, model) {
    const taken = [...defaultModels(from), ...from.models];
    if (taken.some((one) => modelName(one) === modelName(model))) throw conflict(MODEL_EXISTS);
  },
  check: ({ api, models }) => {
    compileModels(api.id, models);
  },
  inUse(model, method, path) {
    const name = modelName(model);
    const isIn = (owner: UnknownMembers, map: string): boolean =>
      Object.values(mapOf(owner, map)).includes(name);
    const responses = listOf(method, 'MethodResponses').map(membersOf);
    const place = isIn(method, 'RequestModels')
      ? 'request'
      : responses.some((response) => isIn(response, 'ResponseModels')) && 'response';
    // AWS's wordings (amazon-archives/aws-apigateway-importer#89, #113).
    return place === false
      ? undefined
      : `Cannot delete model '${name}', is referenced in method ${place}: ${path}/${textOf(method, 'HttpMethod')}`;
  },
  usual: (model) => ({ contentType: 'application/json', name: modelName(model) }),
};

export const REST_PARTS = { validators: VALIDATORS, authorizers: AUTHORIZERS, models: MODELS };
