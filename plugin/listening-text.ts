/** What the plug-in prints once everything listens. */
import type { ApiRoutes, Listening } from '@gatewright/gateway';

const KINDS = { rest: 'REST', http: 'HTTP', websocket: 'WebSocket' };

export function describeListening(apis: readonly ApiRoutes[], listening: Listening, tookMs: number): string {
  const { control, dynamodb, unsupported, unreachableIssuers } = listening;
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
    ...unreachableIssuers.map(
      (issuer) =>
        `  its keys cannot be read: ${issuer}: its tokens are refused; to mint them here: custom.gatewright.issuer: '${issuer}=local'`,
    ),
    ...unsupported.map(describeFinding),
    `Ready in ${(tookMs / 1000).toFixed(1)} s. One line per request follows; end with Ctrl-C.`,
    '',
  ].join('\n');
}

function describeFinding({
  logicalId,
  property,
  consequence,
  message,
  file,
  line,
}: Listening['unsupported'][number]): string {
  const what = property === undefined ? logicalId : `${logicalId}.${property}`;
  if (message === undefined) return `  not enforced: ${what}: ${consequence}`;
  const where = [file, line].filter((part) => part !== undefined).join(':');
  return `  not served as written: ${where} ${what}: ${message} → ${consequence}`;
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
