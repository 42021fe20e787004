/** What the plug-in prints once everything listens. */
import type { ApiRoutes, Listening } from '@gatewright/gateway';

const KINDS = { rest: 'REST', http: 'HTTP', websocket: 'WebSocket' };

export function describeListening(apis: readonly ApiRoutes[], listening: Listening, tookMs: number): string {
  const { control, dynamodb, unsupported } = listening;
  return [
    '',
    ...apis.flatMap((api) => [
      `  ${api.name}  ${KINDS[api.kind]} API  ${api.url}`,
      ...describeRoutes(api),
      '',
    ]),
    `  AWS’s own APIs  ${control}`,
    ...(dynamodb === undefined ? [] : [`  DynamoDB        ${dynamodb}`]),
    '',
    ...unsupported.map(({ logicalId, property, consequence }) => {
      const what = property === undefined ? logicalId : `${logicalId}.${property}`;
      return `  not enforced: ${what}: ${consequence}`;
    }),
    `Ready in ${(tookMs / 1000).toFixed(1)} s. One line per request follows; end with Ctrl-C.`,
    '',
  ].join('\n');
}

function describeRoutes({ routes }: ApiRoutes): string[] {
  const rows = routes.map(({ method, path, authorizer, functionName }) => ({
    route: method === path ? path : `${method} ${path}`,
    authorizer: authorizer ?? 'open',
    target: functionName ?? '(no function)',
  }));
  const routeWidth = Math.max(0, ...rows.map(({ route }) => route.length));
  const authorizerWidth = Math.max(0, ...rows.map(({ authorizer }) => authorizer.length));
  return rows.map(
    ({ route, authorizer, target }) =>
      `    ${route.padEnd(routeWidth)}  ${authorizer.padEnd(authorizerWidth)}  → ${target}`,
  );
}
