/** CloudWatch metrics of quotas; the alarms of packages/toolkit/stack/quota/resources.yml use these names. */
import type { MetricUnit } from '@aws-lambda-powertools/metrics/types';
import type { QuotaEvent } from '../quota/holding/holder-ports.ts';

/**
 * The part of Powertools' Metrics that this module uses. Powertools sets the dimensions, of which the alarms use only
 * `service`.
 */
export type MetricSink = { addMetric(name: string, unit: MetricUnit, value: number): unknown };

/**
 * Counts quota events as CloudWatch metrics. Pass it as `observe` of quotas:
 * `createDynamoDbQuotas({ …, observe: countQuotas(metrics) })`. The toolkit's functions also use it. A request served
 * from a lease emits nothing, so the cost grows with grants, not with requests. Ids of limits, tenants and keys are not
 * dimensions, because each value would be billed as a separate metric.
 * | metric | counts |
 * | --- | --- |
 * | `QuotaGrants`, `QuotaLeases` | grants by the table; grants for more than one request |
 * | `QuotaUnitsGranted`, `QuotaUnitsReturned`, `QuotaUnitsWasted` | units; wasted = charged and not used |
 * | `QuotaDenied`, `QuotaSuspended` | refusals by the table: over quota, rate or concurrency; suspended keys |
 * | `QuotaUnavailable` | refusals because the table could not be reached; further requests are refused for a second without a call |
 * | `QuotaStoreLatency` | duration of each call to the table in milliseconds |
 * | `QuotaStoreThrottled` | calls that the table throttled, because a ledger gets too many writes |
 * | `QuotaThreshold` | thresholds (`alarms` of a plan) that were crossed |
 * | `QuotaPlanIgnored` | plans in code that differ from the same version in the table; the table's plan is used |
 * | `QuotaClockOff` | clocks that differ from the table's clock; `QuotaClockError` is the difference in milliseconds |
 *
 * @example
 * ```ts
 * import { countQuotas } from 'gatewright/quota';
 *
 * const counted: string[] = [];
 * const observe = countQuotas({ addMetric: (name, _unit, value) => counted.push(`${name} ${value}`) });
 * observe({ kind: 'granted', units: 5, leased: true } as never);
 * counted // → ['QuotaGrants 1', 'QuotaUnitsGranted 5', 'QuotaLeases 1']
 * ```
 */
export function countQuotas(metrics: MetricSink): (event: QuotaEvent) => void {
  const count = (name: string, units = 1): void => {
    metrics.addMetric(name, 'Count', units);
  };
  return (event) => {
    switch (event.kind) {
      case 'granted':
        count('QuotaGrants');
        count('QuotaUnitsGranted', event.units);
        if (event.leased) count('QuotaLeases');
        return;
      case 'refused':
        count(REFUSALS[event.reason]);
        return;
      case 'returned':
        count('QuotaUnitsReturned', event.units);
        return;
      case 'wasted':
        count('QuotaUnitsWasted', event.units);
        return;
      case 'alarm':
        count('QuotaThreshold');
        return;
      case 'store':
        metrics.addMetric('QuotaStoreLatency', 'Milliseconds', event.elapsedMs);
        if (event.outcome === 'throttled') count('QuotaStoreThrottled');
        return;
      case 'plan-ignored':
        count('QuotaPlanIgnored');
        return;
      case 'clock-off':
        count('QuotaClockOff');
        metrics.addMetric('QuotaClockError', 'Milliseconds', Math.abs(event.byMs));
    }
  };
}

const REFUSALS = {
  'quota-exceeded': 'QuotaDenied',
  'rate-limited': 'QuotaDenied',
  concurrency: 'QuotaDenied',
  suspended: 'QuotaSuspended',
  unavailable: 'QuotaUnavailable',
} as const;
