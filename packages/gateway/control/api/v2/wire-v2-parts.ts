/**
 * Routes, integrations, authorizers, models and responses of HTTP and WebSocket APIs. The calls are the same for every
 * row of the table.
 */
import { partsOf, withParts } from '../../api-parts.ts';
import { refuseBeyondQuota } from '../../api-quotas.ts';
import { badRequest, conflict, notFound, orNotFound } from '../../control-error.ts';
import { callMadeResource } from '../../edits/edit-resources.ts';
import { editV2 } from '../../edits/edit-v2.ts';
import { mapOf, membersOf, textOf, without } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { isQuickCreated } from '../../../core/stack/quick-create.ts';
import { mergeFields, showFields } from '../rest/field-table.ts';
import { checkedSchema, schemaText } from '../rest/model-schema.ts';
import { emptyReply } from '../rest/wire-router.ts';
import { API, findV2Api, refuseUnenforced, requireMembers, v2Collection } from './v2-wire.ts';
import type { ApiState, ApiResources } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';
import { V2_TYPES } from '../../resource-types/v2-types.ts';
import { findPlainAttributes } from '../../../core/deployability/judge-integrations.ts';
import { invalidSelection } from '../../../core/deployment/integration/mapping-refusal.ts';
import { INTEGRATION_TIMEOUTS } from '../../../core/integration-timeouts.ts';
import { describeNamesake, notSupported } from '../../resource-types/api-type.ts';
import { describeVariableConflict, differInVariables } from '../../../core/routing/http-routes.ts';
import type { PartCalls } from '../../resource-types/api-type.ts';
import type { Field } from '../../resource-types/fields.ts';
import type { HeldPart } from '../../api-parts.ts';
import type { ApiProtocol } from '../../../core/deployment/model.ts';

/**
 * A kind of editable part of HTTP and WebSocket APIs. It consists of a row in `resource-types/v2-types.ts`, and of
 * rules that do not fit into the row.
 * @see API Gateway Version 2 API reference, "Resources"
 */
type PartKind = PartRules & {
  readonly type: string;
  readonly part: HeldPart;
  readonly calls: PartCalls;
  readonly fields: readonly Field[];
};

type PartRules = {
  /** Returns a property whose default value AWS accepts but does not store. */
  readonly unkept?: (protocol: ApiProtocol, properties: JsonObject) => string | undefined;
  /** Returns the defaults that AWS shows. */
  readonly usual?: (protocol: ApiProtocol, properties: JsonObject) => Readonly<Record<string, unknown>>;
  /**
   * Makes the checks that AWS makes only for this kind.
   * @param given all members of the call, including the empty ones, which `properties` does not contain
   * @throws ControlError for a call that AWS refuses
   */
  readonly check?: (properties: JsonObject, given: WireCall['body']) => void;
  /** Returns whether another part refers to the part with this id, so that it cannot be deleted. */
  readonly isNeeded?: (from: ApiResources, id: string) => boolean;
};

const ROUTES: PartRules = { usual: () => ({ apiKeyRequired: false, authorizationType: 'NONE' }) };

const INTEGRATIONS: PartRules = {
  // Terraform's provider sends PassthroughBehavior with every integration, but does not expect an HTTP API to return it
  // (its integration.go, diffs).
  unkept: (protocol, { PassthroughBehavior }) =>
    protocol === 'http' && PassthroughBehavior === 'WHEN_NO_MATCH' ? 'PassthroughBehavior' : undefined,
  usual: (protocol, properties) => ({
    connectionType: 'INTERNET',
    timeoutInMillis: INTEGRATION_TIMEOUTS[protocol].usual,
    ...(protocol === 'http' ? { payloadFormatVersion: '1.0' } : WEBSOCKET_INTEGRATION),
    integrationMethod:
      properties['IntegrationType'] === 'AWS_PROXY' &&
      properties['IntegrationSubtype'] === undefined &&
      properties['IntegrationMethod'] === undefined
        ? 'POST'
        : undefined,
  }),
  check(properties, { requestParameters }) {
    if (properties['IntegrationSubtype'] === undefined) return;
    // Recorded for updates; creations are assumed to be refused in the same way (docs/aws/integrations.md).
    const isEmpty = Object.values(membersOf(requestParameters)).some(
      (value) => value === '' || value === null,
    );
    if (isEmpty) throw badRequest(invalidSelection('Mapping expression missing source or destination'));
    const attributes = findPlainAttributes(properties);
    if (attributes !== undefined) throw badRequest(attributes.refusal);
  },
  isNeeded: ({ routes }, id) => routes.some((route) => isOf(route, 'Target', `integrations/${id}`)),
};

