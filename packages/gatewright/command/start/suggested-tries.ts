/**
 * Suggests commands to paste for stacks that define none. For each API, it suggests one open route and one route that
 * needs a token.
 */
import { isOurs } from '../../../toolkit/stack/access/commands/access-apis.ts';
import { commandName } from '../../../base/terminal/output.ts';
import { quote } from '@gatewright/aws/text/token-options';
import { tokenCommand } from '../shell-text.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { addressOf } from '../../../gateway/engine/index.ts';
import type { ApiRoutes, InspectedApi } from '../../../gateway/engine/index.ts';
import type { TokenText } from '@gatewright/aws/text/token-options';

type Route = ApiRoutes['routes'][number];

type GuardedRoute = {
  readonly route: Route;
  readonly isOpen: boolean;
  /** The claims for a token of the local issuer; undefined if the API does not trust this issuer. */
  readonly token: TokenText | undefined;
};

type Documents = readonly Pick<CompiledDocument, 'apis' | 'issuers'>[];

const USUAL_TOKEN: TokenText = { sub: 'alice', roles: ['admin'] };

/**
 * Returns the served routes of an API with their requirements. `stage` is the stage of the stack that contains the
 * authorizers.
 */
export function guardedRoutes(
  api: ApiRoutes,
  inspected: readonly InspectedApi[],
  documents: Documents,
  stage: string,
): readonly GuardedRoute[] {
  const guards = inspected.find(({ id, stage: name }) => id === api.id && name === api.stage)?.routes ?? [];
  const trusts = documents.some(
    (document) =>
      document.apis.some(
        ({ for: deployed, apiId, stage: name }) =>
          deployed === stage && apiId === api.id && name === api.stage,
      ) && document.issuers.some(({ trust, only }) => trust.isLocal && (only?.includes(stage) ?? true)),
  );
  return api.routes.flatMap((route, index) => {
    const guard = guards[index];
    if (guard === undefined || guard.isClosed === true || route.target === 'returns 500') return [];
    const isOfToolkit = guard.authorizer !== undefined && isOurs(guard.authorizer.functionName);
    const token = guard.localToken ?? (isOfToolkit && trusts ? USUAL_TOKEN : undefined);
    return [{ route, isOpen: route.authorizer === undefined && !route.apiKeyRequired, token }];
  });
}

/**
 * Returns a comment and a command for each route. Routes that need API keys or signatures are skipped, because they
 * cannot be called as simply.
 */
export function suggestTries(api: ApiRoutes, routes: readonly GuardedRoute[]): readonly string[] {
  if (api.kind === 'websocket') return suggestMessage(api, routes);
  if (api.kind === 'function-url') return suggestUrl(api);
  const open = choose(routes.filter(({ isOpen }) => isOpen));
  const guarded = choose(routes.filter(({ route, token }) => token !== undefined && !route.apiKeyRequired));
  const other = open ?? guarded ?? choose(routes);
  return [
    ...(open === undefined ? [] : ['# open to everyone', curl(api, open.route)]),
    ...(guarded === undefined
      ? []
      : [`# with a token for ${guarded.route.authorizer ?? ''}`, curl(api, guarded.route, guarded.token)]),
    ...(open === undefined && guarded === undefined && other !== undefined
      ? [`# without ${asks(other.route)}`, curl(api, other.route)]
      : []),
  ];
}

function asks({ authorizer, apiKeyRequired }: Route): string {
  return [...(authorizer === undefined ? [] : [authorizer]), ...(apiKeyRequired ? ['the API key'] : [])].join(
    ' and ',
  );
}

/** Chooses a route, preferably without side effects and parameters. */
function choose(routes: readonly GuardedRoute[]): GuardedRoute | undefined {
  const cost = ({ route }: GuardedRoute): number =>
    (['GET', 'ANY', '$default'].includes(route.method) ? 0 : 2) +
    // A preflight response shows nothing of the service.
    (route.method === 'OPTIONS' ? 4 : 0) +
    (route.path.includes('{') ? 1 : 0);
  return routes.toSorted((a, b) => cost(a) - cost(b))[0];
}

function curl(api: ApiRoutes, { method, path }: Route, token?: TokenText): string {
  const verb = ['GET', 'ANY', '$default'].includes(method) ? [] : [`-X ${method}`];
  const body = ['POST', 'PUT', 'PATCH'].includes(method)
    ? [`-H ${quote('Content-Type: application/json')} -d ${quote('{}')}`]
    : [];
  const header = token === undefined ? [] : [`-H "Authorization: Bearer ${tokenCommand(token)}"`];
  return ['curl -i', ...verb, ...header, ...body, quote(addressOf(api, path))].join(' ');
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
  if (connect?.isOpen === false) return [];
  const named = routes.find(({ route }) => !route.path.startsWith('$'));
  if (named === undefined && !routes.some(({ route }) => route.path === '$default')) return [];
  const message = JSON.stringify({ action: named?.route.path ?? 'hello' });
  return ['# a WebSocket message', `${commandName()} send ${quote(api.url)} ${quote(message)}`];
}
