/** CORS headers that a browser refuses (docs/aws §12.1: the Fetch standard). The gateway does not check them. */
import { headerNotExposed } from './cors-exposed.ts';
import { originNotAllowed } from './cors-origin.ts';
import { askedMethod, isFixedPreflight, isOriginAllowed, originOf } from './cors-request.ts';
import { findLine } from '../records/handler-lines.ts';
import { toDeploy } from '../explain/reason.ts';
import { nameSetting } from '../explain/setting-text.ts';
import { isSelecting } from './selected-response.ts';
import { printSetting } from './template-text.ts';
import type { CorsPlan } from '../../core/events/cors-headers.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

const twoOrigins: SurpriseKind = {
  code: 'CORS_TWO_ORIGINS',
  mark: 'CORS: two origins',
  source: 'docs/aws §12.1',
  find(facts) {
    if (originOf(facts) === undefined) return undefined;
    const allowed = facts.reply.all('access-control-allow-origin');
    const origins = allowed.flatMap((value) => value.split(',')).map((value) => value.trim());
    if (origins.length < 2) return undefined;
    const isUrl = facts.recorded.received.api.functionUrl !== undefined;
    const line = findLine(facts.handler, /access-control-allow-origin/i);
    const both =
      isUrl && facts.cors !== undefined
        ? ` Both the function${line === undefined ? '' : ` (${line})`} and Cors of the function URL set the header.`
        : '';
    return {
      values: { origins },
      because: [
        `The reply allows two origins (Access-Control-Allow-Origin: ${origins.join(', ')}). A browser joins several values and compares the whole text with the page’s origin, so it refuses the reply.${both}`,
      ],
      changes: [
        both === ''
          ? adviseOneOrigin(facts)
          : 'Remove the CORS headers from the function. Or remove Cors from the function URL; the function then has to respond to OPTIONS, too.',
      ],
    };
  },
};

/** A MOCK integration sends a fixed text, into which SAM writes AllowOrigin of Cors. */
function adviseOneOrigin({ integration, definition, recorded }: SurpriseFacts): string {
  const isOfSam = definition?.form.startsWith('sam') === true && definition.addsPreflights === true;
  if (integration?.kind !== 'mock') {
    const hasBothMaps = integration?.kind === 'lambda-proxy' && /1\.0$/.test(integration.payload);
    return `Return Access-Control-Allow-Origin once from ${integration?.kind.startsWith('lambda') === true ? 'the function' : 'the integration'}${hasBothMaps ? ', in headers or in multiValueHeaders' : ''}, with * or with the Origin of the request if it is one of the allowed origins.`;
  }
  const where = isOfSam
    ? `AllowOrigin in Cors of ${definition.form === 'sam' ? definition.logicalId : 'Globals.Api'}`
    : `method.response.header.Access-Control-Allow-Origin in ResponseParameters of the integration response of ${recorded.received.route?.routeKey ?? 'the method'}`;
  return `Write one origin, or *, in ${where}: a header that is written in the template is the same for every request. To allow several origins, let a function respond to OPTIONS, with the Origin of the request if it is one of them.`;
}

function nameSender({ integration }: SurpriseFacts): string {
  return integration?.kind.startsWith('lambda') === true ? 'the function' : 'the integration';
}

/** Who sets the headers depends on the integration: a CorsConfiguration replaces those of the function. */
function allowWithCredentials(facts: SurpriseFacts, origin: string): string {
  const headers = `Access-Control-Allow-Origin: ${origin}, Access-Control-Allow-Credentials: true and Vary: Origin`;
  if (facts.cors !== undefined)
    return `List ${origin} in AllowOrigins of ${facts.recorded.received.api.functionUrl === undefined ? 'the API’s CorsConfiguration' : 'Cors of the function URL'} instead of *, with AllowCredentials: true`;
  return isSelecting(facts.integration)
    ? `Set ${headers} in ResponseParameters of the integration response, and deploy the API again`
    : `Have ${nameSender(facts)} return ${headers}`;
}

