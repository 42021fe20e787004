import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countResilience } from '#shared/observability/resilience-metrics.ts';

it('counts every event of a policy under its own name', () => {
  const counted: string[] = [];
  const observe = countResilience({
    addMetric: (name, unit, value) => counted.push(`${name} ${unit} ${value}`),
  });

  observe({ kind: 'changed', breaker: 'prices', state: 'open', by: 'table' });
  observe({ kind: 'changed', breaker: 'prices', state: 'closed', by: 'instance' });
  observe({ kind: 'table-unavailable', breaker: 'prices', reason: 'timeout' });
  for (const kind of ['refused', 'probe'] as const) observe({ kind, breaker: 'prices' });
  for (const kind of ['retried', 'retry-withheld', 'hedged', 'timed-out', 'full'] as const)
    observe({ kind, policy: 'prices' });

  assert.deepEqual(
    counted.map((line) => line.replace(' Count 1', '')),
    [
      'BreakerOpened',
      'BreakerClosed',
      'BreakerTableUnavailable',
      'BreakerRefused',
      'BreakerProbes',
      'CallRetries',
      'CallRetriesWithheld',
      'CallHedges',
      'CallTimeouts',
      'CallsOverBulkhead',
    ],
  );
});
