/** How far a request came. Kept by the pipeline alone; `fail` and `log` read it. */

export type PhaseName =
  | 'screen'
  | 'match'
  | 'preflight'
  | 'authenticate'
  | 'authorize'
  | 'meter'
  | 'validate'
  | 'map-request'
  | 'integrate'
  | 'map-response';

export type Trail = {
  /** The phase that was entered last: the one that answered or failed. */
  phase: PhaseName;
  readonly startedMs: number;
  /** Why the request failed, for the operator; never sent to the client. */
  failure: string | undefined;
};

/** Starts at `screen`, where every request begins. */
export function startTrail(nowMs: number): Trail {
  return { phase: 'screen', startedMs: nowMs, failure: undefined };
}