const anyWithCredentials: SurpriseKind = {
  code: 'CORS_ANY_WITH_CREDENTIALS',
  mark: 'CORS: * with credentials',
  source: 'docs/aws §12.1',
  find(facts) {
    const origin = originOf(facts);
    if (origin === undefined || facts.reply.last('access-control-allow-origin') !== '*') return undefined;
    const allows = facts.reply.last('access-control-allow-credentials') === 'true';
    const hasCookie = facts.recorded.received.headers.last('cookie') !== undefined;
    if (!allows && !hasCookie) return undefined;
    return {
      values: { origin },
      because: [
        `The reply allows every origin (Access-Control-Allow-Origin: *), and ${allows ? 'Access-Control-Allow-Credentials is true' : 'the request has cookies'}. A browser refuses * for a request with credentials.`,
      ],
      changes: [`${allowWithCredentials(facts, origin)}, or let the page call without credentials.`],
    };
  },
};

const methodNotAllowed: SurpriseKind = {
  code: 'CORS_METHOD_NOT_ALLOWED',
  mark: 'CORS: method not allowed',
  source: 'docs/aws §12.1',
  find(facts) {
    const method = askedMethod(facts);
    if (method === undefined || !areListsKnown(facts) || isRefused(facts)) return undefined;
    if (SAFE_METHODS.has(method)) return undefined;
    const allowed = valuesOf(facts, 'allowMethods');
    if (allowed.includes(method) || (allowed.includes('*') && !hasCredentials(facts))) return undefined;
    return {
      values: { method, allowed },
      because: [
        `The page from ${originOf(facts) ?? ''} asked whether it may send ${method}, and ${describe(facts, 'allowMethods', allowed)}${describeWildcard(facts, allowed)}. The browser does not send the request.`,
      ],
      changes: [changeOf(facts, 'allowMethods', [method]), ...describeMissingRoute(facts, method)],
    };
  },
};

const headerNotAllowed: SurpriseKind = {
  code: 'CORS_HEADER_NOT_ALLOWED',
  mark: 'CORS: header not allowed',
  source: 'docs/aws §12.1',
  find(facts) {
    if (askedMethod(facts) === undefined || !areListsKnown(facts) || isRefused(facts)) return undefined;
    const asked = split(facts.recorded.received.headers.all('access-control-request-headers'));
    const allowed = valuesOf(facts, 'allowHeaders');
    const names = new Set(allowed.map((name) => name.toLowerCase()));
    const isAny = names.has('*') && !hasCredentials(facts);
    const headers = asked
      .map((name) => name.toLowerCase())
      .filter((name) => !names.has(name) && !(isAny && name !== 'authorization'));
    if (headers.length === 0) return undefined;
    const wildcard =
      isAny && headers.includes('authorization')
        ? ' (* does not include Authorization)'
        : describeWildcard(facts, allowed);
    return {
      values: { headers, allowed },
      because: [
        `The page from ${originOf(facts) ?? ''} asked whether it may send ${headers.join(', ')}, and ${describe(facts, 'allowHeaders', allowed)}${wildcard}. The browser does not send the request.`,
      ],
      changes: [changeOf(facts, 'allowHeaders', headers)],
    };
  },
};

/** Code that reads or sets cookies, or that allows credentials. */
const USES_COOKIES = /cookie|allow-credentials/i;

/** Whether the request that follows the preflight is for an authorizer or a function that uses cookies. */
function usesCookies({ recorded: { received }, readHandler }: SurpriseFacts, method: string): boolean {
  const { route, stage } = received;
  return (stage?.deployment.routes.plans ?? []).some(
    ({ resourcePath, httpMethod, authorization, integration }) => {
      if (resourcePath !== route?.resourcePath || (httpMethod !== method && httpMethod !== 'ANY'))
        return false;
      const sources = authorization.kind === 'lambda' ? authorization.authorizer.identitySources : [];
      if (sources.some(({ kind, name }) => kind === 'header' && name.toLowerCase() === 'cookie')) return true;
      if (!('functionName' in integration)) return false;
      const code = readHandler?.(integration.functionName.render(stage?.variables ?? null));
      return findLine(code, USES_COOKIES) !== undefined;
    },
  );
}

