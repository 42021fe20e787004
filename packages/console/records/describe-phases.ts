import { describeSent, requestTemplateOf } from './sent.ts';
import { showData } from './shown.ts';
import type { Circumstances, GuardPolicy } from '../explain/circumstances.ts';
import type { PhaseName } from '../../core/trail.ts';
import type { KeptOutcome, KeptRequest } from './kept-request.ts';
import type { PhaseRecord, Shown } from './model.ts';
import type { Redactor } from './redact.ts';

type Told = {
  readonly read: readonly string[];
  readonly decided: string;
  readonly shows?: readonly (Shown | undefined)[];
};

export function describePhases(
  kept: KeptRequest,
  about: Circumstances,
  redactor: Redactor,
): readonly PhaseRecord[] {
  const entered = Object.entries(kept.enteredMs).map(([name, atMs]) => ({ name, atMs }));
  const ordered = entered.sort((a, b) => a.atMs - b.atMs);
  const endMs = kept.latencyMs;
  return ordered.map(({ name, atMs }, index) => {
    const isLast = index === ordered.length - 1;
    const failedHere = kept.failure !== undefined && name === kept.phase;
    const told = tell(name as PhaseName, kept, about, redactor);
    const isAnswer =
      kept.failure === undefined && (isLast || (name === 'cache' && about.cache?.isHit === true));
    return {
      name,
      beginMs: atMs - kept.startedMs,
      endMs: Math.max(
        atMs - kept.startedMs,
        (ordered[index + 1]?.atMs ?? kept.startedMs + endMs) - kept.startedMs,
      ),
      outcome: failedHere ? 'refused' : isAnswer ? 'answered' : 'passed',
      read: told.read,
      decided: failedHere ? `${kept.error?.code ?? 'failed'}: ${about.failure ?? ''}` : told.decided,
      shows: (told.shows ?? []).filter((shown) => shown !== undefined),
    };
  });
}

function tell(name: PhaseName, kept: KeptRequest, about: Circumstances, redactor: Redactor): Told {
  switch (name) {
    case 'screen':
      return tellScreen(kept, about);
    case 'match':
      return tellMatch(about);
    case 'preflight':
      return {
        read: ['Origin', 'Access-Control-Request-Method'],
        decided: 'answered by the API’s own CORS configuration',
      };
    case 'authenticate':
      return tellAuthenticate(kept, about, redactor);
    case 'authorize':
      return {
        read: about.policies.map(({ of }) => `policy of the ${of}`),
        decided: tellPolicies(about),
        shows: about.policies.map(showPolicy),
      };
    case 'meter':
      return tellMeter(about);
    case 'validate':
      return { read: ['required parameters', 'body'], decided: about.validation ?? 'nothing is missing' };
    case 'cache':
      return tellCache(about);
    case 'map-request':
      return tellMapRequest(kept, redactor);
    case 'integrate':
      return tellIntegrate(kept, about, redactor);
    case 'map-response':
      return { read: ['the integration’s answer'], decided: `made the reply ${kept.status}` };
  }
}

function tellScreen({ received, sizes }: KeptRequest, { policies }: Circumstances): Told {
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
    shows: resource === undefined ? [] : [showPolicy(resource)],
  };
}

function tellMatch({ method, path, stageName, routeKey, nearMisses, stages }: Circumstances): Told {
  const misses = nearMisses.map(({ route, because }) => `${route}: ${because}`).join('\n');
  return {
    read: [`${method} ${path}`, `stages: ${stages.join(', ')}`],
    decided: `stage ${stageName ?? 'none'}, route ${routeKey ?? 'none'}`,
    shows: [misses === '' ? undefined : { title: 'Near misses', form: 'text', text: misses }],
  };
}

