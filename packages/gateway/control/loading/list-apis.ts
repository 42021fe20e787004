import { printRoutes } from '../../core/routing/print-routes.ts';
import type { RouteRow } from '../../core/routing/print-routes.ts';
import type { ApiProtocol } from '../../core/deployment/model.ts';
import type { ApiState } from '../api-state.ts';
import type { FunctionUrl } from './read-function-urls.ts';

export type ApiListing = {
  readonly stack: string;
  readonly logicalId: string;
  readonly id: string;
  readonly name: string;
  readonly kind: ApiProtocol | 'function-url';
  readonly stage: string;
  readonly region: string;
  /**
   * The URL: `http://127.0.0.1:3000/dev`. With TLS it begins with `https://`, and for WebSocket APIs with `ws://` or
   * `wss://`. It has no path for `$default`.
   */
  readonly url: string;
};

export type ApiRoutes = ApiListing & {
  readonly routes: readonly RouteRow[];
  /** Set if AWS serves the API at its custom domains only (`DisableExecuteApiEndpoint`). */
  readonly isEndpointDisabled?: true;
  /** The route selection expression of a WebSocket API. */
  readonly routeSelection?: string;
};

/**
 * Lists every stage in template order. `addressOf` returns the host, port and base path of an API. The URLs of APIs
 * with the `stageless` protocol omit the stage. With `isSecure`, URLs begin with `https` or `wss`.
 */
export function listApis(
  apis: readonly ApiState[],
  addressOf: (apiId: string) => string,
  stageless?: ApiProtocol,
  isSecure = false,
): ApiRoutes[] {
  return apis.flatMap(({ identity, served }) =>
    [...served.stages.values()].map((stage) => ({
      stack: identity.stackName,
      logicalId: identity.logicalId,
      id: identity.apiId,
      name: identity.name,
      kind: identity.protocol,
      stage: stage.name,
      region: identity.region,
      ...(served.disableExecuteApiEndpoint && { isEndpointDisabled: true as const }),
      ...(stage.deployment.messageRouting !== undefined && {
        routeSelection: stage.deployment.messageRouting.expression,
      }),
      url: urlOf(
        identity.protocol,
        addressOf(identity.apiId),
        identity.protocol === stageless ? '$default' : stage.name,
        isSecure,
      ),
      routes: printRoutes(stage.deployment.routes),
    })),
  );
}

/** Lists function URLs, which have no stage and accept every path. */
export function listUrls(
  urls: readonly FunctionUrl[],
  addressOf: (urlId: string) => string,
  isSecure = false,
): ApiRoutes[] {
  return urls.flatMap(({ served }) =>
    [...served.stages.values()].map((stage) => ({
      stack: served.stackName,
      logicalId: served.logicalId,
      id: served.apiId,
      name: served.name,
      kind: 'function-url' as const,
      stage: stage.name,
      region: served.region,
      url: urlOf(served.protocol, addressOf(served.apiId), stage.name, isSecure),
      routes: printRoutes(stage.deployment.routes),
    })),
  );
}

function urlOf(protocol: ApiProtocol, address: string, stageName: string, isSecure: boolean): string {
  const scheme = `${protocol === 'websocket' ? 'ws' : 'http'}${isSecure ? 's' : ''}`;
  return stageName === '$default' ? `${scheme}://${address}` : `${scheme}://${address}/${stageName}`;
}