const WEBSOCKET_INTEGRATION = {
  payloadFormatVersion: '1.0',
  passthroughBehavior: 'WHEN_NO_MATCH',
  integrationResponseSelectionExpression: '${integration.response.statuscode}',
};

const AUTHORIZERS: PartRules = {
  check({ AuthorizerType, JwtConfiguration }) {
    // Inferred from the warning of an import (aws/aws-sam-cli#2410).
    if (AuthorizerType === 'JWT' && textOf(membersOf(JwtConfiguration), 'Issuer') === '')
      throw badRequest('Invalid issuer: Issuer can not be empty for JWT Authorizer.');
  },
  isNeeded: ({ routes }, id) => routes.some((route) => isOf(route, 'AuthorizerId', id)),
};

const MODELS: PartRules = {
  usual: () => ({ contentType: 'application/json' }),
  isNeeded: ({ routes, models }, id) => {
    const name = textOf(models.find((model) => model.id === id)?.properties ?? {}, 'Name');
    return routes.some(({ properties: { RequestModels } }) =>
      Object.values(RequestModels ?? {}).includes(name),
    );
  },
};

const kind = (
  name: {
    [Name in keyof typeof V2_TYPES]: (typeof V2_TYPES)[Name] extends { calls: PartCalls } ? Name : never;
  }[keyof typeof V2_TYPES],
  rules: PartRules = {},
): PartKind => {
  const { part, calls, fields } = V2_TYPES[name];
  return { type: name, part, calls, fields, ...rules };
};

const PART_KINDS = {
  route: kind('AWS::ApiGatewayV2::Route', ROUTES),
  integration: kind('AWS::ApiGatewayV2::Integration', INTEGRATIONS),
  authorizer: kind('AWS::ApiGatewayV2::Authorizer', AUTHORIZERS),
  model: kind('AWS::ApiGatewayV2::Model', MODELS),
  routeResponse: kind('AWS::ApiGatewayV2::RouteResponse'),
  integrationResponse: kind('AWS::ApiGatewayV2::IntegrationResponse'),
};

function isOf({ properties }: ControlResource, property: string, id: string): boolean {
  return textOf(properties, property) === id;
}

export function partRoutes(control: RestControl): readonly WireRoute[] {
  return [...KINDS.flatMap((kind) => routesOf(kind, control)), ...extraRoutes(control)];
}

const KINDS = Object.values(PART_KINDS);

function ownerOf({ calls }: PartKind): (PartKind & { readonly property: string }) | undefined {
  const owner = KINDS.find(({ part }) => part === calls.below?.part);
  return owner && calls.below && { ...owner, property: calls.below.property };
}

function pathOf(kind: PartKind): string {
  const above = ownerOf(kind);
  const { path } = kind.calls;
  return above === undefined ? `${API}/${path}` : `${pathOf(above)}/{${above.calls.idName}}/${path}`;
}

