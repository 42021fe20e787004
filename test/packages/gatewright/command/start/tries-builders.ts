/** Builders for the tests of what the first screen suggests. */
import {
  guardedRoutes,
  suggestTries,
} from '../../../../../packages/gatewright/command/start/suggested-tries.ts';
import type {
  ApiRoutes,
  InspectedApi,
  InspectedRoute,
} from '../../../../../packages/gateway/engine/index.ts';

export type Row = ApiRoutes['routes'][number];

export const row = (path: string, more: Partial<Row> = {}): Row => ({
  method: 'GET',
  path,
  logicalId: 'Route',
  apiKeyRequired: false,
  authorizer: undefined,
  functionName: 'answer',
  target: undefined,
  ...more,
});

export const guard = (more: Partial<InspectedRoute> = {}): InspectedRoute => ({
  method: 'GET',
  path: '/',
  apiKeyRequired: false,
  authorizer: undefined,
  ...more,
});

export const of = (kind: ApiRoutes['kind'], routes: readonly Row[]): ApiRoutes => ({
  stack: 'shop-dev',
  logicalId: 'Api',
  id: 'a1',
  name: 'shop',
  kind,
  stage: 'dev',
  region: 'us-east-1',
  url: `${kind === 'websocket' ? 'ws' : 'http'}://127.0.0.1:3000/dev`,
  routes,
});

export function suggest(
  kind: InspectedApi['kind'],
  pairs: readonly (readonly [Row, InspectedRoute])[],
  documents: Parameters<typeof guardedRoutes>[2] = [],
  keyName?: string,
  apiKeySource: InspectedApi['apiKeySource'] = 'HEADER',
  charges: (functionName: string) => boolean = () => false,
  routeSelection?: string,
): readonly string[] {
  const api = {
    ...of(
      kind,
      pairs.map(([shown]) => shown),
    ),
    ...(routeSelection !== undefined && { routeSelection }),
  };
  const inspected: InspectedApi = {
    stack: 'shop-dev',
    logicalId: 'Api',
    id: 'a1',
    kind,
    stage: 'dev',
    region: 'us-east-1',
    apiKeySource,
    apiKeyNames: keyName === undefined ? [] : [keyName],
    routes: pairs.map(([, guarded]) => guarded),
  };
  const toolkit = { hasFunction: (name: string): boolean => name === OURS.functionName, charges };
  return suggestTries(api, guardedRoutes(api, [inspected], documents, 'dev', toolkit));
}

export const OURS: NonNullable<InspectedRoute['authorizer']> = {
  name: 'guard',
  payload: 'rest-token',
  ttlSeconds: 0,
  simpleResponses: false,
  functionName: 'x-token-authorizer',
  identitySources: [],
};