/** A preflight does not say whether the request will have credentials, so the code of the API has to say it. */
const withoutCredentials: SurpriseKind = {
  code: 'CORS_WITHOUT_CREDENTIALS',
  mark: undefined,
  source: 'docs/aws §12.1',
  find(facts) {
    const origin = originOf(facts);
    const method = askedMethod(facts);
    if (method === undefined || origin === undefined) return undefined;
    if (facts.recorded.status > 299 || !isFixedPreflight(facts) || !usesCookies(facts, method))
      return undefined;
    const { reply, definition } = facts;
    if (reply.last('access-control-allow-origin') !== origin || hasCredentials(facts)) return undefined;
    return {
      values: { origin },
      because: [
        `The reply allows ${origin}, but has no Access-Control-Allow-Credentials: true. This is a hint: if the page sends cookies or other credentials (fetch with credentials: 'include'), the browser refuses the reply and does not send the request.`,
      ],
      changes: [
        `For pages that send credentials, set ${nameSetting('preflightCredentials', definition, 'true')}.${toDeploy('rest')} The reply to the request itself needs the header, too.`,
      ],
    };
  },
};

/** Code that reads the origin of the request, or writes a value other than a string constant into the header. */
const COMPUTES_ORIGIN =
  /\bheaders\b.*(?<![-\w])origin\b|allow-origin['"]?\]?\s*[:=,]\s*(?!['"\s]|process\.env|os\.environ)/i;

const noVary: SurpriseKind = {
  code: 'CORS_WITHOUT_VARY',
  mark: undefined,
  source: 'docs/aws §12.1',
  find(facts) {
    const origin = originOf(facts);
    const { api, stage } = facts.recorded.received;
    // A gateway that sets the CORS headers itself takes no Vary from the template.
    if (origin === undefined || (api.protocol === 'http' && stage?.deployment.cors !== undefined))
      return undefined;
    if (facts.integration === undefined || askedMethod(facts) !== undefined) return undefined;
    if (facts.reply.last('access-control-allow-origin') !== origin) return undefined;
    // The same reply to every origin needs no Vary. Only code that computes the value can send each origin a different
    // value.
    if (findLine(facts.handler, COMPUTES_ORIGIN) === undefined) return undefined;
    const vary = split(facts.reply.all('vary')).map((name) => name.toLowerCase());
    if (vary.includes('origin') || vary.includes('*')) return undefined;
    return {
      values: { origin },
      because: [
        `The reply allows only ${origin}, but has no Vary: Origin. This is a hint: a cache in between may give the reply to a page of another origin, whose browser then refuses it.`,
      ],
      changes: [
        isSelecting(facts.integration)
          ? `Map method.response.header.Vary: "'Origin'" in ResponseParameters of the integration response as well, and declare the header in the method response.`
          : 'Also return Vary: Origin from the integration.',
      ],
    };
  },
};

export const CORS_KINDS: readonly SurpriseKind[] = [
  originNotAllowed,
  twoOrigins,
  anyWithCredentials,
  methodNotAllowed,
  headerNotAllowed,
  withoutCredentials,
  headerNotExposed,
  noVary,
];

/** Methods that a browser sends even if a preflight does not list them. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'POST']);

/** Whether the request may have credentials. For such a request, a browser treats * as a literal name. */
function hasCredentials(facts: SurpriseFacts): boolean {
  return (
    facts.reply.last('access-control-allow-credentials') === 'true' ||
    unsentLists(facts)?.allowCredentials === true
  );
}

/** Whether the gateway refused the preflight itself, so that the reply does not contain the lists. */
function isRefused({ recorded }: SurpriseFacts): boolean {
  return recorded.failure !== undefined && recorded.status > 299;
}

type List = 'allowMethods' | 'allowHeaders';

const HEADERS: Readonly<Record<List, string>> = {
  allowMethods: 'Access-Control-Allow-Methods',
  allowHeaders: 'Access-Control-Allow-Headers',
};

const NOUNS: Readonly<Record<List, string>> = { allowMethods: 'methods', allowHeaders: 'headers' };

/**
 * Returns the settings of an API that answers preflights itself but does not allow the origin, so that its reply has none
 * of the lists. A page whose origin is then allowed would be refused because of these lists.
 */
function unsentLists(facts: SurpriseFacts): CorsPlan | undefined {
  return facts.recorded.phase === 'preflight' && !isOriginAllowed(facts) ? facts.cors : undefined;
}

/** Whether the reply, or the setting of the API, has the lists of the methods and headers that are allowed. */
function areListsKnown(facts: SurpriseFacts): boolean {
  return isOriginAllowed(facts) || unsentLists(facts) !== undefined || isFixedPreflight(facts);
}

function valuesOf(facts: SurpriseFacts, list: List): readonly string[] {
  return unsentLists(facts)?.[list] ?? split(facts.reply.all(HEADERS[list].toLowerCase()));
}

function split(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(',')).flatMap((value) => value.trim() || []);
}

