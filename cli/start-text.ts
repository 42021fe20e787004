/** What `gatewright start` prints once everything listens. */
import { commandName, paint, table } from './output.ts';
import { describeTries } from './try-lines.ts';
import type { ApiRoutes, Gateway, Listening, UnsupportedItem } from '../gateway/index.ts';

const TOKEN_OF = { sub: 'local-user', roles: ['admin'] };
/** More than this are counted, not listed; `gatewright routes` and --json show all. */
const MAX_NOTICES = 12;

/** The whole text: addresses, routes, a token, lines to paste, what is not enforced. */
export function describeStart(gateway: Gateway, listening: Listening, tookMs: number): string {
  const apis = gateway.routes();
  const services = [
    ['Control', listening.control, 'AWS’s own APIs, issuer, @connections'],
    ...(listening.dynamodb === undefined ? [] : [['DynamoDB', listening.dynamodb, '']]),
  ];
  const tries = describeTries(gateway, apis);
  return [
    '',
    ...apis.flatMap((api) => [...describeApi(api), '']),
    ...table(services).map((line) => `  ${line}`),
    '',
    `  ${paint('bold', 'A token')} (one hour; more with: ${commandName()} token --sub alice --role admin)`,
    `  ${gateway.mint(TOKEN_OF)}`,
    '',
    ...(tries.length === 0 ? [] : [`  ${paint('bold', 'Try')}`, ...tries.map((line) => `  ${line}`), '']),
    ...describeUnsupported(listening.unsupported),
    `Ready in ${(tookMs / 1000).toFixed(1)} s. One line per request follows; end with Ctrl-C.`,
    '',
  ].join('\n');
}

function describeApi(api: ApiRoutes): string[] {
  const kind = { rest: 'REST', http: 'HTTP', websocket: 'WebSocket' }[api.kind];
  return [
    `  ${paint('bold', api.name)}  ${kind} API, stage ${api.stage}  ${paint('cyan', api.url)}`,
    ...describeRoutes(api).map((line) => `  ${line}`),
  ];
}

/** One line per route: method, path, authorizer, function. */
export function describeRoutes(api: ApiRoutes): string[] {
  const rows = api.routes.map(({ method, path, authorizer, functionName, target, apiKeyRequired }) => [
    method === path ? '' : method,
    path,
    [authorizer ?? 'open', ...(apiKeyRequired ? ['API key'] : [])].join(' + '),
    functionName === undefined ? (target ?? '(no function)') : `→ ${functionName}`,
  ]);
  return table(rows).map((line) => `  ${line}`);
}

function describeUnsupported(items: readonly UnsupportedItem[]): string[] {
  if (items.length === 0) return [];
  const lines = items.slice(0, MAX_NOTICES).map(({ logicalId, property, consequence }) => {
    const what = property === undefined ? logicalId : `${logicalId}.${property}`;
    return `    ${what}: ${consequence}`;
  });
  const more = items.length - lines.length;
  return [
    `  ${paint('yellow', 'Not enforced here')} (--strict makes these errors)`,
    ...lines,
    ...(more > 0 ? [`    … and ${more} more; --json lists all`] : []),
    '',
  ];
}