function routesOf(kind: PartKind, control: RestControl): readonly WireRoute[] {
  const all = pathOf(kind);
  return v2Collection<PartOfApi>({
    all,
    one: `${all}/{${kind.calls.idName}}`,
    show: ({ api, part }) => show(kind, api, part),
    create: (call) => create(kind, call, control),
    list(call) {
      const api = findV2Api(control, call);
      return listParts(kind, api, call).map((part) => ({ api, part }));
    },
    get(call) {
      const api = findV2Api(control, call);
      return { api, part: getPart(kind, api, call) };
    },
    change(call) {
      const api = findV2Api(control, call);
      const part = getPart(kind, api, call);
      const before = kind.part === 'routes' ? beforeRouteUpdate(part, call) : part.properties;
      return change(kind, api, { ...part, properties: readPart(kind, api, before, call) }, control);
    },
    remove(call) {
      remove(kind, findV2Api(control, call), call, control);
    },
  });
}

type PartOfApi = { readonly api: ApiState; readonly part: ControlResource };

function extraRoutes(control: RestControl): readonly WireRoute[] {
  const { route: routes } = PART_KINDS;
  return [
    {
      method: 'DELETE',
      path: `${pathOf(routes)}/{routeId}/requestparameters/{key}`,
      serve(call) {
        const api = findV2Api(control, call);
        const route = getPart(routes, api, call);
        const { properties } = route;
        const parameters = mapOf(properties, 'RequestParameters');
        if (!Object.hasOwn(parameters, call.path('key')))
          throw notFound(`Unable to find request parameter ${call.path('key')}`);
        const RequestParameters = without(parameters, call.path('key'));
        change(routes, api, { ...route, properties: { ...properties, RequestParameters } }, control);
        return emptyReply(204);
      },
    },
  ];
}

/**
 * Lists the parts of the API, or of the owner in the path.
 * @throws ControlError NotFoundException if there is no such owner
 */
function listParts(kind: PartKind, api: ApiState, call: WireCall): readonly ControlResource[] {
  const owner = ownerOf(kind);
  const all = partsOf(api.resources, kind.part);
  if (owner === undefined) return all;
  const { id } = getPart(owner, api, call);
  return all.filter(({ properties }) => textOf(properties, owner.property) === id);
}

/** @throws ControlError NotFoundException if there is no such part */
function getPart(kind: PartKind, api: ApiState, call: WireCall): ControlResource {
  const id = call.path(kind.calls.idName);
  return orNotFound(
    listParts(kind, api, call).find((one) => one.id === id),
    `Unable to find ${kind.calls.noun} by id ${id}`,
  );
}

function create(kind: PartKind, call: WireCall, control: RestControl): PartOfApi {
  const api = findV2Api(control, call);
  const { identity, resources } = api;
  const { only, required = [], requiredByProtocol = {}, quota, idLength } = kind.calls;
  if (only !== undefined && only !== identity.protocol)
    throw badRequest(notSupported(kind.calls, identity.protocol));
  requireMembers(call.body, [...required, ...(requiredByProtocol[identity.protocol] ?? [])]);
  const all = partsOf(resources, kind.part);
  if (quota !== undefined) refuseBeyondQuota(quota, all.length, resources.quotas);
  const owner = ownerOf(kind);
  const owned = owner && { [owner.property]: getPart(owner, api, call).id };
  const properties = readPart(kind, api, { ApiId: identity.apiId, ...owned }, call);
  const part = callMadeResource(control.random.hex(idLength), properties);
  refuseNamesake(kind, part, listParts(kind, api, call));
  editV2(api, withParts(resources, kind.part, [...all, part]), control);
  return { api, part };
}

/**
 * Returns the properties after a call's changes.
 * @throws ControlError for properties that the gateway does not apply, or that AWS refuses
 */
function readPart(kind: PartKind, { identity }: ApiState, before: JsonObject, call: WireCall): JsonObject {
  const said = mergeFields(before, call.body, kind.fields);
  const unkept = kind.unkept?.(identity.protocol, said);
  const merged = unkept === undefined ? said : without(said, unkept);
  const properties = kind.part === 'models' ? { ...merged, Schema: checkedSchema(merged['Schema']) } : merged;
  refuseUnenforced(kind.type, properties);
  kind.check?.(properties, call.body);
  return properties;
}

