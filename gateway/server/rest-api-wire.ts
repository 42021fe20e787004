/**
 * AWS's own REST API for REST APIs (`apigateway`), as far as this version serves it: reading resources and
 * gateway responses. Everything else is refused by name.
 * @see API Gateway API reference, "GetResources", "GetGatewayResponses"
 */
import { resolveGatewayResponses } from '../deployment/gateway-responses.ts';
import { readText } from '../deployment/properties.ts';
import { awsError, refuseUnlessAllowed } from './aws-call.ts';
import { jsonReply } from './control-request.ts';
import type { ApiState } from '../control/api-state.ts';
import type { GatewayResponse } from '../deployment/gateway-responses.ts';
import type { AwsCall, AwsService } from './aws-call.ts';
import type { ControlReply } from './control-request.ts';

export interface ApiDirectory {
  state(apiId: string): ApiState | undefined;
}

const COLLECTION = /^\/restapis\/([a-z0-9]{1,63})\/(resources|gatewayresponses)$/;

/** Serves signed calls whose identity may `apigateway:GET` the resource. */
export function createRestApiWire(apis: ApiDirectory): AwsService {
  return (call) => Promise.resolve(answer(call, apis));
}

function answer(call: AwsCall, apis: ApiDirectory): ControlReply {
  const { method, path } = call.request;
  const [, apiId, collection] = COLLECTION.exec(path) ?? [];
  if (method !== 'GET' || apiId === undefined)
    return awsError(call.request, 'apigateway', {
      status: 501,
      type: 'NotImplementedException',
      message: `${method} ${path} of API Gateway is not served here yet`,
    });
  const resource = `arn:aws:apigateway:${call.region}::${path}`;
  const refusal = refuseUnlessAllowed(call, [{ action: 'apigateway:GET', resource }]);
  if (refusal !== undefined) return refusal;
  const api = apis.state(apiId);
  if (api?.identity.protocol !== 'rest')
    return awsError(call.request, 'apigateway', {
      status: 404,
      type: 'NotFoundException',
      message: 'Invalid API identifier specified',
    });
  const items = collection === 'resources' ? listResources(api) : listGatewayResponses(api);
  return jsonReply(200, { _embedded: { item: items }, item: items });
}

function listResources(api: ApiState): readonly unknown[] {
  return [...api.resources.resources.values()].map(({ id, path, properties }) => {
    const methods = api.resources.methods.filter((method) => method.properties['ResourceId'] === id);
    return {
      id,
      path,
      ...(path === '/' ? {} : { parentId: properties['ParentId'], pathPart: properties['PathPart'] }),
      ...(methods.length === 0
        ? {}
        : {
            resourceMethods: Object.fromEntries(
              methods.map((method) => [readText(method, 'HttpMethod'), {}]),
            ),
          }),
    };
  });
}

function listGatewayResponses(api: ApiState): readonly GatewayResponse[] {
  return [...resolveGatewayResponses(api.resources.gatewayResponses).values()];
}
