import type { ApiRoutes } from '../../../control/loading/list-apis.ts';
import { controlUrlOf } from './addresses.ts';
import { listRoutesOf, regionOf } from './listing.ts';
import type { Parts } from '../parts.ts';

export function environmentOf(parts: Parts): Readonly<Record<string, string>> {
  const { options, controlSecret, name } = parts;
  const { adminKey } = options;
  const stages = listRoutesOf(parts).filter(({ kind }) => kind !== 'function-url');
  const region = regionOf(parts);
  const [socket, ...moreSockets] = stages.filter(({ kind }) => kind === 'websocket');
  const [api, ...moreApis] = stages.filter(({ kind }) => kind !== 'websocket');
  return {
    ...(name === undefined ? {} : { GATEWRIGHT_GATEWAY: name }),
    GATEWRIGHT_CONTROL_URL: controlUrlOf(parts),
    GATEWRIGHT_CONTROL_SECRET: controlSecret,
    ...(api !== undefined && moreApis.length === 0 ? { GATEWRIGHT_URL: api.url } : {}),
    ...Object.fromEntries(stages.map((stage) => [`GATEWRIGHT_URL_${variableOf(stage, stages)}`, stage.url])),
    AWS_ENDPOINT_URL: controlUrlOf(parts),
    AWS_ACCESS_KEY_ID: adminKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: adminKey.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...(socket !== undefined && moreSockets.length === 0
      ? { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.url.replace(/^ws/, 'http') }
      : {}),
  };
}

/**
 * Returns the name of the environment variable for an API's URL, such as `ORDERS_API` for OrdersApi. If several stages
 * belong to APIs with this logical id, the name also contains the stack and the stage.
 */
function variableOf({ logicalId, stack, stage }: ApiRoutes, all: readonly ApiRoutes[]): string {
  const isAlone = all.filter((other) => other.logicalId === logicalId).length === 1;
  return printVariable([logicalId, ...(isAlone ? [] : [stack, stage])].join('_'));
}

/** Returns `USERS_URL` for `UsersUrl`. */
export function printVariable(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
