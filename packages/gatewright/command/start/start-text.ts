/** Creates the text that `gatewright start` and the plug-in's commands print when all ports are listening. */
import { relative } from 'node:path';
import { NO_CONSEQUENCE } from '../../../gateway/core/errors.ts';
import { commandName, count, colorize, table } from '../../../base/terminal/output.ts';
import { quote } from '@gatewright/aws/text/token-options';
import { routesLine, tokenLine } from '../shell-text.ts';
import { guardedRoutes, isAnsweredByAws, suggestTries } from './suggested-tries.ts';
import { describeTries } from './try-lines.ts';
import { portalUrlOf } from '../../../toolkit/terminal/admin-client.ts';
import type { LoadText } from '../shell-text.ts';
import { templateAddressOf, findToolkit, NOTHING_SERVED } from '../../../gateway/engine/index.ts';
import type { ApiRoutes, Gateway, Listening, UnsupportedItem } from '../../../gateway/engine/index.ts';

/** The maximum number of suggested commands. More commands would hide the addresses. */
const MAX_SUGGESTED = 8;
/**
 * The maximum number of routes of an API that are shown one by one. If an API has more routes, all routes of one
 * function are shown on one line. `gatewright routes` shows each route.
 */
const MAX_ROUTES = 15;
const MIN_FOLDED = 4;
/** The maximum number of functions without a route that are shown by name. */
const MAX_UNROUTED = 8;
/** The maximum number of faults that are shown with their reason. With --verbose, all faults are shown. */
const MAX_FAULTS = 6;
/** The maximum number of further lines that are shown of one fault. */
const MAX_LINES = 8;
/** The rule of faults that the schema of osls reports. */
const OF_OSLS: UnsupportedItem['rule'] = 'osls-schema';
const ADD_STACK = 'also name the stack that has the function: gatewright start OTHER THIS';
/** The rule of functions that no loaded stack has. One missing stack is mostly the reason for all of them. */
const OF_ABSENT: UnsupportedItem['rule'] = 'function-elsewhere';
/** The property of a REST route in short form, and the message about one without a slash, which is served with it. */
const SHORT_ROUTE = /\.events\.\d+\.http$/;
const WITHOUT_SLASH =
  /^value '(?:GET|POST|PUT|PATCH|OPTIONS|HEAD|DELETE|ANY) [^'\s/]+' does not satisfy pattern/i;

export type StartFacts = {
  readonly gateway: Pick<Gateway, 'routes' | 'inspect' | 'stacks'>;
  readonly listening: Listening;
  readonly tookMs: number;
  /** The access documents next to the sources. `stage` is their stage. */
  readonly documents: Parameters<typeof guardedRoutes>[2];
  readonly stage: string;
  readonly load: LoadText;
  /** Whether all findings are shown instead of only their number. */
  readonly isVerbose: boolean;
  /** Whether only addresses and findings are shown. */
  readonly isQuiet?: boolean;
  /**
   * Describes how to create tokens of an issuer. By default, the text describes the option `--issuer` of `gatewright
   * start`.
   */
  readonly standIn?: (issuer: string) => string;
};

export function describeStart(facts: StartFacts): string {
  const { listening, tookMs, isQuiet = false } = facts;
  const findings = facts.isVerbose ? describeUnsupported : countUnsupported;
  const follows = isQuiet
    ? 'Errors and refused requests are printed below'
    : 'One line per request is printed below';
  return [
    ...(listening.console === undefined
      ? []
      : [`${colorize('bold', 'Console')} ${colorize('cyan', listening.console)}`]),
    ...(isQuiet
      ? [...facts.gateway.routes().map(headline), `  Control  ${listening.control}`]
      : ['', ...describeServed(facts)]),
    ...describeUnreachable(listening.unreachableIssuers, facts.standIn),
    ...findings(listening.unsupported),
    `Ready in ${(tookMs / 1000).toFixed(1)} s. ${follows}; end with Ctrl-C.`,
    '',
  ].join('\n');
}

