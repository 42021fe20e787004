/**
 * A reply that the browser withholds from the page, because the reply does not allow the page's origin
 * (docs/aws §12, §12.1).
 */
import { lowerFirst } from '@gatewright/aws/violations';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { sentence, toDeploy } from '../explain/reason.ts';
import { nameSetting } from '../explain/setting-text.ts';
import { askedMethod, isFixedPreflight, isOriginAllowed, originOf } from './cors-request.ts';
import { respellOrigin, writtenOf } from './cors-spelling.ts';
import { isSelecting } from './selected-response.ts';
import { addPreflights } from './add-preflights.ts';
import { isClosed } from '../../core/deployment/closed-routes.ts';
import { printSetting } from './template-text.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

export const originNotAllowed: SurpriseKind = {
  code: 'CORS_ORIGIN_NOT_ALLOWED',
  mark: 'CORS: origin not allowed',
  source: 'docs/aws §12.1',
  find(facts) {
    const origin = originOf(facts);
    const allowed = facts.reply.all('access-control-allow-origin');
    // A reply with several origins is another kind of surprise.
    if (origin === undefined || allowed.length > 1 || allowed[0]?.includes(',') === true) return undefined;
    const { status } = facts.recorded;
    const isPreflight = askedMethod(facts) !== undefined;
    const isRefused = isPreflight && (status < 200 || status >= 300);
    if (isOriginAllowed(facts) && !isRefused) return undefined;
    return {
      isCause: isAnsweredByAny(facts),
      values: { origin, ...(allowed[0] !== undefined && { allowed: allowed[0] }) },
      because: [describe(facts, origin, isPreflight)],
      changes: isPreflight ? adviseOnPreflight(facts, origin) : adviseOnReply(facts, origin),
    };
  },
};

function describe(facts: SurpriseFacts, origin: string, isPreflight: boolean): string {
  const { status, error, failure, phase } = facts.recorded;
  const allowed = facts.reply.last('access-control-allow-origin');
  const said = allowed === undefined ? 'has no Access-Control-Allow-Origin header' : `allows only ${allowed}`;
  if (isPreflight)
    return `This was a preflight of a page from ${origin}, and the reply ${isOriginAllowed(facts) ? `has the status ${status}, but a preflight must be answered with 200 to 299` : said}. The browser does not send the request itself.${isAnsweredByAny(facts) ? ` ${facts.recorded.received.route?.routeKey ?? 'ANY'} includes OPTIONS, so the function got the preflight and responded with ${status} itself; API Gateway refused nothing.` : ''}`;
  if (failure !== undefined)
    return `The page from ${origin} sees “blocked by CORS policy” instead of the ${status}: the gateway generated this reply itself (${error?.code ?? phase}), and it ${said}. The cause is the ${status}, not CORS.`;
  return `The page from ${origin} cannot read this reply, because it ${said}.`;
}

/** The phases that may refuse a preflight. */
const GUARDS = new Set(['screen', 'match', 'preflight', 'authenticate', 'authorize', 'meter']);

function adviseOnPreflight(facts: SurpriseFacts, origin: string): string[] {
  const { failure, phase } = facts.recorded;
  // The failure has its own advice. Once it is corrected, the reply has the CORS headers.
  if (failure !== undefined && !GUARDS.has(phase)) return [];
  const advice = adviseOnReached(facts, origin);
  return advice === undefined ? [] : [advice];
}

function adviseOnReached(facts: SurpriseFacts, origin: string): string | undefined {
  const { received, phase, failure } = facts.recorded;
  if (received.api.protocol === 'rest') return adviseOnRestPreflight(facts, origin);
  if (phase === 'preflight' || facts.cors === undefined) return allowOrigin(facts, origin);
  // An authorizer of the route refused the preflight, which has its own advice.
  if (failure !== undefined) return undefined;
  // A route of the API answers OPTIONS instead of CorsConfiguration.
  const { routeKey = 'the route', httpMethod } = received.route ?? {};
  return httpMethod === 'OPTIONS'
    ? `Make the integration of ${routeKey} respond to preflights with 200 and the CORS headers, or remove the route, so that CorsConfiguration responds.`
    : `Replace ${routeKey}, which matches OPTIONS, too, with a route for each method, so that CorsConfiguration responds to preflights; or make its integration respond to OPTIONS with 200.`;
}