function tellAuthenticate({ asked }: KeptRequest, { guard }: Circumstances, redactor: Redactor): Told {
  if (guard === undefined || guard.kind === 'none')
    return { read: [], decided: 'the route is open: no authorizer is called' };
  const read = guard.places.map(
    ({ kind, name, isFound }) => `${kind} ${name}: ${isFound ? 'found' : 'missing'}`,
  );
  const result = asked?.result;
  const answer = result !== undefined && 'payload' in result ? result.payload : undefined;
  const who = guard.principal === undefined ? '' : `; the caller is ${guard.principal}`;
  return {
    read,
    decided: `${describeSource(guard)}${who}`,
    shows: [
      showData('Event of the authorizer', asked?.event, redactor),
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
    return `authorizer ${name} was not called: its answer of ${seconds(ageMs ?? 0)} ago is cached for ${ttlSeconds} s`;
  return from === 'function' ? `authorizer ${name} was called` : `authorizer ${name} was not called`;
}

function tellPolicies({ guard, policies }: Circumstances): string {
  if (guard?.simpleAnswer !== undefined) return `the authorizer answered isAuthorized: ${guard.simpleAnswer}`;
  if (policies.length === 0) return 'no policy applies';
  return policies
    .map(({ of, decision, decidedBy, statements }) => {
      const statement = decidedBy === undefined ? undefined : statements[decidedBy];
      const by =
        decidedBy === undefined
          ? 'no statement matches'
          : `statement ${decidedBy + 1}${statement?.sid === undefined ? '' : ` (${statement.sid})`}`;
      return `${of}: ${decision} by ${by}`;
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

function tellMeter({ meter }: Circumstances): Told {
  if (meter === undefined) return { read: [], decided: 'no key, throttle or quota here' };
  const { quota, planLimit, routeLimit } = meter;
  return {
    read: [
      ...(meter.keyRequired ? [`API key ${meter.keyId ?? (meter.isKeyGiven ? 'unknown' : 'missing')}`] : []),
      ...(meter.planId === undefined ? [] : [`usage plan ${meter.planId}`]),
      ...(planLimit === undefined
        ? []
        : [`plan bucket: ${planLimit.level} of ${planLimit.burst}, ${planLimit.ratePerSecond}/s`]),
      ...(routeLimit === undefined
        ? []
        : [`route bucket: ${routeLimit.level} of ${routeLimit.burst}, ${routeLimit.ratePerSecond}/s`]),
      ...(quota === undefined
        ? []
        : [`quota: ${quota.left} of ${quota.limit} a ${quota.period.toLowerCase()} left`]),
    ],
    decided: 'admitted',
  };
}

function tellCache({ cache }: Circumstances): Told {
  if (cache === undefined) return { read: [], decided: 'the route has no cache' };
  return {
    read: [`answers are cached for ${cache.ttlSeconds} s`],
    decided: cache.isHit
      ? `answered from the cache, ${seconds(cache.ageMs ?? 0)} old`
      : 'a miss: the integration answers',
  };
}

function tellMapRequest(kept: KeptRequest, redactor: Redactor): Told {
  const { received } = kept;
  const template = requestTemplateOf(received);
  const sent = kept.sent ?? describeSent(received);
  const source = template?.source;
  const headers = sent?.headers ?? [];
  return {
    read: template === undefined ? [] : [`template ${template.name}`],
    decided: sent === undefined ? 'nothing is sent' : `for ${sent.target}`,
    shows: [
      source === undefined
        ? undefined
        : { title: `Template ${template?.name ?? ''}`, form: 'template', text: source },
      showData(source === undefined ? 'Event' : 'Rendered', sent?.body, redactor, kept.sizes.event),
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

function tellIntegrate({ outcome }: KeptRequest, { integration }: Circumstances, redactor: Redactor): Told {
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
    shows: [showData('Its answer', answerOf(outcome), redactor), showLines(integration?.lines ?? [])],
  };
}

function answerOf(outcome: KeptOutcome | undefined): string | Buffer | undefined {
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
