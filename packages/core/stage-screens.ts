/**
 * Screens in front of a stage that are no part of API Gateway, such as AWS WAF: they run before any other
 * access control.
 * @see docs/aws §1.1 step 3
 */
import { gatewayError } from './errors.ts';
import type { Matched } from './exchange.ts';

export type ScreenVerdict =
  | { readonly kind: 'passed' }
  | {
      readonly kind: 'refused';
      /** For the request's log line. */
      readonly reason: string;
      /** For `explain`: whole sentences. */
      readonly because: readonly string[];
      readonly changes: readonly string[];
    };

export interface StageScreens {
  readonly isEmpty: boolean;
  /**
   * Synchronous: rate rules count in memory. @param stageArn
   * `arn:aws:apigateway:us-east-1::/restapis/a1b2/stages/prod`
   */
  judge(stageArn: string, request: Matched): ScreenVerdict;
}

/** Absent = no screens are possible. */
export type Screening = { readonly screens?: StageScreens | undefined };

/** @throws GatewayError WAF_FILTERED */
export function screenByFilter(matched: Matched, screens: StageScreens): void {
  const { api, stage } = matched;
  const kind = api.protocol === 'rest' ? 'restapis' : 'apis';
  const stageArn = `arn:aws:apigateway:${api.region}::/${kind}/${api.apiId}/stages/${stage.name}`;
  const verdict = screens.judge(stageArn, matched);
  if (verdict.kind === 'passed') return;
  const { reason, because, changes } = verdict;
  throw gatewayError('WAF_FILTERED', {
    source: 'client',
    reason,
    defect: { kind: 'screen', because, changes },
  });
}
