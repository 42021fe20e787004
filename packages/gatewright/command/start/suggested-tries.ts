/**
 * Suggests commands to paste for stacks that define none. For each API, it suggests one open route and one route that
 * needs a token.
 */
import { commandName } from '../../../base/terminal/output.ts';
import { findAdmittedToken } from '@gatewright/authoring/find/admitted-token';
import { findAdmittedKey, keyCustomer, keyOptions } from '@gatewright/authoring/find/admitted-key';
import type { AdmittedKey } from '@gatewright/authoring/find/admitted-key';
import type { AdmittedToken, Asked, IdentityPlace } from '@gatewright/authoring/find/admitted-token';
import { quote } from '@gatewright/aws/text/token-options';
import { tokenCommand } from '../shell-text.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { addressOf, fillPath } from '../../../gateway/engine/index.ts';
import type { ApiRoutes, findToolkit, InspectedApi } from '../../../gateway/engine/index.ts';
import type { TokenText } from '@gatewright/aws/text/token-options';

type Route = ApiRoutes['routes'][number];

type GuardedRoute = {
  readonly route: Route;
  readonly isOpen: boolean;
  /** The claims for a token of the local issuer; undefined if no such token is admitted. */
  readonly token: TokenText | undefined;
  /** Where the token goes. */
  readonly source: AdmittedToken['source'];
  /**
   * The name of an API key that callers of the route can use; undefined if no key is needed, or if none is known. An
   * authorizer may provide the key.
   */
  readonly key: string | undefined;
  /** A key of the access table that a command can create; undefined if no such key is admitted. */
  readonly newKey: AdmittedKey | undefined;
  /** Whether the route needs an API key that the suggested command cannot provide. */
  readonly lacksKey: boolean;
  /** Whether an MCP server is behind the route, and the token is read from the header in which MCP clients send it. */
  readonly isMcp: boolean;
  /** The status of a call without a credential, as the comment above the command prints it. */
  readonly refusal: string;
  /** Whether a function of the toolkit answers the route. On the default route, it answers pings. */
  readonly isOfToolkit: boolean;
};

type Documents = readonly CompiledDocument[];

const BEARER: AdmittedToken['source'] = { in: 'header', name: 'authorization', scheme: 'Bearer ' };

/**
 * Returns the served routes of an API with their requirements.
 * @param stage the stage of the stack that contains the authorizers
 * @param toolkit tells which functions belong to the toolkit (their decisions follow from the documents), and which
 * functions of the user charge requests
 */
export function guardedRoutes(
  api: ApiRoutes,
  inspected: readonly InspectedApi[],
  documents: Documents,
  stage: string,
  toolkit: Pick<ReturnType<typeof findToolkit>, 'hasFunction' | 'charges'>,
): readonly GuardedRoute[] {
  const {
    routes: guards = [],
    apiKeySource,
    apiKeyNames: [keyName] = [],
  } = inspected.find(({ id, stage: name }) => id === api.id && name === api.stage) ?? {};
  const document = documents.find(({ apis }) =>
    apis.some(
      ({ for: deployed, apiId, stage: name }) => deployed === stage && apiId === api.id && name === api.stage,
    ),
  );
  return api.routes.flatMap((route, index) => {
    const guard = guards[index];
    if (guard === undefined || guard.isClosed === true || route.target === 'returns 500') return [];
    const isGuardedByToolkit =
      guard.authorizer !== undefined && toolkit.hasFunction(guard.authorizer.functionName);
    const decides = isGuardedByToolkit ? document : undefined;
    const asked = askedOf(route, guard.authorizer?.identitySources);
    const admitted = decides && findAdmittedToken(decides, stage, asked);
    const isChargedByHandler = route.functionName !== undefined && toolkit.charges(route.functionName);
    const needsKey = route.apiKeyRequired && apiKeySource !== 'AUTHORIZER';
    return [
      {
        route,
        key: needsKey ? keyName : undefined,
        lacksKey: needsKey && keyName === undefined,
        isMcp: document?.mcp?.path === route.path && admitted?.source.name === BEARER.name,
        isOpen: route.authorizer === undefined && !route.apiKeyRequired,
        refusal: refusalOf(guard, route),
        isOfToolkit: route.functionName !== undefined && toolkit.hasFunction(route.functionName),
        token: tokenFor(guard) ?? admitted?.token,
        source: admitted?.source ?? { ...BEARER, name: guard.tokenSource?.name ?? BEARER.name },
        newKey: decides && findAdmittedKey(decides, stage, { ...asked, isChargedByHandler }, documents),
      },
    ];
  });
}

/** Returns the token that the gateway itself accepts, if the route reads it from a header, which the command can send. */
function tokenFor({ localToken, tokenSource }: InspectedApi['routes'][number]): TokenText | undefined {
  return tokenSource === undefined || tokenSource.kind === 'header' ? localToken : undefined;
}

