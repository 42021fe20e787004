/** Events of calls that use a policy. Names of policies are fixed words that the service chooses. */
export type ResilienceEvent =
  | {
      readonly kind: 'changed';
      readonly breaker: string;
      readonly state: 'open' | 'closed';
      /** Whether all instances see the change (`table`), or only this instance. */
      readonly by: 'table' | 'instance';
    }
  | { readonly kind: 'refused' | 'probe'; readonly breaker: string }
  /** The table did not respond, so the instance continues with its own breaker. */
  | { readonly kind: 'table-unavailable'; readonly breaker: string; readonly reason: string }
  | {
      readonly kind: 'retried' | 'retry-withheld' | 'hedged' | 'timed-out' | 'full';
      readonly policy: string;
    };
