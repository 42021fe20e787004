/**
 * Patches a REST API.
 * @see API Gateway API reference, "Patch operations", "UpdateRestApi"
 */
import { NOT_PRIVATE, ONLY_DUALSTACK } from '../../../core/deployability/call-words.ts';
import { refusalByService } from '../../edits/check-members.ts';
import { badRequest, notFound } from '../../control-error.ts';
import { listOf, mapOf, without } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { binaryTypes, endpointTypeOf } from './api-shape.ts';
import { ADDRESS_TYPES, COMPRESSION_SIZE, ENDPOINT_TYPES } from '../../resource-types/constraints.ts';
import { field } from '../../resource-types/fields.ts';
import { replaceRule } from './field-table.ts';
import type { PatchInput, PatchOperation, PatchRefusal, PatchRule } from '../../edits/patch.ts';

type Rule = PatchRule<JsonObject>;

/**
 * Returns the refusal of an unknown path or of an operation that the path does not support [obs]. If the path is the
 * endpoint's type, AWS words the refusal of the operation differently.
 */
export const apiRefusal: PatchRefusal = (operation: PatchOperation, supported) => {
  if (supported.length === 0) return badRequest(`Invalid patch path ${operation.path}`);
  if (operation.path.startsWith('/endpointConfiguration/types/'))
    return badRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'");
  return badRequest(`Invalid patch operation specified. Must be one of: [${supported.join(', ')}]`);
};

/**
 * Reads the minimum compression size.
 * @throws ControlError BadRequestException if the size is not a whole number within AWS's limits
 */
function parseCompressionSize(text: string): number {
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  const refusal = refusalByService(size, COMPRESSION_SIZE);
  if (refusal !== undefined) throw badRequest(refusal);
  return size;
}

const TEXT_RULES: readonly Rule[] = [
  replaceRule(field('name')),
  {
    path: '/description',
    on: {
      replace: (api, { value }) => ({ ...api, Description: value }),
      remove: (api) => without(api, 'Description'),
    },
  },
  {
    path: '/apiKeySource',
    on: {
      replace(api, { value }) {
        if (value === 'HEADER' || value === 'AUTHORIZER') return { ...api, ApiKeySourceType: value };
        throw badRequest('Invalid API key source specified. Must be one of: [AUTHORIZER, HEADER]');
      },
    },
  },
  replaceRule(field('disableExecuteApiEndpoint', 'flag')),
  {
    path: '/minimumCompressionSize',
    on: {
      // An empty value disables compression; `remove` is refused [obs].
      replace: (api, { value }) =>
        value === ''
          ? without(api, 'MinimumCompressionSize')
          : { ...api, MinimumCompressionSize: parseCompressionSize(value) },
    },
  },
  // There is no operation `remove`. Replacing the policy with an empty text removes it. The policy's content is checked
  // after the patch.
  {
    path: '/policy',
    on: {
      replace: (api, { value }) => (value === '' ? without(api, 'Policy') : { ...api, Policy: value }),
    },
  },
];

const BINARY_RULES: readonly Rule[] = [
  {
    path: '/binaryMediaTypes/{type}',
    on: {
      add: (api, { names: { type = '' } }) => ({ ...api, BinaryMediaTypes: [...binaryTypes(api), type] }),
      // AWS appends the new type to the list [obs].
      replace: (api, { names: { type = '' }, value }) => ({
        ...api,
        BinaryMediaTypes: [
          ...binaryTypes(api).filter((known) => known !== type),
          value.replaceAll('~1', '/'),
        ],
      }),
      remove: (api, { names: { type = '' } }) => ({
        ...api,
        BinaryMediaTypes: binaryTypes(api).filter((known) => known !== type),
      }),
    },
  },
];

function withEndpoint(api: JsonObject, change: JsonObject): JsonObject {
  return { ...api, EndpointConfiguration: { ...mapOf(api, 'EndpointConfiguration'), ...change } };
}

function endpointsOf(api: JsonObject): readonly Json[] {
  return listOf(mapOf(api, 'EndpointConfiguration'), 'VpcEndpointIds');
}

/**
 * Replaces the endpoint type. The path of the patch contains the current type, or its index in the list, which is
 * always 0. Tools send both forms.
 */
function replaceType(api: JsonObject, { value, names: { type = '' } }: PatchInput): JsonObject {
  const current = endpointTypeOf(api);
  if (type !== '0' && type !== current)
    throw badRequest(`Invalid patch path /endpointConfiguration/types/${type}`);
  if (!ENDPOINT_TYPES.includes(value))
    throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE');
  // The endpoint type can change from private to edge-optimized only through REGIONAL (developer guide, "Change a
  // public or private API endpoint type").
  if (current === 'PRIVATE' && value === 'EDGE')
    throw badRequest('Cannot update endpoint from PRIVATE to EDGE');
  if (value !== 'PRIVATE' && endpointsOf(api).length > 0) throw badRequest(NOT_PRIVATE);
  // Private APIs must be dualstack.
  return withEndpoint(
    api,
    value === 'PRIVATE' ? { Types: [value], IpAddressType: 'dualstack' } : { Types: [value] },
  );
}

function replaceAddressType(api: JsonObject, { value }: PatchInput): JsonObject {
  if (!ADDRESS_TYPES.includes(value)) throw badRequest('ipAddressType must be either ipv4 or dualstack.');
  refuseAddressType({ Types: [endpointTypeOf(api)], IpAddressType: value });
  return withEndpoint(api, { IpAddressType: value });
}

/** @throws ControlError for a private API that supports only IPv4 */
export function refuseAddressType({ Types, IpAddressType = 'dualstack' }: JsonObject): void {
  if (Array.isArray(Types) && Types.includes('PRIVATE') && IpAddressType !== 'dualstack')
    throw badRequest(ONLY_DUALSTACK);
}

const ENDPOINT_RULES: readonly Rule[] = [
  { path: '/endpointConfiguration/types/{type}', on: { replace: replaceType } },
  { path: '/endpointConfiguration/ipAddressType', on: { replace: replaceAddressType } },
  {
    path: '/endpointConfiguration/vpcEndpointIds',
    on: {
      add(api, { value }) {
        if (endpointTypeOf(api) !== 'PRIVATE') throw badRequest(NOT_PRIVATE);
        const others = endpointsOf(api).filter((id) => id !== value);
        return withEndpoint(api, { VpcEndpointIds: [...others, value] });
      },
      remove(api, { value }) {
        if (!endpointsOf(api).includes(value)) throw notFound('Invalid VPC endpoint identifier specified');
        return withEndpoint(api, { VpcEndpointIds: endpointsOf(api).filter((id) => id !== value) });
      },
    },
  },
];

export const API_RULES: readonly Rule[] = [...TEXT_RULES, ...BINARY_RULES, ...ENDPOINT_RULES];
