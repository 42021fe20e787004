/** Data points of this run, in buckets of a second or a minute, as CloudWatch stores them; bounded in memory. */
import { Sample } from './sample.ts';
import type { DataPoint, Dimensions, Metric } from './metric.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** Of a series and of a bucket without values, measured in a heap of Node.js 24, rounded up. */
const SERIES_BYTES = 1_000;
const BUCKET_BYTES = 650;

type Series = Metric & {
  readonly key: string;
  readonly unit: string;
  /** Seconds between two buckets at least. */
  resolution: 1 | 60;
  lastMs: number;
  /** By start, in epoch milliseconds. */
  readonly buckets: Map<number, Sample>;
};

type Options = { readonly report: (message: string) => void; readonly maxBytes?: number };

export class MetricStore {
  readonly #options: Options;
  /** By metric and unit. */
  readonly #series = new Map<string, Series>();
  /** By metric: its series, one per unit. */
  readonly #byMetric = new Map<string, Set<Series>>();
  /** In the order in which they were made; those before `#head` are gone. */
  #order: (readonly [series: Series, start: number])[] = [];
  #head = 0;
  #bytes = 0;
  #hasDropped = false;
  readonly #listeners = new Set<(metric: Metric) => void>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Calls for the first point of a minute, or second, of each metric. */
  onData(listener: (metric: Metric) => void): void {
    this.#listeners.add(listener);
  }

  add(point: DataPoint): void {
    const series = this.#seriesOf(point);
    const start = Math.floor(point.epochMs / (point.resolution * 1000)) * point.resolution * 1000;
    if (point.resolution < series.resolution) series.resolution = point.resolution;
    series.lastMs = Math.max(series.lastMs, start);
    let bucket = series.buckets.get(start);
    if (bucket === undefined) {
      bucket = new Sample();
      series.buckets.set(start, bucket);
      this.#order.push([series, start]);
      this.#bytes += BUCKET_BYTES;
      for (const listener of this.#listeners) listener(point);
    }
    const before = bucket.bytes;
    bucket.add(point.sample);
    this.#bytes += bucket.bytes - before;
    this.#dropOldest();
  }

  /** What was measured in `[fromMs, toMs)`. @param unit undefined = in any */
  sampleOf(metric: Metric, fromMs: number, toMs: number, unit?: string): Sample {
    const merged = new Sample();
    for (const series of this.#byMetric.get(keyOf(metric)) ?? [])
      if ((unit === undefined || unit === series.unit) && series.lastMs >= fromMs)
        for (const bucket of bucketsIn(series, fromMs, toMs)) merged.merge(bucket);
    return merged;
  }

  /** Of the first series that has data there; the unit of an answer. */
  unitOf(metric: Metric, fromMs: number, toMs: number): string {
    for (const series of this.#byMetric.get(keyOf(metric)) ?? [])
      if (!bucketsIn(series, fromMs, toMs).next().done) return series.unit;
    return 'None';
  }

  hasSince(metric: Metric, fromMs: number): boolean {
    return [...(this.#byMetric.get(keyOf(metric)) ?? [])].some(({ lastMs }) => lastMs >= fromMs);
  }

  /** All metrics with data since then, by namespace and name. */
  list(sinceMs = -Infinity): readonly Metric[] {
    const found = [...this.#byMetric.values()].flatMap((units) => {
      const [first] = units;
      return first !== undefined && [...units].some(({ lastMs }) => lastMs >= sinceMs) ? [first] : [];
    });
    return found
      .map(({ namespace, name, dimensions }) => ({ namespace, name, dimensions }))
      .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  clear(): void {
    this.#series.clear();
    this.#byMetric.clear();
    this.#order = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#hasDropped = false;
  }

  #seriesOf({ namespace, name, dimensions, unit, resolution }: DataPoint): Series {
    const metricKey = keyOf({ namespace, name, dimensions });
    const key = `${metricKey}\n${unit}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const buckets = new Map<number, Sample>();
    const made: Series = { key, namespace, name, dimensions, unit, resolution, lastMs: -Infinity, buckets };
    this.#series.set(key, made);
    const units = this.#byMetric.get(metricKey) ?? new Set();
    this.#byMetric.set(metricKey, units.add(made));
    this.#bytes += SERIES_BYTES + 2 * key.length;
    return made;
  }

  #dropOldest(): void {
    const { maxBytes = MAX_BYTES, report } = this.#options;
    while (this.#bytes > maxBytes && this.#head < this.#order.length - 1) {
      const oldest = this.#order[this.#head];
      this.#head += 1;
      if (oldest !== undefined) this.#drop(...oldest);
      if (!this.#hasDropped)
        report(`CloudWatch: metrics take ${Math.round(maxBytes / 1024 / 1024)} MB; the oldest are dropped`);
      this.#hasDropped = true;
    }
    // The list of what is gone must not grow either.
    if (this.#head > 1_000 && this.#head * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#head);
      this.#head = 0;
    }
  }

  #drop(series: Series, start: number): void {
    this.#bytes -= BUCKET_BYTES + (series.buckets.get(start)?.bytes ?? 0);
    series.buckets.delete(start);
    if (series.buckets.size > 0) return;
    this.#series.delete(series.key);
    const metricKey = keyOf(series);
    const units = this.#byMetric.get(metricKey);
    units?.delete(series);
    if (units?.size === 0) this.#byMetric.delete(metricKey);
    this.#bytes -= SERIES_BYTES + 2 * series.key.length;
  }
}

function* bucketsIn({ buckets, resolution }: Series, fromMs: number, toMs: number): Generator<Sample> {
  const step = resolution * 1000;
  const first = Math.ceil(fromMs / step) * step;
  if ((toMs - first) / step > buckets.size) {
    for (const [start, bucket] of buckets) if (start >= fromMs && start < toMs) yield bucket;
    return;
  }
  for (let start = first; start < toMs; start += step) {
    const bucket = buckets.get(start);
    if (bucket !== undefined) yield bucket;
  }
}

/** Line breaks can be in no name. */
export function keyOf({ namespace, name, dimensions }: Metric): string {
  return `${namespace}\n${name}\n${printDimensions(dimensions)}`;
}

/** The metrics of a line share their dimensions. */
const printed = new WeakMap<Dimensions, string>();

function printDimensions(dimensions: Dimensions): string {
  const known = printed.get(dimensions);
  if (known !== undefined) return known;
  const text = dimensions.map(([name, value]) => `${name}=${value}`).join('\n');
  printed.set(dimensions, text);
  return text;
}
