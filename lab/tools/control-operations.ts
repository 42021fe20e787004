/**
 * The operations of API Gateway that the routes of the control plane answer, by the names and paths of the SDK clients.
 */
import * as rest from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { listRoutes } from '../../packages/gateway/control/api/rest/rest-api-wire.ts';
import { findRoute } from '../../packages/gateway/control/api/rest/wire-router.ts';
import type { RestControl } from '../../packages/gateway/control/api/rest/wire-api.ts';

// The routes use their APIs only when they are called. This script only lists the routes, so a stand-in for the APIs is
// enough.
const ROUTES = listRoutes({ apis: { account: {} } } as RestControl);

export const REST_CALLS = answeredOf(rest);
export const V2_CALLS = answeredOf(v2);

export function commandsOf(client: UnknownMembers): readonly string[] {
  return Object.keys(client).flatMap((key) => /^(\w+)Command$/.exec(key)?.[1] ?? []);
}

/** Returns the HTTP method and the path of a command, as the command's SDK client defines them. */
export function addressOf(client: UnknownMembers, command: string): readonly [method: string, path: string] {
  const schema = client[`${command}$`] as readonly unknown[];
  const { http } = schema[3] as { readonly http: readonly [string, string, number] };
  return [http[0], http[1]];
}

function answeredOf(client: UnknownMembers): readonly string[] {
  return commandsOf(client).filter((command) => {
    const [method, address] = addressOf(client, command);
    const [path = '', query] = address.split('?');
    const call = { method, segments: path.split('/'), query: new URLSearchParams(query) };
    return findRoute(call, ROUTES) !== undefined;
  });
}
