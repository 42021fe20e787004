/**
 * Reads metrics from log lines.
 * @see CloudWatch user guide, "Specification: Embedded metric format"
 */
import { isJsonObject, memberOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { isDimension, MAX_DIMENSIONS, sortDimensions, UNITS } from './metric.ts';
import type { DataPoint, DataPoints, Dimensions } from './metric.ts';

const MAX_METRICS = 100;
/** "A MetricValue array must not have more than 100 items" */
const MAX_VALUES = 100;
const MAX_NAME = 1024;

/** Returns the data points in one or several lines of text. Invalid parts are ignored, as on AWS. */
export function readEmbedded(text: string): readonly DataPoints[] {
  if (!text.includes('"_aws"')) return [];
  return (parseJsonObject(text) === undefined ? text.split('\n') : [text]).flatMap(readLine);
}

function readLine(line: string): readonly DataPoints[] {
  const root = line.startsWith('{') ? parseJsonObject(line.trimEnd()) : undefined;
  const metadata = memberOf(root, '_aws');
  const epochMs = memberOf(metadata, 'Timestamp');
  if (root === undefined || typeof epochMs !== 'number') return [];
  return listIn(metadata, 'CloudWatchMetrics').flatMap((directive) =>
    readDirective(root, directive, epochMs),
  );
}

function readDirective(root: UnknownMembers, directive: unknown, epochMs: number): readonly DataPoints[] {
  const namespace = memberOf(directive, 'Namespace');
  if (typeof namespace !== 'string' || namespace === '') return [];
  const sets = listIn(directive, 'Dimensions').flatMap((set) => readSet(root, set) ?? []);
  const points = listIn(directive, 'Metrics')
    .slice(0, MAX_METRICS)
    .flatMap((definition): DataPoint[] => {
      const name = memberOf(definition, 'Name');
      if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) return [];
      const sample = readValues(memberOf(root, name));
      const unit = memberOf(definition, 'Unit');
      if (sample === undefined) return [];
      return [
        {
          name,
          epochMs,
          sample,
          unit: typeof unit === 'string' && UNITS.has(unit) ? unit : 'None',
          resolution: memberOf(definition, 'StorageResolution') === 1 ? 1 : 60,
        },
      ];
    });
  return sets.map((dimensions) => ({ namespace, dimensions, points }));
}

/** Reads a dimension set. Returns undefined if a member is missing, in which case the metric does not have this set. */
function readSet(root: UnknownMembers, set: unknown): readonly [Dimensions] | undefined {
  if (!Array.isArray(set) || set.length > MAX_DIMENSIONS) return undefined;
  const dimensions = set.flatMap((name: unknown): [string, string][] => {
    const value = typeof name === 'string' ? memberOf(root, name) : undefined;
    return typeof name === 'string' && typeof value === 'string' && isDimension(name, value)
      ? [[name, value]]
      : [];
  });
  return dimensions.length === set.length ? [sortDimensions(dimensions)] : undefined;
}

function readValues(value: unknown): readonly (readonly [number, number])[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0 || values.length > MAX_VALUES) return undefined;
  const numbers = values.filter((one): one is number => typeof one === 'number' && Number.isFinite(one));
  return numbers.length === values.length ? numbers.map((one) => [one, 1]) : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = isJsonObject(value) ? memberOf(value, name) : undefined;
  return Array.isArray(list) ? list : [];
}
