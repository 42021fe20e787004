/** Stores the data points of this run in buckets of a second or a minute, as CloudWatch does. The memory is limited. */
import type { MeasuredSubject, Measurement } from '../../../core/ports.ts';
import { sortDimensions } from './metric.ts';
import { Sample } from './sample.ts';
import type { DataPoint, DataPoints, Dimensions, Metric } from './metric.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Bytes of memory that a series needs, and that a bucket without values needs. They were measured in Node.js 24 and
 * rounded up.
 */
const SERIES_BYTES = 1_000;
const BUCKET_BYTES = 650;

type Series = Metric & {
  readonly scope: Scope;
  readonly unit: string;
  /** The resolution in seconds, which is the minimum distance between two buckets. */
  resolution: 1 | 60;
  lastMs: number;
  /** The bucket that was used last, because most data points are for the present period. */
  last: { readonly start: number; readonly bucket: Sample } | undefined;
  /** Whether the series was dropped to save memory. The next data point begins a new one. */
  isDropped: boolean;
  /** The samples by the start time of their period in epoch milliseconds. */
  readonly buckets: Map<number, Sample>;
};

/** One namespace with one set of dimensions. */
type Scope = {
  readonly key: string;
  /** The series by the name of the metric. A metric has one series per unit. */
  readonly series: Map<string, Series[]>;
};

/** One set of dimensions of a measured subject, with the series of each of the subject's metrics. */
type Counted = {
  readonly of: Omit<DataPoints, 'points'>;
  readonly series: (Series | undefined)[];
};

type Options = { readonly report: (message: string) => void; readonly maxBytes?: number };

export class MetricStore {
  readonly #options: Options;
  readonly #scopes = new Map<string, Scope>();
  /** The buckets of all series in order of creation. The buckets before `#head` have been dropped. */
  #order: (readonly [series: Series, start: number])[] = [];
  #head = 0;
  #bytes = 0;
  #hasDropped = false;
  #counted = new WeakMap<MeasuredSubject, readonly Counted[]>();
  readonly #listeners = new Set<(metric: Metric) => void>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Registers a listener. It is called for the first data point of each metric in each bucket, which is a second or a
   * minute.
   */
  onData(listener: (metric: Metric) => void): void {
    this.#listeners.add(listener);
  }

  add({ points, ...of }: DataPoints): void {
    for (const point of points) {
      const bucket = this.#bucketOf(this.#seriesOf(of, point), point.epochMs, point.resolution);
      const before = bucket.bytes;
      bucket.add(point.sample);
      this.#bytes += bucket.bytes - before;
      this.#dropOldest();
    }
  }

  /** Adds what the gateway has measured. It runs for every request, so the series of a subject are looked up once. */
  count({ subject, epochMs, values }: Measurement): void {
    for (const { of, series } of this.#countedOf(subject))
      for (const [index, [name, unit]] of subject.metrics.entries()) {
        const value = values[index];
        if (value === undefined) continue;
        let one = series[index];
        if (one === undefined || one.isDropped)
          series[index] = one = this.#seriesOf(of, { name, unit, resolution: 60 });
        const bucket = this.#bucketOf(one, epochMs, 60);
        this.#bytes += bucket.addValue(value, 1);
        this.#dropOldest();
      }
  }

  #countedOf(subject: MeasuredSubject): readonly Counted[] {
    let counted = this.#counted.get(subject);
    if (counted === undefined) {
      const { namespace, sets, dimensions } = subject;
      counted = sets.map((names) => ({
        of: { namespace, dimensions: sortDimensions(names.map((name) => [name, dimensions[name] ?? ''])) },
        series: [],
      }));
      this.#counted.set(subject, counted);
    }
    return counted;
  }

  #bucketOf(series: Series, epochMs: number, resolution: DataPoint['resolution']): Sample {
    const start = Math.floor(epochMs / (resolution * 1000)) * resolution * 1000;
    if (series.last?.start === start && series.resolution <= resolution) return series.last.bucket;
    if (resolution < series.resolution) series.resolution = resolution;
    series.lastMs = Math.max(series.lastMs, start);
    let bucket = series.buckets.get(start);
    if (bucket === undefined) {
      bucket = new Sample();
      series.buckets.set(start, bucket);
      this.#order.push([series, start]);
      this.#bytes += BUCKET_BYTES;
      for (const listener of this.#listeners) listener(series);
    }
    series.last = { start, bucket };
    return bucket;
  }

