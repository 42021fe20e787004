/** What happens to calls that a policy guards. Names of policies are fixed words of their service. */
export type ResilienceEvent =
  | {
      readonly kind: 'changed';
      readonly breaker: string;
      readonly state: 'open' | 'closed';
      /** Whether all instances see the change (`table`), or only this instance. */
      readonly by: 'table' | 'instance';
    }
  | { readonly kind: 'refused' | 'probe'; readonly breaker: string }
  /** The instance continues with its own breaker. */
  | { readonly kind: 'table-unavailable'; readonly breaker: string; readonly reason: string }
  | {
      readonly kind: 'retried' | 'retry-withheld' | 'hedged' | 'timed-out' | 'full';
      readonly policy: string;
    };