/** A method ANY includes OPTIONS, so that its function gets the preflights. */
function isAnsweredByAny({ integration, recorded: { received, status } }: SurpriseFacts): boolean {
  return integration?.kind === 'lambda-proxy' && received.route?.httpMethod === 'ANY' && status > 299;
}

/** Returns undefined if a guard refused the preflight: its refusal has its own advice. */
function adviseOnRestPreflight(facts: SurpriseFacts, origin: string): string | undefined {
  const { received, status } = facts.recorded;
  if (isAnsweredByAny(facts))
    return `Answer OPTIONS in the function: if (event.httpMethod === 'OPTIONS') return { statusCode: 204, headers: { 'Access-Control-Allow-Origin': '${origin}', 'Access-Control-Allow-Methods': '${askedMethod(facts) ?? ''}', 'Access-Control-Allow-Headers': '${received.headers.last('access-control-request-headers') ?? ''}' } }, and return Access-Control-Allow-Origin with the other replies as well. Or give the resource an OPTIONS method with a MOCK integration that responds with these headers (CDK: defaultCorsPreflightOptions).${toDeploy('rest')}`;
  const newMethod = `${addPreflights(facts.definition, {
    origin,
    method: askedMethod(facts) ?? '',
    headers: (received.headers.last('access-control-request-headers') ?? '').split(/\s*,\s*/),
  })}.`;
  const own = received.route?.httpMethod === 'OPTIONS' ? received.route.routeKey : undefined;
  const isAnswered = facts.integration !== undefined;
  if (isAnswered && !isOriginAllowed(facts) && status >= 200 && status < 300)
    return `${allowInReply(facts, origin)}${own === undefined ? ` Or ${newMethod}${toDeploy('rest')} The reply to the request itself needs Access-Control-Allow-Origin in any case.` : ''}`;
  if (own === undefined) return `${sentence(newMethod)}${toDeploy('rest')}`;
  return isAnswered
    ? `Make the integration of ${own} respond to preflights with 200 and the CORS headers.`
    : undefined;
}

function adviseOnReply(facts: SurpriseFacts, origin: string): readonly string[] {
  const { cors } = facts;
  const { received, failure, status, error } = facts.recorded;
  if (received.api.protocol !== 'rest' && (failure !== undefined || cors !== undefined))
    return [allowOrigin(facts, origin)];
  if (received.api.protocol !== 'rest')
    return [
      `Return Access-Control-Allow-Origin: ${origin} from the integration. Or let the gateway do so: ${lowerFirst(allowOrigin(facts, origin))}`,
    ];
  if (failure !== undefined) {
    const setting = nameSetting('originOfRefusals', facts.definition, origin);
    const usual = status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
    const own = error && received.stage?.deployment.errors.worderOf?.(error.code);
    const advice =
      own === undefined
        ? `give the API a gateway response for ${usual} with ${setting}.`
        : `change the gateway response that the API itself has for ${own}: it needs ${setting}.${own.startsWith('DEFAULT_') ? '' : ` It does not inherit the headers of ${usual}.`}`;
    return [`To let pages read this reply, ${advice}${adviseOwnReplies(facts)}${toDeploy('rest')}`];
  }
  return [allowInReply(facts, origin)];
}

/** A function whose result was refused has to allow the origin as well, once its result is corrected. */
function adviseOwnReplies({ called, recorded: { outcome } }: SurpriseFacts): string {
  if (called?.kind !== 'lambda-proxy' || outcome?.kind !== 'returned') return '';
  // A truncated result is not JSON.
  return parseJsonObject(outcome.payload) !== undefined &&
    !/"access-control-allow-origin"/i.test(outcome.payload)
    ? ' Also return Access-Control-Allow-Origin from the function, for the replies that are its own.'
    : '';
}

