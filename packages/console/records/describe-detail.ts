import { explain } from '../explain/explain.ts';
import { describeCircumstances } from './describe-circumstances.ts';
import { describePhases } from './describe-phases.ts';
import { describeRow } from './describe-row.ts';
import { isEvent } from './kept-request.ts';
import { showData, showHeaders } from './shown.ts';
import type { DescribeWith } from './describe-circumstances.ts';
import type { Kept, KeptEvent, KeptRequest } from './kept-request.ts';
import type { PhaseRecord, RequestDetail, Shown } from './model.ts';

export type Scheme = 'http' | 'https';

type DetailWith = DescribeWith & { readonly showsSecrets: boolean; readonly scheme: Scheme };

/** Where a request names no host. */
const USUAL_HOST = '127.0.0.1';

export function describeDetail(sequence: number, kept: Kept, at: DetailWith): RequestDetail {
  const { redactor, showsSecrets, scheme } = at;
  const circumstances = describeCircumstances(kept, at);
  const common = {
    ...describeRow(sequence, kept, redactor),
    circumstances,
    showsSecrets,
    story: explain(circumstances),
  };
  if (isEvent(kept)) return { ...common, ...describeMessages(kept, at) };
  const { received, replyHeaders, replyBody, sizes } = kept;
  return {
    ...common,
    sourceIp: received.sourceIp,
    url: `${scheme}://${received.headers.last('host') ?? USUAL_HOST}${common.target}`,
    request: {
      headers: showHeaders(received.headers.lines, redactor),
      body: showData('Body', received.body, redactor, sizes.request),
    },
    reply: {
      headers: showHeaders(replyHeaders, redactor),
      body: showData('Body', replyBody, redactor, sizes.reply),
    },
    phases: describePhases(kept, circumstances, redactor),
    noReplay: whyNoReplay(kept),
  };
}

/** @returns undefined where it can be sent again unchanged */
export function whyNoReplay(kept: Kept): string | undefined {
  if (isEvent(kept)) return 'a message belongs to its connection: send it from there';
  if (kept.kind === 'handshake') return 'a handshake needs a client: connect again';
  return isCutShort(kept) ? 'its body was too long to be kept whole' : undefined;
}

function isCutShort({ received, sizes }: KeptRequest): boolean {
  return sizes.request > (received.body?.length ?? 0);
}

function describeMessages(
  kept: KeptEvent,
  { redactor }: DetailWith,
): Pick<RequestDetail, 'sourceIp' | 'url' | 'request' | 'reply' | 'phases' | 'noReplay'> {
  const { sizes, outcome } = kept;
  const answer = outcome !== undefined && 'payload' in outcome ? outcome.payload : undefined;
  const closure =
    kept.closure === undefined ? '' : `closed with ${kept.closure.code} ${kept.closure.reason}`.trim();
  const shows = [
    showData('Event', kept.payload, redactor, sizes.event),
    showData('Its answer', answer, redactor),
  ].filter((shown): shown is Shown => shown !== undefined);
  const phase: PhaseRecord = {
    name: kept.phase,
    beginMs: 0,
    endMs: kept.latencyMs,
    read: [],
    shows,
    outcome: kept.failure === undefined ? 'answered' : 'refused',
    decided: kept.failure === undefined ? closure : redactor.text(kept.failure),
  };
  return {
    sourceIp: kept.sourceIp,
    url: undefined,
    request: { headers: [], body: showData('Message', kept.body, redactor, sizes.request) },
    reply: { headers: [], body: showData('Message', kept.reply, redactor, sizes.reply) },
    phases: kept.kind === 'POST' ? [] : [phase],
    noReplay: whyNoReplay(kept),
  };
}
