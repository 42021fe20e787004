/** What `gatewright start` prints once everything listens. */
import { relative } from 'node:path';
import { commandName, paint, table } from './output.ts';
import { describeTries } from './try-lines.ts';
import type { ApiRoutes, Gateway, Listening, UnsupportedItem } from '@gatewright/gateway';

const TOKEN_OF = { sub: 'local-user', roles: ['admin'] };
/** More than this are counted, not listed; `gatewright routes` and --json show all. */
const MAX_NOTICES = 12;
/** APIs with more routes show those of one function as one line; `gatewright routes` shows each. */
const MAX_ROUTES = 15;
const MIN_FOLDED = 4;

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
    ...foldRoutes(api).map((line) => `  ${line}`),
  ];
}

/** One line per route: method, path, authorizer, function. */
export function describeRoutes(api: ApiRoutes): string[] {
  return table(api.routes.map(toRow)).map((line) => `  ${line}`);
}

type Route = ApiRoutes['routes'][number];

function toRow({ method, path, authorizer, functionName, target, apiKeyRequired }: Route): readonly string[] {
  return [
    method === path ? '' : method,
    path,
    [authorizer ?? 'open', ...(apiKeyRequired ? ['API key'] : [])].join(' + '),
    functionName === undefined ? (target ?? '(no function)') : `→ ${functionName}`,
  ];
}

/** The same, but where an API has many routes, those that one function serves behind one authorizer are counted. */
export function foldRoutes(api: ApiRoutes): string[] {
  if (api.routes.length <= MAX_ROUTES) return describeRoutes(api);
  const groups = Map.groupBy(api.routes.map(toRow), ([, , who, what]) => `${who}\n${what}`);
  const rows = [...groups.values()].flatMap((group) => {
    const [, , who = '', what = ''] = group[0] ?? [];
    return group.length < MIN_FOLDED
      ? group
      : [[`${group.length} routes`, `${commonPath(group.map(([, path = '']) => path))}…`, who, what]];
  });
  return [...table(rows).map((line) => `  ${line}`), `  each: ${commandName()} routes`];
}

function commonPath(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/'));
  const differs = first.findIndex((segment, at) => others.some((path) => path[at] !== segment));
  return [...first.slice(0, differs === -1 ? -1 : differs), ''].join('/');
}

/** What is wrong with the stacks, all of it; then what this version does not have, the same consequence in one line. */
export function describeUnsupported(items: readonly UnsupportedItem[]): string[] {
  const faults = items.filter(({ message }) => message !== undefined);
  const others = items.filter(({ message }) => message === undefined);
  return [
    ...(faults.length === 0
      ? []
      : [
          `  ${paint('yellow', 'Not served as written')} (--strict makes these errors)`,
          ...faults.flatMap(describeFault),
          '',
        ]),
    ...describeMissing(others),
  ];
}

/** Where, what, and what requests miss by it. */
function describeFault({
  file,
  line,
  logicalId,
  property,
  message = '',
  consequence,
}: UnsupportedItem): string[] {
  const shown = file === undefined ? '' : relative(process.cwd(), file);
  const where = [shown.startsWith('..') ? file : shown, line].filter(
    (part) => part !== undefined && part !== '',
  );
  const what = [logicalId, property].filter((part) => part !== undefined && part !== '');
  const place = [where.join(':'), what.join('.')].filter((part) => part !== '');
  return [`    ${place.join(' ')}: ${message.replaceAll('\n', '\n      ')}`, `      → ${consequence}`];
}

function describeMissing(items: readonly UnsupportedItem[]): string[] {
  if (items.length === 0) return [];
  const groups = [...Map.groupBy(items, ({ consequence }) => consequence)];
  const lines = groups.slice(0, MAX_NOTICES).map(([consequence, group]) => {
    const [first, ...others] = group.map(({ logicalId, property }) =>
      property === undefined ? logicalId : `${logicalId}.${property}`,
    );
    return `    ${first}${others.length === 0 ? '' : ` and ${others.length} more`}: ${consequence}`;
  });
  const more = groups.slice(MAX_NOTICES).flatMap(([, group]) => group).length;
  return [
    `  ${paint('yellow', 'Not enforced here')} (--strict makes these errors)`,
    ...lines,
    ...(more > 0 ? [`    … and ${more} more; --json lists all`] : []),
    '',
  ];
}