/** The formats in which one setting makes the whole OPTIONS method. */
const OF_EVENTS = ['sam', 'sam-globals', 'serverless', 'cdk'];

/** Advises how the integration itself can allow the origin. */
function allowInReply(facts: SurpriseFacts, origin: string): string {
  const { integration, recorded, definition } = facts;
  if (isFixedPreflight(facts) && definition !== undefined && OF_EVENTS.includes(definition.form))
    return `Set ${nameSetting('preflightOrigin', definition, origin)}.${definition.form.startsWith('sam') ? describeFixed(facts) : ''}${toDeploy('rest')}`;
  const allowed = facts.reply.last('access-control-allow-origin');
  const header = 'method.response.header.Access-Control-Allow-Origin';
  const where = `in ResponseParameters of the integration response for ${recorded.status}`;
  if (isSelecting(integration))
    return allowed === undefined
      ? `Map ${header}: "'${origin}'" ${where}, and declare the header in the method response.${toDeploy('rest')}`
      : `Replace the value of ${header} ${where} with "'${origin}'".${describeFixed(facts)}${toDeploy('rest')}`;
  const keep =
    allowed === undefined
      ? ''
      : ` To keep ${allowed} allowed, return the Origin of the request if it is one of the allowed origins.`;
  return integration !== undefined && 'functionName' in integration
    ? `Return Access-Control-Allow-Origin: ${origin} in the headers of the function’s response.${keep}`
    : `Return Access-Control-Allow-Origin: ${origin} from the integration.${keep}`;
}

/** Says which origin a fixed value no longer allows. */
function describeFixed(facts: SurpriseFacts): string {
  const allowed = facts.reply.last('access-control-allow-origin');
  if (allowed === undefined) return '';
  const by =
    askedMethod(facts) === undefined
      ? 'let a function with a proxy integration respond with'
      : 'let a function respond to OPTIONS with';
  return ` A fixed value allows one origin: ${allowed} is then no longer allowed, so to allow both, ${by} the Origin of the request if it is one of the allowed origins.`;
}

/** Returns the reason why all routes of the API are closed. Its CORS settings are not read then. */
function closedBecause({ recorded }: SurpriseFacts): string | undefined {
  const plans = recorded.received.stage?.deployment.routes.plans ?? [];
  const reasons = new Set(
    plans.map(({ integration }) =>
      integration.kind === 'unsupported' && isClosed(integration) ? integration.reason : undefined,
    ),
  );
  const [reason] = reasons;
  return reasons.size === 1 ? reason : undefined;
}

function allowOrigin(facts: SurpriseFacts, origin: string): string {
  const { cors, recorded, definition } = facts;
  const closed = cors === undefined ? closedBecause(facts) : undefined;
  if (closed !== undefined)
    return `Correct the API, which AWS refuses, so that its routes are closed and its CORS settings are not read here: ${closed}`;
  const written = writtenOf(origin);
  if (written !== undefined && written !== origin)
    return `Send the header Origin as browsers write it: ${written}, without a path, a slash at the end or upper-case letters.`;
  const respelled = respellOrigin(origin, cors, definition);
  if (respelled !== undefined && recorded.received.api.functionUrl === undefined) return respelled;
  if (recorded.received.api.functionUrl !== undefined)
    return `Add ${origin} to ${nameSetting('urlOrigins', definition)}${cors === undefined ? ' (the function URL has no CORS settings yet)' : ''}.`;
  const list = printSetting('allowOrigins', [...(cors?.allowOrigins ?? []), origin], definition);
  return `Add ${origin} to AllowOrigins in the API’s CorsConfiguration${cors === undefined ? ' (the API has none yet)' : ''}. The whole list is then:\n${list}`;
}