/**
 * Returns the status with which API Gateway responds to a call without a credential. A Lambda authorizer is not called
 * if an identity source is missing (docs/aws §4.2, §4.5, §4.7).
 */
function refusalOf({ guard, authorizer }: InspectedApi['routes'][number], route: Route): string {
  switch (guard) {
    case 'AWS_IAM':
      return '403';
    case 'JWT':
    case 'COGNITO_USER_POOLS':
      return '401';
    case 'CUSTOM':
      return authorizer !== undefined && authorizer.identitySources.length > 0
        ? '401'
        : '401 or 403, as the function decides';
    default:
      return route.apiKeyRequired && route.authorizer === undefined ? '403' : '401 or 403';
  }
}

function askedOf({ method, path }: Route, places: readonly IdentityPlace[] = []): Asked {
  return {
    places,
    method: ['ANY', '$default'].includes(method) ? 'GET' : method,
    path: path === '$default' ? '/' : fillPath(path),
  };
}

/**
 * Returns a comment and a command for each of a few routes: one that is open, and others that a token or an API key
 * admits. If there is no such route, for example because all routes need signatures, the command sends a request
 * without credentials, and the comment contains the status of the response.
 */
export function suggestTries(api: ApiRoutes, routes: readonly GuardedRoute[]): readonly string[] {
  if (api.kind === 'websocket') return suggestMessage(api, routes);
  if (api.kind === 'function-url') return suggestUrl(api);
  // A preflight is shown only for an API that has nothing else.
  const isPreflight = ({ route }: GuardedRoute): boolean => route.method === 'OPTIONS';
  const called = (routes.every(isPreflight) ? routes : routes.filter((route) => !isPreflight(route))).filter(
    ({ route }) => !isAnsweredByAws(api, route),
  );
  const open = choose(called.filter(({ isOpen }) => isOpen));
  const guarded = choose(called.filter(({ token, lacksKey }) => token !== undefined && !lacksKey));
  // A route that needs only an API key is shown, unless the guarded route already shows a key.
  const keyed =
    guarded?.key === undefined
      ? choose(called.filter(({ route, key }) => route.authorizer === undefined && key !== undefined))
      : undefined;
  // A route for which the command can create a key is shown only if none of the other commands shows a token or a key.
  const created =
    guarded === undefined && keyed === undefined
      ? choose(called.filter(({ newKey, lacksKey }) => newKey !== undefined && !lacksKey))
      : undefined;
  const lines = [
    ...(open === undefined ? [] : ['# open to everyone', curl(api, open.route)]),
    ...(guarded === undefined
      ? []
      : [
          `# with a token for ${[guarded.route.authorizer ?? '', ...(guarded.key === undefined ? [] : [`and the API key ${guarded.key}`])].join(' ')}`,
          guarded.isMcp ? askServer(api, guarded) : curl(api, guarded.route, guarded),
        ]),
    ...(keyed === undefined ? [] : [`# with the API key ${keyed.key ?? ''}`, curl(api, keyed.route, keyed)]),
    ...(created?.newKey === undefined
      ? []
      : [
          ...introduceKey(created.newKey, created.route.authorizer ?? ''),
          curl(api, created.route, { newKey: created.newKey }),
        ]),
  ];
  const other = choose(called);
  return lines.length > 0 || other === undefined
    ? lines
    : [`# without ${asks(other.route)} → ${other.refusal}`, curl(api, other.route)];
}

/** Whether API Gateway answers the path itself, for its health checks, so that the route is never called. */
export function isAnsweredByAws({ kind, stage }: ApiRoutes, { path }: Pick<Route, 'path'>): boolean {
  return kind === 'http' && stage === '$default' && path === '/ping';
}

function asks({ authorizer, apiKeyRequired }: Route): string {
  return [...(authorizer === undefined ? [] : [authorizer]), ...(apiKeyRequired ? ['the API key'] : [])].join(
    ' and ',
  );
}

/** Chooses a route, preferably one without side effects or parameters. */
function choose(routes: readonly GuardedRoute[]): GuardedRoute | undefined {
  const cost = ({ route }: GuardedRoute): number =>
    (['GET', 'ANY', '$default'].includes(route.method) ? 0 : 2) + (route.path.includes('{') ? 1 : 0);
  return routes.toSorted((a, b) => cost(a) - cost(b))[0];
}

function curl(
  api: ApiRoutes,
  { method, path }: Route,
  { token, source, key, newKey }: Partial<Pick<GuardedRoute, 'token' | 'source' | 'key' | 'newKey'>> = {},
): string {
  const verb = ['GET', 'ANY', '$default'].includes(method) ? [] : [`-X ${method}`];
  const body = ['POST', 'PUT', 'PATCH'].includes(method)
    ? [`-H ${quote('Content-Type: application/json')} -d ${quote('{}')}`]
    : [];
  const address = addressOf(api, path);
  const keyHeader = key === undefined ? [] : [`-H "x-api-key: $(${commandName()} keys value ${quote(key)})"`];
  const header =
    token !== undefined
      ? [headerOf(source ?? BEARER, tokenCommand(token))]
      : newKey === undefined
        ? []
        : [headerOf(newKey.source, createKeyCommand(newKey))];
  return ['curl -i', ...verb, ...header, ...keyHeader, ...body, quote(address)].join(' ');
}

