import { describeSent, requestTemplateOf } from './sent.ts';
import { showData } from './shown.ts';
import { typeWithoutModel } from '../surprises/unchecked-body.ts';
import type { Circumstances, GuardPolicy } from '../explain/circumstances.ts';
import type { PhaseName } from '../../core/trail.ts';
import type { RecordedOutcome, RecordedRequest } from './recorded-request.ts';
import type { PhaseRecord, Shown } from './model.ts';
import type { Redactor } from './redact.ts';

type PhaseText = {
  readonly read: readonly string[];
  readonly decided: string;
  readonly shows?: readonly (Shown | undefined)[];
  readonly isIdle?: boolean;
};

export function describePhases(
  recorded: RecordedRequest,
  about: Circumstances,
  redactor: Redactor,
): readonly PhaseRecord[] {
  const entered = Object.entries(recorded.enteredMs).map(([name, atMs]) => ({ name, atMs }));
  const ordered = entered.sort((a, b) => a.atMs - b.atMs);
  const endMs = recorded.latencyMs;
  return ordered.map(({ name, atMs }, index) => {
    const isLast = index === ordered.length - 1;
    const failedHere = recorded.failure !== undefined && name === recorded.phase;
    const text = describePhase(name as PhaseName, recorded, about, redactor);
    const isAnswer =
      recorded.failure === undefined && (isLast || (name === 'cache' && about.cache?.isHit === true));
    return {
      name,
      beginMs: atMs - recorded.startedMs,
      endMs: Math.max(
        atMs - recorded.startedMs,
        (ordered[index + 1]?.atMs ?? recorded.startedMs + endMs) - recorded.startedMs,
      ),
      outcome: failedHere ? 'refused' : isAnswer ? 'answered' : 'passed',
      read: text.read,
      ...(text.isIdle === true && !failedHere && !isAnswer && { isIdle: true }),
      decided: failedHere ? `${recorded.error?.code ?? 'failed'}: ${about.failure ?? ''}` : text.decided,
      shows: (text.shows ?? []).filter((shown) => shown !== undefined),
    };
  });
}

function describePhase(
  name: PhaseName,
  recorded: RecordedRequest,
  about: Circumstances,
  redactor: Redactor,
): PhaseText {
  switch (name) {
    case 'screen':
      return describeScreen(recorded, about);
    case 'match':
      return describeMatch(about);
    case 'preflight':
      return {
        read: ['Origin', 'Access-Control-Request-Method'],
        decided: 'answered by the API’s own CORS configuration',
      };
    case 'authenticate':
      return describeAuthenticate(recorded, about, redactor);
    case 'authorize':
      return {
        read: about.policies.map(({ of }) => `policy of the ${of}`),
        decided: describePolicies(about),
        isIdle: about.policies.length === 0 && about.guard?.simpleAnswer === undefined,
        shows: about.policies.map(showPolicy),
      };
    case 'meter':
      return describeMeter(about);
    case 'validate':
      return {
        read: ['required parameters', 'body'],
        decided: about.validation ?? describeValidated(recorded, redactor),
        isIdle: recorded.received.route?.validation === undefined,
      };
    case 'cache':
      return describeCache(recorded, about);
    case 'map-request':
      return describeMapRequest(recorded, redactor);
    case 'integrate':
      return describeIntegrate(recorded, about, redactor);
    case 'map-response':
      return { read: ['the integration’s response'], decided: `the reply has the status ${recorded.status}` };
  }
}

/** A request whose body has no model passes this phase, which does not mean that the body is valid. */
function describeValidated({ received }: RecordedRequest, redactor: Redactor): string {
  const type = typeWithoutModel(received);
  return type === undefined
    ? 'nothing is missing'
    : `the body was not checked, because the method has no model for its content type ${redactor.text(type)}`;
}

