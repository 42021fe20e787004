/** Stores the data points of this run in buckets of a second or a minute, as CloudWatch does. The memory is limited. */
import type { MeasuredSubject, Measurement } from '../../../core/ports.ts';
import { sortDimensions } from './metric.ts';
import { Sample } from './sample.ts';
import type { DataPoint, DataPoints, Dimensions, Metric } from './metric.ts';

const MINUTE_MS = 60_000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The bytes of memory that a series needs, and that a bucket without values needs. They were measured in Node.js 24 and
 * rounded up.
 */
const SERIES_BYTES = 1_000;
const BUCKET_BYTES = 650;

type Series = {
  readonly name: string;
  readonly unit: string;
  /** The scopes that contain this series. A measured subject has one scope for each of its sets of dimensions. */
  readonly scopes: readonly Scope[];
  /** Whether the gateway measured the data. Data that callers send are stored in a separate series. */
  readonly isMeasured: boolean;
  /** The resolution in seconds, which is the minimum distance between two buckets. */
  resolution: 1 | 60;
  lastMs: number;
  /** The minute (counted from 1970) to which the gateway last added a value, and the bucket of this minute. */
  minute: number;
  present: Sample | undefined;
  /** Whether the series was dropped to save memory. The next data point begins a new series. */
  isDropped: boolean;
  /** The samples by the start time of their period in epoch milliseconds. */
  readonly buckets: Map<number, Sample>;
};

/** One namespace with one set of dimensions. */
type Scope = Omit<Metric, 'name'> & {
  readonly key: string;
  /** The series by the name of the metric. A metric has one series per unit, and one per subject that is measured. */
  readonly series: Map<string, Series[]>;
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
  /** The series of the metrics of each subject, in the subject's order. */
  #measured = new WeakMap<MeasuredSubject, (Series | undefined)[]>();
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
      const bucket = this.#bucketOf(this.#sentSeries(of, point), point.epochMs, point.resolution);
      const before = bucket.bytes;
      bucket.add(point.sample);
      this.#bytes += bucket.bytes - before;
      this.#dropOldest();
    }
  }

  /**
   * Adds measurements of the gateway. This method runs for every request. To save time, the series of a subject are
   * looked up only once, and a value is added once instead of once for each set of dimensions.
   */
  count({ subject, epochMs, values }: Measurement): void {
    let known = this.#measured.get(subject);
    if (known === undefined) this.#measured.set(subject, (known = []));
    // Minutes are compared instead of times, because V8 needs no new object for a small number.
    const minute = Math.floor(epochMs / MINUTE_MS);
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index];
      if (value === undefined) continue;
      let series = known[index];
      if (series === undefined || series.isDropped)
        known[index] = series = this.#measuredSeries(subject, index);
      if (series.minute !== minute || series.present === undefined) {
        series.present = this.#bucketOf(series, epochMs, 60);
        series.minute = minute;
      }
      this.#bytes += series.present.addValue(value, 1);
    }
    this.#dropOldest();
  }

  #measuredSeries({ namespace, sets, dimensions, metrics }: MeasuredSubject, index: number): Series {
    const [name = '', unit = 'None'] = metrics[index] ?? [];
    const scopes = sets.map((names) =>
      this.#scopeOf({
        namespace,
        dimensions: sortDimensions(names.map((one) => [one, dimensions[one] ?? ''])),
      }),
    );
    return this.#addSeries({ name, unit, scopes, resolution: 60, isMeasured: true });
  }

  #bucketOf(series: Series, epochMs: number, resolution: DataPoint['resolution']): Sample {
    const start = Math.floor(epochMs / (resolution * 1000)) * resolution * 1000;
    if (resolution < series.resolution) series.resolution = resolution;
    series.lastMs = Math.max(series.lastMs, start);
    let bucket = series.buckets.get(start);
    if (bucket === undefined) {
      bucket = new Sample();
      series.buckets.set(start, bucket);
      this.#order.push([series, start]);
      this.#bytes += BUCKET_BYTES;
      for (const listener of this.#listeners)
        for (const { namespace, dimensions } of series.scopes)
          listener({ namespace, dimensions, name: series.name });
    }
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
    return [...new Set(found.map(({ unit }) => unit))].toSorted();
  }

  hasSince(metric: Metric, fromMs: number): boolean {
    return this.#find(metric).some(({ lastMs }) => lastMs >= fromMs);
  }

  /** Returns all metrics with data since the given time, sorted by namespace and name. */
  list(sinceMs = -Infinity): readonly Metric[] {
    return [...this.#scopes.values()]
      .flatMap(({ namespace, dimensions, series }) =>
        [...series].flatMap(([name, all]) =>
          all.some(({ lastMs }) => lastMs >= sinceMs) ? [{ namespace, name, dimensions }] : [],
        ),
      )
      .toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  clear(): void {
    this.#scopes.clear();
    this.#measured = new WeakMap();
    this.#order = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#hasDropped = false;
  }

  #find(metric: Metric): readonly Series[] {
    return this.#scopes.get(scopeKeyOf(metric))?.series.get(metric.name) ?? [];
  }

  #sentSeries(
    of: Omit<Metric, 'name'>,
    { name, unit, resolution }: Pick<DataPoint, 'name' | 'unit' | 'resolution'>,
  ): Series {
    const scope = this.#scopeOf(of);
    const known = scope.series.get(name)?.find((series) => series.unit === unit && !series.isMeasured);
    return known ?? this.#addSeries({ name, unit, scopes: [scope], resolution, isMeasured: false });
  }

  #scopeOf({ namespace, dimensions }: Omit<Metric, 'name'>): Scope {
    const key = scopeKeyOf({ namespace, dimensions });
    let scope = this.#scopes.get(key);
    if (scope === undefined)
      this.#scopes.set(key, (scope = { key, namespace, dimensions, series: new Map() }));
    return scope;
  }

  #addSeries(of: Pick<Series, 'name' | 'unit' | 'scopes' | 'resolution' | 'isMeasured'>): Series {
    const made: Series = {
      ...of,
      lastMs: -Infinity,
      minute: -1,
      present: undefined,
      isDropped: false,
      buckets: new Map(),
    };
    for (const { series } of of.scopes) series.set(of.name, [...(series.get(of.name) ?? []), made]);
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
    series.present = undefined;
    if (series.buckets.size > 0) return;
    series.isDropped = true;
    for (const { key, series: byName } of series.scopes) {
      const others = (byName.get(series.name) ?? []).filter((one) => one !== series);
      if (others.length > 0) byName.set(series.name, others);
      else byName.delete(series.name);
      if (byName.size === 0) this.#scopes.delete(key);
    }
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

function bytesOf({ scopes, name, unit }: Series): number {
  const keys = scopes.reduce((sum, { key }) => sum + key.length, 0);
  return SERIES_BYTES * scopes.length + 2 * (keys + name.length + unit.length);
}

/** Returns the key of a metric. Line breaks separate its parts, because names cannot contain line breaks. */
function keyOf({ namespace, name, dimensions }: Metric): string {
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
