/** Converts measurements of the gateway, functions and queues to data points. */
import { sortDimensions } from './metric.ts';
import type { Measurement } from '../../../core/ports.ts';
import type { DataPoints } from './metric.ts';

export function readMeasurement({
  namespace,
  epochMs,
  sets,
  dimensions,
  metrics,
}: Measurement): readonly DataPoints[] {
  const points = metrics.map(([name, unit, value]) => ({
    name,
    unit,
    epochMs,
    resolution: 60 as const,
    sample: [[value, 1]] as const,
  }));
  return sets.map((names) => ({
    namespace,
    dimensions: sortDimensions(names.map((name) => [name, dimensions[name] ?? ''])),
    points,
  }));
}