/** Describes routes, addresses of services, and commands to try. */
function describeServed(facts: StartFacts): string[] {
  const { gateway, listening } = facts;
  const apis = gateway.routes();
  const guarded = guardAll(facts, apis);
  const needs = guarded.flat().find(({ token }) => token !== undefined)?.token;
  const portalUrl = portalUrlOf(apis);
  const services = [
    ...(portalUrl === undefined ? [] : [['Portal', `${portalUrl}/`, 'the page that your customers open']]),
    ['Control', listening.control, 'AWS’s own APIs, issuer, @connections'],
    ...listening.fronts.map(({ name, url }) => ['In front', url, name]),
    ...(listening.name === undefined ? [] : [['Name', listening.name, 'for --gateway of other commands']]),
    ...(listening.dynamodb === undefined ? [] : [['DynamoDB', listening.dynamodb, '']]),
    ...describeInjected(listening.faults),
    ...(listening.certificateAuthority === undefined
      ? []
      : [
          [
            'Local CA',
            nearby(listening.certificateAuthority),
            `for clients; see ${commandName()} certs --trust`,
          ],
        ]),
  ];
  const tries = triesOf(facts, apis, guarded);
  return [
    ...apis.flatMap((api, index) => [...describeApi(api, apis.slice(0, index), facts.load), '']),
    ...describeUnrouted(gateway, apis),
    ...table(services).map((line) => `  ${line}`),
    ...(needs === undefined ? [] : [`  Token     ${tokenLine(needs)}`]),
    '',
    ...(tries.length === 0 ? [] : [`  ${colorize('bold', 'Try')}`, ...tries.map((line) => `  ${line}`), '']),
  ];
}

type TryFacts = Pick<StartFacts, 'gateway' | 'listening' | 'documents' | 'stage'>;

/**
 * Returns the commands that are suggested when the gateway has started, with a comment before each. The console shows
 * the same commands.
 */
export function listTries(facts: TryFacts): readonly string[] {
  const apis = facts.gateway.routes();
  return triesOf(facts, apis, guardAll(facts, apis));
}

function guardAll({ gateway, documents, stage }: TryFacts, apis: readonly ApiRoutes[]) {
  const inspected = gateway.inspect();
  const toolkit = findToolkit(gateway.stacks);
  return apis.map((api) => guardedRoutes(api, inspected, documents, stage, toolkit));
}

function triesOf(
  { gateway, listening }: TryFacts,
  apis: readonly ApiRoutes[],
  guarded: ReturnType<typeof guardAll>,
): readonly string[] {
  const written = describeTries(gateway, apis);
  const { hasStack } = findToolkit(gateway.stacks);
  // The admin API of Gatewright's stack is for its commands, so it is suggested only if there is nothing else to call.
  const isAdministration = ({ stack, kind }: ApiRoutes): boolean => hasStack(stack) && kind !== 'websocket';
  const hasOwn = apis.some((api) => !isAdministration(api));
  // All stages of an API have the same routes, so the requests are suggested for its first stage.
  const isLaterStage = ({ id }: ApiRoutes, index: number): boolean =>
    apis.findIndex((api) => api.id === id) < index;
  const tries =
    written.length > 0
      ? written
      : apis
          .flatMap((api, index) =>
            (hasOwn && isAdministration(api)) || isLaterStage(api, index)
              ? []
              : suggestTries(api, guarded[index] ?? []),
          )
          .slice(0, MAX_SUGGESTED);
  const trusting = listening.certificateAuthority;
  return trusting === undefined ? tries : tries.map((line) => trustIn(line, nearby(trusting)));
}

function describeInjected(faults: Listening['faults']): string[][] {
  if (faults === undefined) return [];
  const { file, rules, seed } = faults;
  return [['Faults', `${count(rules, 'rule')} of ${file}`, `injected on purpose, with seed ${seed}`]];
}

