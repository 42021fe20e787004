/** CloudWatch metrics of policies; docs/guides/run/resilience.md has an alarm on them. */
import type { ResilienceEvent } from '../resilience/resilience-event.ts';
import type { MetricSink } from './quota-metrics.ts';

/**
 * Counts policy events as CloudWatch metrics. Pass it as `observe` of a policy:
 * `createPolicy({ …, observe: countResilience(metrics) })`. While the breaker is closed and the table responds, a call
 * whose first attempt succeeds in time emits nothing.
 * | metric | counts |
 * | --- | --- |
 * | `BreakerOpened`, `BreakerClosed` | changes of a shared breaker, counted by the instance that made them; without a reachable table, by each instance |
 * | `BreakerRefused`, `BreakerProbes` | calls refused by an open breaker; probes of a half-open breaker |
 * | `BreakerTableUnavailable` | calls to the table without a response: the instance then used its own breaker |
 * | `CallRetries`, `CallRetriesWithheld` | retries; retries withheld because no token of the budget or no time was left |
 * | `CallHedges`, `CallTimeouts`, `CallsOverBulkhead` | second attempts; missed deadlines; calls over the bulkhead |
 *
 * @example
 * ```ts
 * import { countResilience } from 'gatewright/resilience';
 *
 * const counted: string[] = [];
 * const observe = countResilience({ addMetric: (name, _unit, value) => counted.push(`${name} ${value}`) });
 * observe({ kind: 'refused', breaker: 'prices' });
 * counted // → ['BreakerRefused 1']
 * ```
 */
export function countResilience(metrics: MetricSink): (event: ResilienceEvent) => void {
  return (event) => {
    const name = event.kind === 'changed' ? CHANGES[event.state] : NAMES[event.kind];
    metrics.addMetric(name, 'Count', 1);
  };
}

const CHANGES = { open: 'BreakerOpened', closed: 'BreakerClosed' } as const;

const NAMES = {
  refused: 'BreakerRefused',
  probe: 'BreakerProbes',
  'table-unavailable': 'BreakerTableUnavailable',
  retried: 'CallRetries',
  'retry-withheld': 'CallRetriesWithheld',
  hedged: 'CallHedges',
  'timed-out': 'CallTimeouts',
  full: 'CallsOverBulkhead',
} as const;
