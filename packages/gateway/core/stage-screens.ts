/**
 * Screens, such as AWS WAF, are not part of API Gateway. They check requests in front of a stage or another entry to an
 * API, before any other access control.
 * @see docs/aws §1.1 step 3
 */
import type { ScreenRule } from './defect.ts';
import { gatewayError } from './errors.ts';
import type { ScreenReply } from './errors.ts';
import type { Exchange, Matched, ServedStage } from './exchange.ts';
import type { Clock } from './ports.ts';

export type ScreenVerdict =
  | {
      readonly kind: 'passed';
      /**
       * Header lines that are added to the request for everything behind the screen. They replace headers of the same
       * name.
       */
      readonly inserts?: readonly string[];
      /** The sentences that `explain` adds about the request, computed when they are read. */
      readonly notes?: () => readonly string[];
      /** The ARN of the screen, for `$context.webaclArn`. */
      readonly by?: string;
    }
  | {
      readonly kind: 'refused';
      /** The reason in the request's log line. */
      readonly reason: string;
      /** The sentences with which `explain` explains the block. */
      readonly because: readonly string[];
      readonly changes: readonly string[];
      readonly screen?: ScreenRule;
      /** The reply that the client receives instead of the gateway response. */
      readonly reply?: ScreenReply;
      readonly by?: string;
    }
  /** The screen cannot be enforced, so the stage responds with 500. */
  | { readonly kind: 'closed'; readonly reason: string };

/** The part of a request that a screen reads. At this time, the API that the request calls may not be known yet. */
export type ScreenedRequest = Pick<
  Exchange,
  'method' | 'rawPath' | 'rawQuery' | 'headers' | 'body' | 'packed' | 'sourceIp' | 'protocol' | 'requestId'
> & {
  readonly api: { readonly accountId: string };
  /** The notes of the request; undefined means that no notes are needed. */
  readonly notes: object | undefined;
};

export interface StageScreens {
  readonly isEmpty: boolean;
  /**
   * Decides whether a request may pass. The method is synchronous, because rate rules count in memory.
   * @param guardedArn `arn:aws:apigateway:us-east-1::/restapis/a1b2/stages/prod`, or the ARN of a screen itself, for
   * services that name their own screen, such as a CloudFront distribution
   * @returns undefined if there is no such screen
   */
  judge(guardedArn: string, request: ScreenedRequest): ScreenVerdict | undefined;
}

/** The screens; absent means that no stage can have screens. */
export type Screening = { readonly screens?: StageScreens | undefined };

/**
 * Checks a request with the screen of its stage.
 * @throws GatewayError WAF_FILTERED if the screen blocks the request, or API_CONFIGURATION_ERROR if the screen cannot
 * be enforced
 */
export function screenByFilter(matched: Matched, screens: StageScreens, clock: Clock): void {
  const startedMs = clock.monotonicMs();
  const verdict = screens.judge(arnOf(matched), matched);
  if (verdict === undefined) return;
  if (verdict.kind === 'closed')
    throw gatewayError('API_CONFIGURATION_ERROR', { source: 'gateway', reason: verdict.reason });
  const latencyMs = clock.monotonicMs() - startedMs;
  const code = verdict.kind === 'refused' ? 'WAF_BLOCK' : 'WAF_ALLOW';
  matched.screen({ code, by: verdict.by, latencyMs });
  if (verdict.kind === 'passed') {
    if (verdict.inserts !== undefined) matched.insertHeaders(verdict.inserts);
    if (matched.notes !== undefined) matched.notes.screened = verdict.notes;
    return;
  }
  const { reason, because, changes, reply, screen } = verdict;
  throw gatewayError('WAF_FILTERED', {
    source: 'client',
    reason,
    defect: { kind: 'screen', because, changes, screen },
    ...(reply !== undefined && { reply }),
  });
}

/** The ARN of each stage. It is stored, because every request needs it and it never changes. */
const ARNS = new WeakMap<ServedStage, string>();

function arnOf({ api, stage }: Matched): string {
  const known = ARNS.get(stage);
  if (known !== undefined) return known;
  const kind = api.protocol === 'rest' ? 'restapis' : 'apis';
  const arn = `arn:aws:apigateway:${api.region}::/${kind}/${api.apiId}/stages/${stage.name}`;
  ARNS.set(stage, arn);
  return arn;
}