/**
 * Lists the user's functions that no route invokes. Otherwise, the output for a service without an API would contain no
 * functions.
 */
function describeUnrouted(
  gateway: Pick<Gateway, 'inspect' | 'stacks'>,
  apis: readonly ApiRoutes[],
): string[] {
  const { hasFunction } = findToolkit(gateway.stacks);
  const routed = new Set([
    ...apis.flatMap(({ routes }) => routes.map(({ functionName }) => functionName)),
    ...gateway.inspect().flatMap(({ routes }) => routes.map(({ authorizer }) => authorizer?.functionName)),
  ]);
  const names = gateway.stacks
    .flatMap(({ functions }) => functions.map(({ name }) => name))
    .filter((name) => !routed.has(name) && !hasFunction(name));
  if (names.length === 0) return [];
  const more = names.length > MAX_UNROUTED ? [`    and ${names.length - MAX_UNROUTED} more`] : [];
  return [
    `  ${colorize('bold', 'Functions without a route')}`,
    ...names.slice(0, MAX_UNROUTED).map((name) => `    ${name}`),
    ...more,
    `    list what starts these functions: ${commandName()} events list; run a function now: ${commandName()} invoke NAME`,
    '',
  ];
}

/** Describes issuers that have no stand-in and cannot be reached. */
function describeUnreachable(
  issuers: readonly string[],
  standIn = (issuer: string) => `--issuer ${quote(`${issuer}=local`)}`,
): string[] {
  if (issuers.length === 0) return [];
  const lines = issuers.map(
    (issuer) =>
      `  ${colorize('yellow', `The keys of ${issuer} cannot be read`)}, so its tokens are refused. To create tokens of this issuer on this machine: ${standIn(issuer)}`,
  );
  return [...lines, ''];
}

function describeApi(api: ApiRoutes, before: readonly ApiRoutes[], load: LoadText): string[] {
  // Stages of one API usually have the same routes, such as the stage that SAM creates beside the stage of the template.
  const same = before.find(
    (other) => other.id === api.id && describeRoutes(other).join('\n') === describeRoutes(api).join('\n'),
  );
  return [
    headline(api),
    ...(api.isEndpointDisabled === true
      ? [
          `    ${colorize('yellow', 'only at custom domains on AWS')}: DisableExecuteApiEndpoint is true, so AWS refuses the default endpoint`,
        ]
      : []),
    ...(same === undefined
      ? formatRoutes(api, load).map((line) => `  ${line}`)
      : [`    the same routes as stage ${same.stage}`]),
  ];
}

function headline(api: ApiRoutes): string {
  return `  ${colorize('bold', api.name)}  ${kindOf(api)}  ${colorize('cyan', api.url)}`;
}

function kindOf({ kind, stage }: ApiRoutes): string {
  if (kind === 'function-url') return 'function URL';
  return `${{ rest: 'REST', http: 'HTTP', websocket: 'WebSocket' }[kind]} API, stage ${stage}`;
}

/** Returns one line per route: method, path, authorizer, function. */
export function describeRoutes(api: ApiRoutes): string[] {
  return table(api.routes.map((route) => toRow(api, route))).map((line) => `  ${line}`);
}

type Route = ApiRoutes['routes'][number];

function toRow(
  api: ApiRoutes,
  { method, path, authorizer, functionName, target, apiKeyRequired }: Route,
  shown = path,
): readonly string[] {
  if (isAnsweredByAws(api, { path })) return [method, shown, 'open', 'answered by API Gateway itself'];
  const isClosed = target === 'returns 500' && authorizer === undefined;
  return [
    method === path ? '' : method,
    shown,
    [authorizer ?? (isClosed ? 'closed' : 'open'), ...(apiKeyRequired ? ['API key'] : [])].join(' + '),
    functionName === undefined ? (target ?? '(no function)') : `→ ${functionName}`,
  ];
}

/**
 * Returns lines with the routes of an API and their addresses. If the API has many routes, the routes that have the
 * same function and authorizer are only counted.
 */
