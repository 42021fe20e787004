/** What the plug-in prints once everything listens. */
import { addressOf } from '@gatewright/gateway';
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
  const what = [logicalId, property].filter((part) => part !== undefined && part !== '').join('.');
  const where = [file, line].filter((part) => part !== undefined).join(':');
  const place = [where, what].filter((part) => part !== '').join(' ');
  if (message === undefined) return `  not as at AWS: ${place}: ${consequence}`;
  return `  not served as written: ${place}: ${message} → ${consequence}`;
}

/** One line per route: method, an address that a terminal lets one click, who guards it, what answers. */
function describeRoutes(api: ApiRoutes): string[] {
  const rows = api.routes.map(({ method, path, authorizer, apiKeyRequired, functionName, target }) => {
    const isClosed = target === 'answers 500' && authorizer === undefined;
    return [
      method === path ? '' : method,
      addressOf(api, path),
      [authorizer ?? (isClosed ? 'closed' : 'open'), ...(apiKeyRequired ? ['API key'] : [])].join(' + '),
      functionName === undefined ? (target ?? '(no function)') : `→ ${functionName}`,
    ];
  });
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
}