function change(kind: PartKind, api: ApiState, part: ControlResource, control: RestControl): PartOfApi {
  const { resources } = api;
  const all = partsOf(resources, kind.part);
  const others = all.filter(({ id }) => id !== part.id);
  refuseNamesake(
    kind,
    part,
    others.filter((other) => isSibling(kind, other, part)),
  );
  const items = all.map((one) => (one.id === part.id ? part : one));
  editV2(api, withParts(resources, kind.part, items), control);
  return { api, part };
}

function isSibling({ calls }: PartKind, other: ControlResource, part: ControlResource): boolean {
  const { below } = calls;
  return below === undefined || other.properties[below.property] === part.properties[below.property];
}

function refuseNamesake(kind: PartKind, part: ControlResource, others: readonly ControlResource[]): void {
  const { unique } = kind.calls;
  if (unique === undefined) return;
  const name = textOf(part.properties, unique);
  const names = others.map((other) => textOf(other.properties, unique));
  if (names.includes(name)) throw conflict(describeNamesake(kind.calls, name));
  const alike = kind.part === 'routes' ? names.find((other) => differInVariables(name, other)) : undefined;
  if (alike !== undefined) throw conflict(describeVariableConflict(name, alike));
}

function remove(kind: PartKind, api: ApiState, call: WireCall, control: RestControl): void {
  const { id } = getPart(kind, api, call);
  const { resources } = api;
  if (kind.isNeeded?.(resources, id) === true && kind.part === 'authorizers')
    throw conflict(authorizerInUse(resources, id));
  if (kind.isNeeded?.(resources, id) === true && kind.part === 'integrations')
    throw conflict(integrationInUse(resources, id));
  if (kind.isNeeded?.(resources, id) === true)
    throw conflict(`Cannot delete ${kind.calls.noun} ${id}: it is referenced by a route of the API`);
  const kept = partsOf(resources, kind.part).filter((one) => one.id !== id);
  editV2(api, withParts(resources, kind.part, kept), control);
}

/** Returns the refusal to delete an authorizer in use, in AWS's wording (anomalyco/sst#5586). */
function authorizerInUse({ authorizers, routes }: ApiState['resources'], id: string): string {
  const name = textOf(authorizers.get(id)?.properties ?? {}, 'Name');
  const user = routes.find(({ properties }) => textOf(properties, 'AuthorizerId') === id);
  return `Cannot delete authorizer '${name}', is referenced in route: ${textOf(user?.properties ?? {}, 'RouteKey')}`;
}

/** Returns the refusal to delete an integration in use, in AWS's wording (milliHQ/terraform-aws-next-js#247). */
function integrationInUse({ routes }: ApiState['resources'], id: string): string {
  const users = routes.filter(({ properties }) => textOf(properties, 'Target') === `integrations/${id}`);
  return `Cannot delete Integration because it is referenced by the following Routes with Ids: [${users.map((route) => route.id).join(', ')}]`;
}

/**
 * Prepares the update of a route. An authorizer can only be changed together with its authorization type
 * (terraform-provider-aws#35821). The type NONE removes the authorizer (aws-cdk#14424,
 * cloudformation-coverage-roadmap#2184).
 * @throws ControlError if only the authorizer is given
 */
function beforeRouteUpdate({ properties }: ControlResource, { body }: WireCall): JsonObject {
  const { authorizationType: type, authorizerId: id } = body;
  const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
  if (isGiven(id) && !isGiven(type))
    throw badRequest('Unable to update route. Authorizer type is invalid or null.');
  return type === 'NONE' ? without(properties, 'AuthorizerId') : properties;
}

function show(kind: PartKind, { identity }: ApiState, part: ControlResource): object {
  const { id, properties, logicalId } = part;
  const shown =
    kind.part === 'models' ? { ...properties, Schema: schemaText(properties['Schema']) } : properties;
  return {
    [kind.calls.idName]: id,
    apiGatewayManaged: isQuickCreated(logicalId) || undefined,
    ...kind.usual?.(identity.protocol, properties),
    ...showFields(shown, kind.fields),
  };
}
