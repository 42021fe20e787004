/** Authorizers over AWS's REST API. */
import {
  createAuthorizer,
  deleteAuthorizer,
  getAuthorizer,
  replaceAuthorizer,
} from '../../control/edit-authorizers.ts';
import { madeByCall } from '../../control/edit-resources.ts';
import { applyPatch, parsePatch, plainRefusal } from '../../control/patch.ts';
import { listOf } from '../../control/resource-properties.ts';
import { jsonReply } from '../../control-port/control-request.ts';
import { field, readFields, replaceRule, showFields } from './field-table.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { requiredText } from './wire-shape.ts';
import type { ControlResource } from '../../control/control-resource.ts';
import type { PatchRule } from '../../control/patch.ts';
import type { JsonObject } from '../../definition/model.ts';
import type { Field } from './field-table.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

const AUTHORIZER = '/restapis/{restApiId}/authorizers/{authorizerId}';
const ID_LENGTH = 6;
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
      add: (target, { value }) => ({ ...target, ProviderARNs: [...listOf(target, 'ProviderARNs'), value] }),
      remove: (target, { value }) => ({
        ...target,
        ProviderARNs: listOf(target, 'ProviderARNs').filter((arn) => arn !== value),
      }),
    },
  },
];

export function authorizerRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: '/restapis/{restApiId}/authorizers',
      serve(call) {
        const api = findApi(control, call);
        requiredText(call.body, 'type');
        requiredText(call.body, 'name');
        const properties = { ...readFields(call.body, FIELDS), RestApiId: api.identity.apiId };
        const authorizer = madeByCall(control.random.hex(ID_LENGTH), properties);
        api.edit(createAuthorizer(api.resources, authorizer));
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
        jsonReply(
          200,
          showAuthorizer(getAuthorizer(findApi(control, call).resources, call.path('authorizerId'))),
        ),
    },
    {
      method: 'PATCH',
      path: AUTHORIZER,
      serve(call) {
        const api = findApi(control, call);
        const authorizer = getAuthorizer(api.resources, call.path('authorizerId'));
        const operations = parsePatch(call.body, 'updateAuthorizerInput');
        const properties = applyPatch(authorizer.properties, operations, RULES, plainRefusal);
        api.edit(replaceAuthorizer(api.resources, authorizer, properties));
        return jsonReply(200, showAuthorizer(getAuthorizer(api.resources, authorizer.id)));
      },
    },
    {
      method: 'DELETE',
      path: AUTHORIZER,
      serve(call) {
        const api = findApi(control, call);
        api.edit(deleteAuthorizer(api.resources, call.path('authorizerId')));
        return emptyReply(202);
      },
    },
  ];
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