function describeScreen({ received, sizes }: RecordedRequest, about: Circumstances): PhaseText {
  const { policies, screened } = about;
  const resource = policies.find(({ of }) => of === 'resource');
  const url = received.rawPath.length + received.rawQuery.length;
  return {
    read: [
      `URL of ${url} bytes`,
      `${received.headers.lines.length / 2} headers`,
      `body of ${sizes.request} bytes`,
    ],
    decided:
      resource === undefined
        ? 'within the limits'
        : `within the limits; resource policy: ${resource.decision}`,
    isIdle: resource === undefined && screened.length === 0,
    shows: [
      screened.length === 0
        ? undefined
        : { title: 'In front of the stage', form: 'text', text: screened.join('\n') },
      resource === undefined ? undefined : showPolicy(resource),
    ],
  };
}

function describeMatch({
  method,
  path,
  stageName,
  release,
  routeKey,
  nearMisses,
  stages,
}: Circumstances): PhaseText {
  const misses = nearMisses.map(({ route, because }) => `${route}: ${because}`).join('\n');
  return {
    read: [`${method} ${path}`, `stages: ${stages.join(', ')}`],
    decided: `${release?.isCanary === true ? 'canary of the stage' : 'stage'} ${stageName ?? 'none'}${release?.isCanary === false ? ' itself, not its canary' : ''}, route ${routeKey ?? 'none'}`,
    shows: [misses === '' ? undefined : { title: 'Near misses', form: 'text', text: misses }],
  };
}

function describeAuthenticate(
  { authorizerCall }: RecordedRequest,
  { guard }: Circumstances,
  redactor: Redactor,
): PhaseText {
  if (guard === undefined || guard.kind === 'none')
    return { read: [], decided: 'the route is open, so no authorizer is called', isIdle: true };
  const read = guard.places.map(
    ({ kind, name, isFound }) => `${kind} ${name}: ${isFound ? 'found' : 'missing'}`,
  );
  const result = authorizerCall?.result;
  const answer = result !== undefined && 'payload' in result ? result.payload : undefined;
  const who = guard.principal === undefined ? '' : `; the caller is ${guard.principal}`;
  return {
    read,
    decided: `${describeSource(guard)}${who}`,
    shows: [
      showData('Event of the authorizer', authorizerCall?.event, redactor),
      showData('Its answer', answer, redactor),
      showLines(guard.lines),
    ],
  };
}

function describeSource({
  kind,
  name,
  from,
  ageMs,
  ttlSeconds,
}: NonNullable<Circumstances['guard']>): string {
  if (kind === 'token') return `authorizer ${name} checked the token`;
  if (kind === 'iam') return 'the signature was checked';
  if (from === 'cache')
    return `authorizer ${name} was not called, because its result from ${seconds(ageMs ?? 0)} before this request is cached for ${ttlSeconds} s`;
  return from === 'function' ? `authorizer ${name} was called` : `authorizer ${name} was not called`;
}

function describePolicies({ guard, policies }: Circumstances): string {
  if (guard?.simpleAnswer !== undefined) return `the authorizer returned isAuthorized: ${guard.simpleAnswer}`;
  if (policies.length === 0) return 'no policy applies';
  return policies
    .map(({ of, decision, decidedBy, statements }) => {
      const statement = decidedBy === undefined ? undefined : statements[decidedBy];
      const by =
        decidedBy === undefined
          ? ', because no statement matches'
          : ` by statement ${decidedBy + 1}${statement?.sid === undefined ? '' : ` (${statement.sid})`}`;
      return `${of}: ${decision}${by}`;
    })
    .join('; ');
}

function showPolicy(policy: GuardPolicy): Shown {
  const { of, decision, resource, statements } = policy;
  return {
    title: `Policy of the ${of}`,
    form: 'json',
    text: JSON.stringify({ decision, resource, statements }, null, 2),
  };
}

