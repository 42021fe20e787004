/** Edits a REST API's methods, their integrations and responses, with AWS's checks and wording [obs unless noted]. */
import { CALLER_CREDENTIALS } from '../resource-types/caller-credentials.ts';
import { readEndpointTypes } from '../../core/deployment/authorization/compile-resource-policy.ts';
import { compileRestAuthorization } from '../../core/deployment/authorization/compile-authorization.ts';
import { compileIntegration } from '../../core/deployment/integration/compile-integration.ts';
import { INTEGRATION_TIMEOUTS } from '../../core/integration-timeouts.ts';
import { verbRefusal } from '../../core/deployment/compile-rest.ts';
import { compileRestValidation } from '../../core/deployment/models/compile-validation.ts';
import { compileModels } from '../../core/deployment/models/models.ts';
import { badRequest, conflict, notFound, orNotFound } from '../control-error.ts';
import { getResource, callMadeResource } from './edit-resources.ts';
import { isJsonObject, listOf, membersOf, textOf, without } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

export type MethodKey = { readonly resourceId: string; readonly httpMethod: string };

export function methodsOf(from: ApiResources, resourceId: string): readonly ControlResource[] {
  return from.methods.filter(({ properties }) => properties['ResourceId'] === resourceId);
}

/** @throws ControlError NotFoundException if the resource or the method does not exist */
export function getMethod(from: ApiResources, { resourceId, httpMethod }: MethodKey): ControlResource {
  const { id } = getResource(from, resourceId);
  return orNotFound(
    methodsOf(from, id).find(({ properties }) => properties['HttpMethod'] === httpMethod),
    'Invalid Method identifier specified',
  );
}

/** @throws ControlError NotFoundException if there is no such resource */
export function hasMethod(from: ApiResources, { resourceId, httpMethod }: MethodKey): boolean {
  const { id } = getResource(from, resourceId);
  return methodsOf(from, id).some(({ properties }) => properties['HttpMethod'] === httpMethod);
}

/**
 * Creates a method.
 * @throws ControlError, DefinitionError for a call that AWS refuses
 */
export function createMethod(
  from: ApiResources,
  { resourceId, httpMethod }: MethodKey,
  properties: JsonObject,
): ApiResources {
  const { id } = getResource(from, resourceId);
  const refusal = verbRefusal(httpMethod);
  if (refusal !== undefined) throw badRequest(refusal);
  if (methodsOf(from, id).some((method) => method.properties['HttpMethod'] === httpMethod))
    throw conflict('Method already exists for this resource');
  const method = callMadeResource(`${id}-${httpMethod}`, {
    ...properties,
    RestApiId: from.api.id,
    ResourceId: id,
    HttpMethod: httpMethod,
  });
  checkMethod(from, method);
  return { ...from, methods: [...from.methods, method] };
}

/**
 * Replaces a method's properties.
 * @throws ControlError, DefinitionError for a call that AWS refuses
 */
export function replaceMethod(
  from: ApiResources,
  method: ControlResource,
  properties: JsonObject,
): ApiResources {
  const changed = { ...method, properties };
  checkMethod(from, changed);
  return { ...from, methods: from.methods.map((other) => (other === method ? changed : other)) };
}

export function deleteMethod(from: ApiResources, key: MethodKey): ApiResources {
  const method = getMethod(from, key);
  return { ...from, methods: from.methods.filter((other) => other !== method) };
}

function checkMethod(from: ApiResources, method: ControlResource): void {
  compileRestAuthorization(method, from);
  compileRestValidation(method, {
    models: compileModels(from.api.id, from.models),
    validators: from.validators,
  });
  if (method.properties['Integration'] === undefined) return;
  refuseLongTimeout(from, method);
  compileIntegration(method);
}

/** Refuses a timeout that is too long for the endpoint's type, in AWS's words (aws/aws-cdk#31063, docs/aws §13). */
function refuseLongTimeout({ api }: ApiResources, { properties }: ControlResource): void {
  const { TimeoutInMillis, ResponseTransferMode } = membersOf(properties['Integration']);
  const isRaised = readEndpointTypes(api).some((type) => type !== 'EDGE');
  const longest = isRaised ? INTEGRATION_TIMEOUTS.rest.max : INTEGRATION_TIMEOUTS.rest.usual;
  if (ResponseTransferMode !== 'STREAM' && Number(TimeoutInMillis) > longest)
    throw badRequest('Timeout should be between 50 ms and 29000 ms');
}

/** @throws ControlError NotFoundException if the method has no integration */
export function getIntegration(method: ControlResource): JsonObject {
  const integration = method.properties['Integration'];
  if (!isJsonObject(integration)) throw notFound('Invalid Integration identifier specified');
  return integration;
}

/**
 * Returns a method with an integration.
 * @throws ControlError BadRequestException for the caller's credentials. AWS accepts them, but they would have no
 * effect in this gateway
 */
export function withIntegration({ properties }: ControlResource, integration: JsonObject): JsonObject {
  if (textOf(integration, 'Credentials') === CALLER_CREDENTIALS.value)
    throw badRequest(
      `The gateway does not support ${CALLER_CREDENTIALS.value}: ${CALLER_CREDENTIALS.consequence}`,
    );
  return { ...properties, Integration: integration };
}

/**
 * Returns a method without its integration.
 * @throws ControlError NotFoundException if it has none
 */
export function withoutIntegration(method: ControlResource): JsonObject {
  getIntegration(method);
  return without(method.properties, 'Integration');
}

/**
 * The lists of responses in a template, with one response per status. The API identifies each response by its status.
 */
export type ResponseList = 'MethodResponses' | 'IntegrationResponses';

/** @throws ControlError NotFoundException if there is no response with this status */
export function getResponse(owner: JsonObject, list: ResponseList, statusCode: string): JsonObject {
  return orNotFound(
    listResponses(owner, list).find((item) => textOf(item, 'StatusCode') === statusCode),
    'Invalid Response status code specified',
  );
}

export function listResponses(owner: JsonObject, list: ResponseList): readonly JsonObject[] {
  return listOf(owner, list).filter(isJsonObject);
}

export function putResponse(owner: JsonObject, list: ResponseList, response: JsonObject): JsonObject {
  const statusCode = textOf(response, 'StatusCode');
  const others = listResponses(owner, list).filter((item) => textOf(item, 'StatusCode') !== statusCode);
  return { ...owner, [list]: [...others, response] };
}

export function removeResponse(owner: JsonObject, list: ResponseList, statusCode: string): JsonObject {
  const gone = getResponse(owner, list, statusCode);
  return { ...owner, [list]: listResponses(owner, list).filter((item) => item !== gone) };
}