function describe(facts: SurpriseFacts, list: List, allowed: readonly string[]): string {
  if (unsentLists(facts) !== undefined)
    return `${facts.recorded.received.api.functionUrl === undefined ? 'the API' : 'the function URL'} allows ${allowed.length === 0 ? `no ${NOUNS[list]}` : `only the ${NOUNS[list]} ${allowed.join(', ')}`}`;
  return allowed.length === 0
    ? `the reply has no ${HEADERS[list]}`
    : `${HEADERS[list]} is ${allowed.join(', ')}`;
}

function describeWildcard(facts: SurpriseFacts, allowed: readonly string[]): string {
  return allowed.includes('*') && hasCredentials(facts)
    ? ' (the reply allows credentials, and for a request with credentials * has no special meaning)'
    : '';
}

function changeOf(facts: SurpriseFacts, setting: List, values: readonly string[]): string {
  const header = HEADERS[setting];
  const { recorded, cors, definition } = facts;
  const isOwn = recorded.received.api.functionUrl === undefined;
  if (isFixedPreflight(facts)) {
    const given = facts.reply.last(header.toLowerCase());
    const list = [...(given === undefined ? [] : [given]), ...values].join(',');
    return `Set ${nameSetting(setting === 'allowHeaders' ? 'preflightHeaders' : 'preflightMethods', definition, list)}${given === undefined && definition?.addsPreflights === true ? '. If Cors is only a string, it sets AllowOrigin alone: write it as an object that sets both' : ''}.${toDeploy('rest')}`;
  }
  if (recorded.phase !== 'preflight' || cors === undefined)
    return isSelecting(facts.integration)
      ? `Add ${values.join(', ')} to method.response.header.${header} in ResponseParameters of the integration response of OPTIONS.${toDeploy('rest')}`
      : `Add ${values.join(', ')} to the ${header} that ${nameSender(facts)} returns to OPTIONS.`;
  // With credentials, a browser reads * as a literal name, so keeping it in the list would have no effect.
  const kept = cors[setting].filter((value) => value !== '*' || !cors.allowCredentials);
  if (!isOwn) return `Add ${values.join(', ')} to ${nameSetting(SETTINGS[setting], definition)}.`;
  return `Add ${values.join(', ')} to the API’s CorsConfiguration. The whole list is then:\n${printSetting(setting, [...kept, ...values], definition)}`;
}

const SETTINGS = { allowMethods: 'urlMethods', allowHeaders: 'urlHeaders' } as const;

/** Says that the request itself would find no route, so that allowing the method is not enough. */
function describeMissingRoute({ recorded }: SurpriseFacts, method: string): string[] {
  const { api, rawPath } = recorded.received;
  if (api.functionUrl !== undefined) return [];
  const { stageName, path } = api.locate(rawPath, api.stages);
  const routes = api.stages.get(stageName)?.deployment.routes;
  return routes === undefined || routes.find(method, path) !== undefined
    ? []
    : [`Also add a route for ${method} ${path}: the API has none, so the request itself would be refused.`];
}
