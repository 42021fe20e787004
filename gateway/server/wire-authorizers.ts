/** Authorizers over AWS's REST API. */
import { badRequest, conflict, notFound } from '../control/control-error.ts';
import { madeByCall } from '../control/edit-resources.ts';
import { applyPatch, parsePatch, plainRefusal } from '../control/patch.ts';
import { compileRestAuthorization } from '../deployment/compile-authorization.ts';
import { jsonReply } from './control-request.ts';
import { field, readFields, replaceRule, showFields } from './field-table.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { requiredText } from './wire-shape.ts';
import type { ApiResources, ApiState, ControlResource } from '../control/api-state.ts';
import type { PatchRule } from '../control/patch.ts';
import type { Json, JsonObject } from '../definition/model.ts';
import type { Field } from './field-table.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

const AUTHORIZER = '/restapis/{restApiId}/authorizers/{authorizerId}';
const ID_LENGTH = 6;
/** AWS's quota per API (aws-behaviour §13). */
const MAX_AUTHORIZERS = 10;
const USUAL_TTL_SECONDS = 300;

const FIELDS: readonly Field[] = [
  field('name'),
  field('type'),
  field('providerARNs', 'list', 'ProviderARNs'),
  field('authType'),
  field('authorizerUri'),
  field('authorizerCredentials'),
  field('identitySource'),
  field('identityValidationExpression'),
  field('authorizerResultTtlInSeconds', 'number'),
];

const RULES: readonly PatchRule<JsonObject>[] = [
  ...FIELDS.filter(({ kind, wire }) => kind !== 'list' && wire !== 'type').map(replaceRule),
  {
    path: '/providerARNs',
    on: {
      add: (target, { value }) => ({ ...target, ProviderARNs: [...providersOf(target), value] }),
      remove: (target, { value }) => ({
        ...target,
        ProviderARNs: providersOf(target).filter((arn) => arn !== value),
      }),
    },
  },
];

function providersOf(authorizer: JsonObject): readonly Json[] {
  const providers = authorizer['ProviderARNs'];
  return Array.isArray(providers) ? (providers as readonly Json[]) : [];
}

/** @throws ControlError NotFoundException */
export function getAuthorizer({ resources }: ApiState, id: string): ControlResource {
  const authorizer = resources.authorizers.get(id);
  if (authorizer === undefined) throw notFound('Invalid Authorizer identifier specified');
  return authorizer;
}

export function authorizerRoutes(control: RestControl): readonly WireRoute[] {
  const put = (api: ApiState, authorizer: ControlResource): void => {
    const authorizers = new Map([...api.resources.authorizers, [authorizer.id, authorizer]]);
    checkAuthorizer({ ...api.resources, authorizers }, authorizer);
    api.edit({ ...api.resources, authorizers });
  };
  return [
    {
      method: 'POST',
      path: '/restapis/{restApiId}/authorizers',
      serve(call) {
        const api = findApi(control, call);
        requiredText(call.body, 'type');
        refuseTakenName(api, requiredText(call.body, 'name'));
        if (api.resources.authorizers.size >= MAX_AUTHORIZERS)
          throw badRequest(`Maximum number of authorizers per API reached: ${MAX_AUTHORIZERS}`);
        const properties = { ...readFields(call.body, FIELDS), RestApiId: api.identity.apiId };
        const authorizer = madeByCall(control.random.hex(ID_LENGTH), properties);
        put(api, authorizer);
        return jsonReply(201, showAuthorizer(authorizer));
      },
    },
    {
      method: 'GET',
      path: '/restapis/{restApiId}/authorizers',
      serve(call) {
        const { authorizers } = findApi(control, call).resources;
        return listReply([...authorizers.values()].map(showAuthorizer), call.query);
      },
    },
    {
      method: 'GET',
      path: AUTHORIZER,
      serve: (call) =>
        jsonReply(200, showAuthorizer(getAuthorizer(findApi(control, call), call.path('authorizerId')))),
    },
    {
      method: 'PATCH',
      path: AUTHORIZER,
      serve(call) {
        const api = findApi(control, call);
        const authorizer = getAuthorizer(api, call.path('authorizerId'));
        const operations = parsePatch(call.body, 'updateAuthorizerInput');
        const properties = applyPatch(authorizer.properties, operations, RULES, plainRefusal);
        if (properties['Name'] !== authorizer.properties['Name'])
          refuseTakenName(api, String(properties['Name']));
        put(api, { ...authorizer, properties });
        return jsonReply(200, showAuthorizer(getAuthorizer(api, authorizer.id)));
      },
    },
    {
      method: 'DELETE',
      path: AUTHORIZER,
      serve(call) {
        const api = findApi(control, call);
        const { id } = getAuthorizer(api, call.path('authorizerId'));
        if (api.resources.methods.some((method) => method.properties['AuthorizerId'] === id))
          throw conflict('Cannot delete authorizer: it is referenced by a method of the API');
        const authorizers = new Map([...api.resources.authorizers].filter(([key]) => key !== id));
        api.edit({ ...api.resources, authorizers });
        return emptyReply(202);
      },
    },
  ];
}

/** What a deployment would refuse, refused when it is said: compiles a method that would use it. */
function checkAuthorizer(from: ApiResources, authorizer: ControlResource): void {
  const type = String(authorizer.properties['Type']);
  const user = {
    ...authorizer,
    properties: {
      AuthorizationType: type === 'TOKEN' || type === 'REQUEST' ? 'CUSTOM' : type,
      AuthorizerId: authorizer.id,
    },
  };
  compileRestAuthorization(user, from);
}

function refuseTakenName({ resources }: ApiState, name: string): void {
  for (const { properties } of resources.authorizers.values())
    if (properties['Name'] === name)
      throw badRequest(`Authorizer name must be unique. Authorizer ${name} already exists in this RestApi.`);
}

function showAuthorizer({ id, logicalId, properties }: ControlResource): Record<string, unknown> {
  const type = properties['Type'];
  return {
    id,
    name: logicalId,
    authType: type === 'COGNITO_USER_POOLS' ? 'cognito_user_pools' : 'custom',
    authorizerResultTtlInSeconds: USUAL_TTL_SECONDS,
    ...showFields(properties, FIELDS),
  };
}
