/** What happens to calls that a policy guards; names of policies are fixed words of their service. */
export type ResilienceEvent =
  | {
      readonly kind: 'changed';
      readonly breaker: string;
      readonly state: 'open' | 'closed';
      /** Seen by all instances, or by this one only. */
      readonly by: 'table' | 'instance';
    }
  | { readonly kind: 'refused' | 'probe'; readonly breaker: string }
  /** The instance goes on by its own breaker. */
  | { readonly kind: 'table-unavailable'; readonly breaker: string; readonly reason: string }
  | {
      readonly kind: 'retried' | 'retry-withheld' | 'hedged' | 'timed-out' | 'full';
      readonly policy: string;
    };