export function formatRoutes(api: ApiRoutes, load: LoadText): string[] {
  const rows = api.routes.map((route) => toRow(api, route, templateAddressOf(api, route.path)));
  if (rows.length <= MAX_ROUTES) return table(rows).map((line) => `  ${line}`);
  const groups = Map.groupBy(api.routes.keys(), (index) => rows[index]?.slice(2).join('\n') ?? '');
  const folded = [...groups.values()].flatMap((indices) => {
    if (indices.length < MIN_FOLDED) return indices.map((index) => rows[index] ?? []);
    const paths = indices.map((index) => api.routes[index]?.path ?? '');
    return [
      [`${indices.length} routes`, `${commonPath(paths)}…`, ...(rows[indices[0] ?? 0]?.slice(2) ?? [])],
    ];
  });
  return [...table(folded).map((line) => `  ${line}`), `  each: ${routesLine(load)}`];
}

function commonPath(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/'));
  const differs = first.findIndex((segment, at) => others.some((path) => path[at] !== segment));
  return [...first.slice(0, differs === -1 ? -1 : differs), ''].join('/');
}

/**
 * Returns lines with the first faults and the number of all faults. If a source is not served at all, a line contains
 * its name and the reason.
 */
export function countUnsupported(items: readonly UnsupportedItem[]): string[] {
  const refused = items.filter(({ consequence }) => consequence === NOTHING_SERVED);
  if (refused.length > 0)
    return [
      `  ${colorize('red', 'Refused')}`,
      ...describeFaults(refused.map((item) => [item])),
      '',
      ...countUnsupported(items.filter((item) => !refused.includes(item))),
    ];
  if (items.length === 0) return [];
  const withMessage = items.filter(({ message }) => message !== undefined);
  const ofOsls = withMessage.filter(isServed).length;
  const faults = withMessage.length - ofOsls;
  const others = new Set(
    items.flatMap(({ message, consequence }) => (message === undefined ? [consequence] : [])),
  ).size;
  const counts = [
    ...(faults === 0 ? [] : [colorize('yellow', `${count(faults, 'part')} not served as written`)]),
    ...(ofOsls === 0 ? [] : [`${count(ofOsls, 'part')} against the schema of osls`]),
    ...(others === 0 ? [] : [`${count(others, 'part')} not as on AWS`]),
  ];
  return [
    ...describeFirst(items),
    `  ${counts.join(', ')} (--verbose lists them, --strict makes them errors)`,
    '',
  ];
}

/** Returns the first faults that affect requests, with each message and each consequence once. */
function describeFirst(items: readonly UnsupportedItem[]): string[] {
  const faults = items.filter(
    ({ message, consequence }) => message !== undefined && consequence !== NO_CONSEQUENCE,
  );
  const groups = [...Map.groupBy(faults, mistakeOf).values()];
  return describeFaults(groups.slice(0, MAX_FAULTS));
}

/**
 * Whether a fault is only against the schema of osls: the gateway serves the value. Events and members that osls does
 * not know are not served.
 */
function isServed({ rule, property = '', message = '' }: UnsupportedItem): boolean {
  return rule === OF_OSLS && SHORT_ROUTE.test(property) && WITHOUT_SLASH.test(message);
}

/**
 * Returns the message of a fault without the value with which messages of osls begin. The same value is rarely written
 * twice, but the same mistake is.
 */
function mistakeOf({ rule, message = '', consequence, remedy = '' }: UnsupportedItem): string {
  if (rule === OF_ABSENT) return `${rule} ${consequence} ${remedy}`;
  return rule === OF_OSLS ? message.replace(/^value '[^']*'/, '') : message;
}

/** @param groups faults with the same message, of which the first is shown with the places of the others */
function describeFaults(groups: readonly (readonly UnsupportedItem[])[]): string[] {
  return [...Map.groupBy(groups, ([first]) => consequenceOf(first))].flatMap(([consequence, of]) => [
    ...of.flatMap(([first, ...others]) => (first === undefined ? [] : [describeFault(first, others)])),
    `      → ${consequence}`,
  ]);
}

