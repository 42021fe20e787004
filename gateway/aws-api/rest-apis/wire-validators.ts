/** Request validators over AWS's REST API. */
import { conflict, notFound } from '../../control/control-error.ts';
import { madeByCall } from '../../control/edit-resources.ts';
import { applyPatch, parsePatch, plainRefusal } from '../../control/patch.ts';
import { jsonReply } from '../../control-port/control-request.ts';
import { field, readFields, replaceRule, showFields } from './field-table.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import type { ApiState } from '../../control/api-state.ts';
import type { ControlResource } from '../../control/control-resource.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const ID_LENGTH = 6;
const VALIDATORS = '/restapis/{restApiId}/requestvalidators';
const VALIDATOR = `${VALIDATORS}/{requestValidatorId}`;

const FIELDS = [
  field('name'),
  field('validateRequestBody', 'flag'),
  field('validateRequestParameters', 'flag'),
];
const RULES = FIELDS.map(replaceRule);

export function validatorRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: VALIDATORS,
      serve(call) {
        const api = findApi(control, call);
        const properties = { ...readFields(call.body, FIELDS), RestApiId: api.identity.apiId };
        return jsonReply(201, put(api, madeByCall(control.random.hex(ID_LENGTH), properties)));
      },
    },
    {
      method: 'GET',
      path: VALIDATORS,
      serve(call) {
        const { validators } = findApi(control, call).resources;
        return listReply([...validators.values()].map(show), call.query);
      },
    },
    {
      method: 'GET',
      path: VALIDATOR,
      serve: (call) => jsonReply(200, show(get(findApi(control, call), call))),
    },
    {
      method: 'PATCH',
      path: VALIDATOR,
      serve(call) {
        const api = findApi(control, call);
        const validator = get(api, call);
        const operations = parsePatch(call.body, 'updateRequestValidatorInput');
        const properties = applyPatch(validator.properties, operations, RULES, plainRefusal);
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

function put(api: ApiState, validator: ControlResource): Record<string, unknown> {
  const validators = new Map([...api.resources.validators, [validator.id, validator]]);
  api.edit({ ...api.resources, validators });
  return show(validator);
}

/** @throws ControlError NotFoundException */
function get({ resources }: ApiState, { path }: WireCall): ControlResource {
  const validator = resources.validators.get(path('requestValidatorId'));
  if (validator === undefined) throw notFound('Invalid Request Validator identifier specified');
  return validator;
}

function show({ id, properties }: ControlResource): Record<string, unknown> {
  return {
    id,
    validateRequestBody: false,
    validateRequestParameters: false,
    ...showFields(properties, FIELDS),
  };
}
