import { explain } from '../explain/explain.ts';
import { describeSurprises } from '../surprises/find-surprises.ts';
import { describeCircumstances } from './describe-circumstances.ts';
import { describePhases } from './describe-phases.ts';
import { describeRow } from './describe-row.ts';
import { isEvent, kindOfEvent } from './recorded-request.ts';
import { showBody, showData, showHeaders } from './shown.ts';
import { placesOfSurprises } from './surprise-places.ts';
import { showPieces } from './shown-pieces.ts';
import type { ApiLabels } from './api-labels.ts';
import type { Circumstances, NamedPlace, ToldStep } from '../explain/circumstances.ts';
import type { UnloadedSave } from './reload-model.ts';
import type { DescribeWith } from './describe-circumstances.ts';
import type { Recorded, RecordedEvent, RecordedRequest } from './recorded-request.ts';
import type { PhaseRecord, RequestDetail, Shown } from './model.ts';
import type { SurpriseLookups } from '../surprises/surprise-facts.ts';

export type Scheme = 'http' | 'https';

type DetailWith = DescribeWith &
  SurpriseLookups & {
    readonly showsSecrets: boolean;
    readonly scheme: Scheme;
    readonly labels?: ApiLabels;
    readonly deliveries?: readonly ToldStep[];
    readonly unloadedAt?: UnloadedAt;
  };

/** Returns what could not be loaded at a time: the stacks, or the code of these functions. */
export type UnloadedAt = (monotonicMs: number, functions: readonly string[]) => readonly UnloadedSave[];

/** The host that is used if a request does not contain a host. */
const USUAL_HOST = '127.0.0.1';

export function describeDetail(sequence: number, recorded: Recorded, at: DetailWith): RequestDetail {
  const { redactor, showsSecrets, scheme } = at;
  const surprises = describeSurprises(recorded, redactor, at);
  const about = describeCircumstances(recorded, at);
  const circumstances = {
    ...about,
    places: addLines(
      [...(about.places ?? []), ...placesOfSurprises(recorded, surprises.list, at)],
      surprises.lines,
    ),
    deliveries: at.deliveries ?? [],
    unloaded: at.unloadedAt?.(recorded.startedMs, functionsOf(about, at.deliveries)) ?? [],
  };
  const common = {
    ...describeRow(sequence, recorded, redactor, at.labels),
    circumstances,
    showsSecrets,
    surprises: surprises.list,
    story: explain(circumstances, surprises),
  };
  if (isEvent(recorded)) return { ...common, ...describeMessages(recorded, at) };
  const { received, replyHeaders, replyBody, sizes, pieces } = recorded;
  const body = showBody(replyBody, replyHeaders, redactor, sizes.reply);
  return {
    ...common,
    sourceIp: received.sourceIp,
    url: `${scheme}://${received.headers.last('host') ?? USUAL_HOST}${common.target}`,
    request: {
      headers: showHeaders(received.headers.lines, redactor),
      body: showBody(received.body, received.headers.lines, redactor, sizes.request),
    },
    reply: {
      headers: showHeaders(replyHeaders, redactor),
      body: body && pieces.length > 0 ? { ...body, pieces: showPieces(recorded, redactor) } : body,
    },
    phases: describePhases(recorded, circumstances, redactor),
    noReplay: findReplayObstacle(recorded),
  };
}

/** Returns the names of the functions whose code took part in the request. */
function functionsOf(
  { integration, guard }: Circumstances,
  deliveries: readonly ToldStep[] = [],
): readonly string[] {
  return [
    integration?.target,
    guard?.functionName,
    ...deliveries.map(({ step }) => ('functionName' in step ? step.functionName : undefined)),
  ].filter((name) => name !== undefined);
}

/** The lines of code that caused a surprise are listed together with the places of the settings. */
function addLines(named: readonly NamedPlace[], lines: readonly string[]): readonly NamedPlace[] {
  const places = named.filter(({ place }, index) => named.findIndex((one) => one.place === place) === index);
  const more = lines.filter((line) => !places.some(({ place }) => place === line));
  return [...places, ...more.map((place) => ({ what: 'its code', place }))];
}

/** Returns why the request cannot be sent again unchanged; undefined if it can. */
export function findReplayObstacle(recorded: Recorded): string | undefined {
  if (isEvent(recorded)) return 'a message belongs to its connection; send it again on an open connection';
  if (recorded.kind === 'handshake') return 'a handshake needs a client; connect again';
  return isCutShort(recorded) ? 'its body was too long to be recorded completely' : undefined;
}

function isCutShort({ received, sizes }: RecordedRequest): boolean {
  return sizes.request > (received.body?.length ?? 0);
}

function describeMessages(
  recorded: RecordedEvent,
  { redactor }: DetailWith,
): Pick<RequestDetail, 'sourceIp' | 'url' | 'request' | 'reply' | 'phases' | 'noReplay'> {
  const { sizes, outcome } = recorded;
  const answer = outcome !== undefined && 'payload' in outcome ? outcome.payload : undefined;
  const closure =
    recorded.closure === undefined
      ? ''
      : `closed with ${recorded.closure.code} ${recorded.closure.reason}`.trim();
  const shows = [
    showData('Event', recorded.payload, redactor, sizes.event),
    showData('Its answer', answer, redactor),
  ].filter((shown): shown is Shown => shown !== undefined);
  const phase: PhaseRecord = {
    name: recorded.phase,
    beginMs: 0,
    endMs: recorded.latencyMs,
    read: [],
    shows,
    outcome: recorded.failure === undefined ? 'answered' : 'refused',
    decided: recorded.failure === undefined ? closure : redactor.text(recorded.failure),
  };
  return {
    sourceIp: recorded.sourceIp,
    url: undefined,
    request: { headers: [], body: showData('Message', recorded.body, redactor, sizes.request) },
    reply: { headers: [], body: showData('Message', recorded.reply, redactor, sizes.reply) },
    phases: kindOfEvent(recorded) === 'post' ? [] : [phase],
    noReplay: findReplayObstacle(recorded),
  };
}