function describeMeter({ meter }: Circumstances): PhaseText {
  if (meter === undefined)
    return { read: [], decided: 'no API key, throttle or quota applies to this route', isIdle: true };
  const { quota, planLimit, routeLimit } = meter;
  return {
    read: [
      ...(meter.keyRequired ? [`API key ${meter.keyId ?? (meter.hasApiKey ? 'unknown' : 'missing')}`] : []),
      ...(meter.planId === undefined ? [] : [`usage plan ${meter.planId}`]),
      ...(planLimit === undefined
        ? []
        : [
            `throttle of the plan: ${planLimit.level} of ${planLimit.burst} left, ${planLimit.ratePerSecond}/s`,
          ]),
      ...(routeLimit === undefined
        ? []
        : [
            `throttle of the route: ${routeLimit.level} of ${routeLimit.burst} left, ${routeLimit.ratePerSecond}/s`,
          ]),
      ...(quota === undefined
        ? []
        : [`quota: ${quota.left} of ${quota.limit} a ${quota.period.toLowerCase()} left`]),
    ],
    decided: 'admitted',
  };
}

function describeCache({ received }: RecordedRequest, { cache }: Circumstances): PhaseText {
  if (cache === undefined) {
    const { method, route, stage } = received;
    const isLeftOut = route !== undefined && stage?.cache?.routes.get(route)?.isForGetOnly === true;
    return {
      read: [],
      decided:
        isLeftOut && method !== 'GET'
          ? `the stage caches responses to GET only; the settings of the method can enable caching for ${method}`
          : 'the route has no cache',
      isIdle: true,
    };
  }
  return {
    read: [`responses are cached for ${cache.ttlSeconds} s`],
    decided: cache.isHit
      ? `answered from the cache, ${seconds(cache.ageMs ?? 0)} old`
      : 'a miss: the integration is called',
  };
}

function describeMapRequest(recorded: RecordedRequest, redactor: Redactor): PhaseText {
  const { received } = recorded;
  const template = requestTemplateOf(received);
  const sent = recorded.sent ?? describeSent(received);
  const source = template?.source;
  const headers = sent?.headers ?? [];
  return {
    read: template === undefined ? [] : [`template ${template.name}`],
    decided: sent === undefined ? 'nothing is sent' : `the request is sent to ${sent.target}`,
    shows: [
      source === undefined
        ? undefined
        : { title: `Template ${template?.name ?? ''}`, form: 'template', text: source },
      showData(source === undefined ? 'Event' : 'Rendered', sent?.body, redactor, recorded.sizes.event),
      headers.length === 0
        ? undefined
        : { title: 'Headers', form: 'text', text: printHeaders(headers, redactor) },
    ],
  };
}

function printHeaders(headers: readonly string[], redactor: Redactor): string {
  return headers
    .flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${redactor.value(name, headers[index + 1] ?? '')}`] : [],
    )
    .join('\n');
}

function describeIntegrate(
  { outcome }: RecordedRequest,
  { integration, injected }: Circumstances,
  redactor: Redactor,
): PhaseText {
  const init =
    outcome?.kind === 'returned' && outcome.initMs !== undefined
      ? [`cold start of ${Math.round(outcome.initMs)} ms`]
      : [];
  const target = integration?.target ?? integration?.kind ?? 'nothing';
  return {
    read: [
      target,
      ...(integration?.timeoutMs === undefined ? [] : [`deadline ${integration.timeoutMs} ms`]),
      ...init,
    ],
    decided: `${target} ${integration?.outcome ?? 'was not called'}`,
    shows: [
      injected.length === 0
        ? undefined
        : { title: 'Injected faults', form: 'text', text: injected.join('\n') },
      showData('Its answer', answerOf(outcome), redactor),
      showLines(integration?.lines ?? []),
    ],
  };
}

function answerOf(outcome: RecordedOutcome | undefined): string | Buffer | undefined {
  if (outcome === undefined) return undefined;
  if ('payload' in outcome) return outcome.payload;
  return outcome.kind === 'answered' ? outcome.body : undefined;
}

function showLines(lines: readonly string[]): Shown | undefined {
  return lines.length === 0 ? undefined : { title: 'Log lines', form: 'text', text: lines.join('\n') };
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