/** Returns the consequence of a fault. For absent functions, it ends with the remedy, which is an option or a name. */
function consequenceOf(item: UnsupportedItem | undefined): string {
  const { rule, consequence = '', remedy = ADD_STACK } = item ?? {};
  return rule === OF_ABSENT ? `${consequence}; ${remedy}` : consequence;
}

/**
 * Returns lines with all faults of the stacks, followed by the features that this version does not support, grouped by
 * consequence.
 */
export function describeUnsupported(items: readonly UnsupportedItem[]): string[] {
  const faults = items.filter(({ message }) => message !== undefined);
  const section = (title: string, of: readonly UnsupportedItem[]): readonly string[] =>
    of.length === 0
      ? []
      : [`  ${title} (--strict makes these errors)`, ...describeFaults(of.map((item) => [item])), ''];
  return [
    ...section(
      colorize('yellow', 'Not served as written'),
      faults.filter((item) => !isServed(item)),
    ),
    ...section('Against the schema of osls', faults.filter(isServed)),
    ...describeMissing(items.filter(({ message }) => message === undefined)),
  ];
}

function describeFault(first: UnsupportedItem, others: readonly UnsupportedItem[]): string {
  const { file, line, logicalId, property, message = '' } = first;
  const place = [describeFile(file, line), nameOf({ logicalId, property })].filter((part) => part !== '');
  const shown = `    ${place.join(' ')}: ${message.replaceAll('\n', '\n      ')}`;
  return others.length === 0 ? shown : `${shown} (and ${describeOthers(first, others)})`;
}

/**
 * Returns the lines of other faults with the same message, if they are in other lines of the same file, or else their
 * number.
 */
function describeOthers({ file, line: own }: UnsupportedItem, others: readonly UnsupportedItem[]): string {
  const found = others.flatMap(({ line, file: of }) => (of === file ? (line ?? []) : []));
  const lines = [...new Set(found)].filter((line) => line !== own);
  const isComplete = others.every((other) => other.file === file && other.line !== undefined);
  if (!isComplete || lines.length === 0 || lines.length > MAX_LINES) return `${others.length} more`;
  return `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
}

/** Adds the CA file to a curl command, because curl trusts only the system's CAs and the CAs passed to it. */
function trustIn(line: string, file: string): string {
  return line.replace(/^curl -i /, `curl -i --cacert ${quote(file)} `);
}

function nearby(file: string): string {
  const shown = relative(process.cwd(), file);
  return shown.startsWith('..') ? file : shown;
}

function describeFile(file: string | undefined, line: number | undefined): string {
  if (file === undefined) return '';
  const shown = relative(process.cwd(), file);
  return [shown.startsWith('..') ? file : shown, line]
    .filter((part) => part !== undefined && part !== '')
    .join(':');
}

function nameWithLine(item: UnsupportedItem): string {
  return item.line === undefined ? nameOf(item) : `${nameOf(item)} (${item.line})`;
}

function nameOf({ logicalId, property }: Pick<UnsupportedItem, 'logicalId' | 'property'>): string {
  return [logicalId, property].filter((part) => part !== undefined && part !== '').join('.');
}

function describeMissing(items: readonly UnsupportedItem[]): string[] {
  if (items.length === 0) return [];
  const groups = Map.groupBy(items, ({ file, consequence }) => JSON.stringify([file, consequence]));
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const [only, ...others] = group.map(nameWithLine);
    const file = describeFile(first.file, others.length === 0 ? first.line : undefined);
    const names = others.length === 0 ? nameOf(first) : [only, ...others].join(', ');
    return [`    ${file === '' ? '' : `${file} `}${names}: ${first.consequence}`];
  });
  return [`  ${colorize('bold', 'Not as on AWS')} (--strict makes these errors)`, ...lines, ''];
}
