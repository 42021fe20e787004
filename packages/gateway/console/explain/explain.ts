/**
 * Explains the outcome of one request and what would change it. The functions are pure. They read the gateway's
 * decisions, but make no decisions themselves.
 */
import { explainGuard } from './explain-guard.ts';
import { explainIntegration } from './explain-integration.ts';
import { explainMeter, nameOfKey, nameOfPlan } from './explain-meter.ts';
import type { Reason } from './reason.ts';
import type { Circumstances, CorsCircumstances } from './circumstances.ts';
import { formatDuration, sentence } from './reason.ts';

export type Story = {
  readonly headline: string;
  /** The sentences that explain the outcome, in the order of the phases. */
  readonly sentences: readonly string[];
  readonly changes: readonly string[];
};

/** @param surprises what surprises in the answer, although it is not an error */
export function explain(about: Circumstances, surprises: Reason = NOTHING): Story {
  const reason = findReason(about);
  const cors = about.cors && explainCors(about, about.cors);
  return {
    headline: headlineOf(about),
    sentences: [
      ...describePath(about),
      ...describeInjected(about),
      ...reason.because,
      ...(cors?.because ?? []),
      ...surprises.because,
    ],
    changes: [...(cors?.changes ?? []), ...reason.changes, ...surprises.changes],
  };
}

function headlineOf(about: Circumstances): string {
  const { kind, method, path, status, phase, failure, stageName } = about;
  const what = {
    request: `${method} ${path}`,
    handshake: `The handshake on stage ${stageName ?? 'unknown'}`,
    message: `The message ${about.routeKey === undefined ? 'without a route' : `for ${about.routeKey}`}`,
    disconnect: 'The end of the connection',
    post: 'The message to the client',
  }[kind];
  if (kind === 'post') return `${what} was sent.`;
  if (kind === 'disconnect') return `${what} was reported to the API.`;
  if (kind === 'handshake' && status === 101) return `${what} was accepted.`;
  if (failure === undefined && status < 400) return `${what} was answered with ${status}.`;
  if (failure === undefined)
    return `${what} was answered with ${status} by the ${phase === 'cache' ? 'cache' : 'integration'} itself.`;
  return `${what} was refused with ${status} in the phase ${phase}.`;
}

/** Describes the phases that succeeded before the deciding phase. */
function describePath({ routeKey, screened, guard, meter, cache, phase, code }: Circumstances): string[] {
  const way: string[] = [];
  if (routeKey !== undefined && code !== undefined) way.push(`It matched the route ${routeKey}.`);
  way.push(...screened);
  const isPast = !['screen', 'match', 'preflight', 'authenticate', 'authorize'].includes(phase);
  if (guard !== undefined && isPast && guard.kind !== 'none') way.push(describeCaller(guard));
  if (meter?.planId !== undefined && phase !== 'meter')
    way.push(`${nameOfKey(meter)} of ${nameOfPlan(meter)} was within its limits.`);
  if (cache?.isHit === true)
    way.push(
      `The response came from the stage’s cache and was ${formatDuration(cache.ageMs ?? 0)} old; the integration was not called.`,
    );
  return way;
}

function describeInjected({ injected }: Circumstances): string[] {
  return injected.map((note) => `A fault was injected: ${note}.`);
}

function describeCaller({
  kind,
  name,
  principal,
  from,
  ageMs,
  decided,
}: NonNullable<Circumstances['guard']>): string {
  const key = decided?.key === undefined ? '' : ` (key ${decided.key})`;
  const who =
    decided?.customer === undefined ? (principal ?? 'the caller') : `the customer ${decided.customer}${key}`;
  if (kind === 'iam') return `The signature is valid: ${who} called.`;
  if (kind === 'token') return `Authorizer ${name} accepted the token of ${who}.`;
  return from === 'cache'
    ? `Authorizer ${name} was not called, because its result for ${who}, ${formatDuration(ageMs ?? 0)} old, was cached.`
    : `Authorizer ${name} identified the caller: ${who}.`;
}

function findReason(about: Circumstances): Reason {
  if (about.failure === undefined) return explainIntegration(about);
  switch (about.phase) {
    case 'match':
      return explainMatch(about);
    case 'screen':
    case 'authenticate':
    case 'authorize':
      return explainGuard(about);
    case 'meter':
      return explainMeter(about);
    case 'validate':
      return explainValidation(about);
    default:
      return explainIntegration(about);
  }
}