  /**
   * Merges the data in `[fromMs, toMs)` into one sample.
   * @param unit undefined for any unit
   */
  sampleOf(metric: Metric, fromMs: number, toMs: number, unit?: string): Sample {
    const merged = new Sample();
    for (const series of this.#find(metric))
      if ((unit === undefined || unit === series.unit) && series.lastMs >= fromMs)
        for (const [, bucket] of bucketsIn(series, fromMs, toMs)) merged.merge(bucket);
    return merged;
  }

  /** Returns the samples of all periods from `fromMs` on that have data, by the start of the period. */
  samplesOf(
    metric: Metric,
    {
      fromMs,
      toMs,
      periodMs,
      unit,
    }: { fromMs: number; toMs: number; periodMs: number; unit?: string | undefined },
  ): ReadonlyMap<number, Sample> {
    const merged = new Map<number, Sample>();
    for (const series of this.#find(metric)) {
      if ((unit !== undefined && unit !== series.unit) || series.lastMs < fromMs) continue;
      for (const [start, bucket] of bucketsIn(series, fromMs, toMs)) {
        const at = fromMs + Math.floor((start - fromMs) / periodMs) * periodMs;
        const known = merged.get(at);
        const sample = known ?? new Sample();
        if (known === undefined) merged.set(at, sample);
        sample.merge(bucket);
      }
    }
    return merged;
  }

  /** Returns the units of the data in the range, in alphabetical order. */
  unitsOf(metric: Metric, fromMs: number, toMs: number): readonly string[] {
    const found = this.#find(metric).filter((series) => !bucketsIn(series, fromMs, toMs).next().done);
    return found.map(({ unit }) => unit).toSorted();
  }

  hasSince(metric: Metric, fromMs: number): boolean {
    return this.#find(metric).some(({ lastMs }) => lastMs >= fromMs);
  }

  /** Returns all metrics with data since the given time, sorted by namespace and name. */
  list(sinceMs = -Infinity): readonly Metric[] {
    const all = [...this.#scopes.values()].flatMap(({ series }) => [...series.values()]);
    const found = all.flatMap((units) =>
      units.some(({ lastMs }) => lastMs >= sinceMs) ? units.slice(0, 1) : [],
    );
    return found
      .map(({ namespace, name, dimensions }) => ({ namespace, name, dimensions }))
      .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  clear(): void {
    this.#scopes.clear();
    this.#counted = new WeakMap();
    this.#order = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#hasDropped = false;
  }

  #find(metric: Metric): readonly Series[] {
    return this.#scopes.get(scopeKeyOf(metric))?.series.get(metric.name) ?? [];
  }

  #seriesOf(
    of: Omit<DataPoints, 'points'>,
    { name, unit, resolution }: Pick<DataPoint, 'name' | 'unit' | 'resolution'>,
  ): Series {
    const key = scopeKeyOf(of);
    let scope = this.#scopes.get(key);
    if (scope === undefined) this.#scopes.set(key, (scope = { key, series: new Map() }));
    const units = scope.series.get(name);
    const known = units?.find((series) => series.unit === unit);
    if (known !== undefined) return known;
    const buckets = new Map<number, Sample>();
    const made: Series = {
      scope,
      ...of,
      name,
      unit,
      resolution,
      lastMs: -Infinity,
      last: undefined,
      isDropped: false,
      buckets,
    };
    if (units === undefined) scope.series.set(name, [made]);
    else units.push(made);
    this.#bytes += bytesOf(made);
    return made;
  }

  #dropOldest(): void {
    const { maxBytes = MAX_BYTES, report } = this.#options;
    while (this.#bytes > maxBytes && this.#head < this.#order.length - 1) {
      const oldest = this.#order[this.#head];
      this.#head += 1;
      if (oldest !== undefined) this.#drop(...oldest);
      if (!this.#hasDropped)
        report(
          `CloudWatch: the metrics use ${Math.round(maxBytes / 1024 / 1024)} MB of memory, so the oldest are dropped`,
        );
      this.#hasDropped = true;
    }
    // Entries of dropped periods must also be removed from the list, because otherwise they would accumulate.
    if (this.#head > 1_000 && this.#head * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#head);
      this.#head = 0;
    }
  }

  #drop(series: Series, start: number): void {
    this.#bytes -= BUCKET_BYTES + (series.buckets.get(start)?.bytes ?? 0);
    series.buckets.delete(start);
    if (series.last?.start === start) series.last = undefined;
    if (series.buckets.size > 0) return;
    series.isDropped = true;
    const { scope, name } = series;
    const units = (scope.series.get(name) ?? []).filter((one) => one !== series);
    if (units.length > 0) scope.series.set(name, units);
    else scope.series.delete(name);
    if (scope.series.size === 0) this.#scopes.delete(scope.key);
    this.#bytes -= bytesOf(series);
  }
}

function* bucketsIn(
  { buckets, resolution }: Series,
  fromMs: number,
  toMs: number,
): Generator<readonly [start: number, bucket: Sample]> {
  const step = resolution * 1000;
  const first = Math.ceil(fromMs / step) * step;
  if ((toMs - first) / step > buckets.size) {
    for (const [start, bucket] of buckets) if (start >= fromMs && start < toMs) yield [start, bucket];
    return;
  }
  for (let start = first; start < toMs; start += step) {
    const bucket = buckets.get(start);
    if (bucket !== undefined) yield [start, bucket];
  }
}

function bytesOf({ scope, name, unit }: Series): number {
  return SERIES_BYTES + 2 * (scope.key.length + name.length + unit.length);
}

/** Returns the key of a metric. Line breaks separate its parts, because names cannot contain line breaks. */
export function keyOf({ namespace, name, dimensions }: Metric): string {
  return `${namespace}\n${name}${printDimensions(dimensions)}`;
}

function scopeKeyOf({ namespace, dimensions }: Pick<Metric, 'namespace' | 'dimensions'>): string {
  return `${namespace}${printDimensions(dimensions)}`;
}

function printDimensions(dimensions: Dimensions): string {
  let text = '';
  for (const [name, value] of dimensions) text += `\n${name}=${value}`;
  return text;
}