function headerOf({ name, scheme }: AdmittedToken['source'], command: string, option = '-H'): string {
  return `${option} "${printHeader(name)}: ${scheme}${command}"`;
}

/** Returns a comment, and the command that creates the key's customer if it needs one. */
function introduceKey(key: AdmittedKey, authorizer: string): readonly string[] {
  const comment = `# with a new API key for ${authorizer}`;
  const customer = keyCustomer(key);
  if (customer === undefined) return [comment];
  const create = `${commandName()} customers create ${customer.name}`;
  if (customer.plan !== undefined)
    return [`${comment}, of a customer whose plan is charged`, `${create} ${customer.plan}`];
  return [
    `${comment}, after \`${create} PLAN\` (\`${commandName()} plan list\` prints the plans, and \`${commandName()} plan save FILE\` adds one)`,
  ];
}

function createKeyCommand(key: AdmittedKey): string {
  return `$(${commandName()} keys create${keyOptions(key)})`;
}

/** Returns a command of `gatewright`, because a curl request that an MCP server accepts is too long to paste. */
function askServer(api: ApiRoutes, { route, token }: GuardedRoute): string {
  const sent = token === undefined ? '' : ` --token "${tokenCommand(token)}"`;
  return `${commandName()} mcp list --server ${quote(addressOf(api, route.path))}${sent}`;
}

/** Prints the name of a header as it is usually written. */
function printHeader(name: string): string {
  return name === BEARER.name ? 'Authorization' : name;
}

/**
 * Suggests a command that calls a function URL. `-N` makes curl show a streamed response while it arrives. curl signs
 * with the key pair of `gatewright env`.
 */
function suggestUrl(api: ApiRoutes): readonly string[] {
  const [route] = api.routes;
  if (route === undefined || route.target === 'returns 500') return [];
  const url = quote(`${api.url}/`);
  if (route.authorizer === undefined) return ['# a function URL, open to everyone', `curl -iN ${url}`];
  const signing = `--aws-sigv4 ${quote(`aws:amz:${api.region}:lambda`)} --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`;
  return [`# a function URL, signed: eval "$(${commandName()} env)"`, `curl -iN ${signing} ${url}`];
}

function suggestMessage(api: ApiRoutes, routes: readonly GuardedRoute[]): readonly string[] {
  const connect = routes.find(({ route }) => route.path === '$connect');
  const { token, newKey, source = BEARER, refusal = '', route: { authorizer } = {} } = connect ?? {};
  const all = routes.filter(({ route }) => !route.path.startsWith('$'));
  // A ping does not need other members. The messages for the toolkit's other routes need some.
  const named = all.find(({ route }) => route.path === 'ping') ?? all[0];
  const other = routes.find(({ route }) => route.path === '$default');
  if (named === undefined && other === undefined) return [];
  const action = other?.isOfToolkit === true ? 'ping' : (named?.route.path ?? 'hello');
  const selecting = messageSelecting(action, api.routeSelection);
  if (selecting === undefined && other === undefined) return [];
  const message = quote(JSON.stringify(selecting ?? { action }));
  if (token === undefined && newKey !== undefined) {
    const [comment = '', ...before] = introduceKey(newKey, authorizer ?? '');
    const connecting = connectionOf(api, newKey.source, createKeyCommand(newKey));
    return [
      comment.replace('# with', '# a WebSocket message, with'),
      ...before,
      `${commandName()} send ${connecting} ${message}`,
    ];
  }
  const whose =
    authorizer === undefined
      ? ''
      : token === undefined
        ? `, without ${authorizer} → ${refusal}`
        : `, with a token for ${authorizer}`;
  return [
    `# a WebSocket message${whose}`,
    `${commandName()} send ${token === undefined ? quote(api.url) : connectionOf(api, source, tokenCommand(token))} ${message}`,
  ];
}

/** Returns a message that selects the route, if the expression reads one member of the message; undefined otherwise. */
function messageSelecting(key: string, expression = '$request.body.action'): unknown {
  const [, path] = /^\$\{?request\.body\.([\w.-]+)\}?$/.exec(expression) ?? [];
  return path?.split('.').reduceRight<unknown>((value, name) => ({ [name]: value }), key);
}

/** Returns the arguments of `send` with the URL, and with the token where the document reads it. */
function connectionOf({ url }: ApiRoutes, source: AdmittedToken['source'], token: string): string {
  switch (source.in) {
    case 'query':
      return `"${url}?${source.name}=${token}"`;
    case 'subprotocol':
      return `--protocol ${quote(source.name)} --protocol "${token}" ${quote(url)}`;
    case 'header':
      return `${headerOf(source, token, '--header')} ${quote(url)}`;
  }
}