function explainValidation({ code, validation, failure, routeKey }: Circumstances): Reason {
  const details = validation ?? failure ?? '';
  if (code === 'BAD_REQUEST_PARAMETERS')
    return {
      because: [`${details}.`],
      changes: [
        `Send the missing parameters, or make them optional in the RequestParameters of ${routeKey ?? 'the route'}.`,
      ],
    };
  return {
    because: [
      `The body does not match the model of ${routeKey ?? 'the route'}: ${details.replace(/^\[|\]$/g, '')}.`,
    ],
    changes: [
      'Send a body that matches the model, or change the model and deploy the API again.',
      'To show callers the details, use $context.error.validationErrorString in the template of the gateway response BAD_REQUEST_BODY.',
    ],
  };
}

/** Explains whether a browser accepts the reply. */
function explainCors(
  { protocol, status, code, failure, phase }: Circumstances,
  { origin, allowOrigin, isPreflight, hasConfiguration }: CorsCircumstances,
): Reason {
  const allows = allowOrigin === '*' || allowOrigin === origin;
  if (allows && !(isPreflight && status >= 300)) return NOTHING;
  const said =
    allowOrigin === undefined ? 'has no Access-Control-Allow-Origin header' : `allows only ${allowOrigin}`;
  if (isPreflight)
    return {
      because: [
        `This was a preflight of a page from ${origin}, and the response (${status}) ${said}, so the browser does not send the request itself.`,
      ],
      changes: [
        protocol === 'http'
          ? `Add ${origin} to AllowOrigins in the API’s CorsConfiguration${hasConfiguration ? '' : ', which it does not have yet'}.`
          : 'Give the resource an OPTIONS method that has no authorizer and responds with the CORS headers.',
      ],
    };
  if (failure !== undefined && protocol === 'rest')
    return {
      because: [
        `The page from ${origin} sees “blocked by CORS policy” instead of the ${status}: the gateway generated this response itself (${code ?? phase}), and it ${said}. The cause is the ${status}, not CORS.`,
      ],
      changes: [
        `To let pages read it, give the API a gateway response for ${status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'} with gatewayresponse.header.Access-Control-Allow-Origin: "'${origin}'".`,
      ],
    };
  return {
    because: [`The page from ${origin} cannot read this response, because it ${said}.`],
    changes: [
      protocol === 'http'
        ? `Add ${origin} to AllowOrigins in the API’s CorsConfiguration.`
        : `Return Access-Control-Allow-Origin: ${origin} from the integration.`,
    ],
  };
}

const NOTHING: Reason = { because: [], changes: [] };

function explainMatch(about: Circumstances): Reason {
  const { code, stageName, stages, method, path, nearMisses, failure, kind, protocol } = about;
  if (kind === 'message')
    return {
      because: [
        'The route selection expression yielded no known route key for the message, and there is no $default route.',
      ],
      changes: [
        `Send one of ${nearMisses.map(({ route }) => route).join(', ') || 'the API’s routes'}, or add a $default route.`,
      ],
    };
  if (code === 'STAGE_NOT_FOUND' || stageName === undefined)
    return {
      because: [
        `${sentence(failure ?? 'The path names no stage')} The API has ${stages.length === 0 ? 'no stage' : `the ${stages.length === 1 ? 'stage' : 'stages'} ${stages.join(', ')}`}.`,
      ],
      changes: [stages.length === 0 ? 'Deploy the API to a stage.' : `Begin the path with /${stages[0]}.`],
    };
  const near = nearMisses.map(({ route, because }) => `${route}: ${because}`);
  const verbs = nearMisses.flatMap(({ otherMethod }) => otherMethod ?? []);
  const [nearest] = nearMisses;
  const isStageTwice = path.startsWith(`/${stageName}/`);
  return {
    because: [
      `Stage ${stageName} has no route for ${method} ${path}${protocol === 'rest' ? '. REST APIs respond with “Missing Authentication Token” in that case, or with a message about the Authorization header if there is one; neither concerns a token' : ''}.`,
      ...(near.length === 0
        ? []
        : [`The closest ${near.length === 1 ? 'route is' : 'routes are'} ${near.join('; ')}.`]),
    ],
    changes: [
      isStageTwice
        ? 'The path begins with the stage twice: remove one of them.'
        : nearest === undefined
          ? 'Add the route, and deploy the API again.'
          : `${verbs.length > 1 ? `Call it with ${verbs.join(' or ')}` : `Call ${nearest.route}`}, or add the route and deploy the API again.`,
    ],
  };
}
