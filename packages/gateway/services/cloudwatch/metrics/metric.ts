/** Metrics and their data points, with CloudWatch's names. */

/**
 * The dimensions of a metric, sorted by name. Metrics with the same name but different dimensions are different
 * metrics.
 */
export type Dimensions = readonly (readonly [name: string, value: string])[];

export type Metric = { readonly namespace: string; readonly name: string; readonly dimensions: Dimensions };

/** A statistic set: a sample of which only four numbers are known. */
export type StatisticSet = {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
};

export type DataPoint = {
  readonly name: string;
  readonly unit: string;
  readonly epochMs: number;
  /** The resolution in seconds. */
  readonly resolution: 1 | 60;
  readonly sample: StatisticSet | readonly (readonly [value: number, count: number])[];
};

/** Data points of one namespace and one set of dimensions. */
export type DataPoints = Pick<Metric, 'namespace' | 'dimensions'> & { readonly points: readonly DataPoint[] };

const sizesOf = (unit: string): readonly string[] => [
  unit,
  ...['Kilo', 'Mega', 'Giga', 'Tera'].map((prefix) => `${prefix}${unit.toLowerCase()}`),
];
const SIZES = [...sizesOf('Bytes'), ...sizesOf('Bits')];

/** The units in the order in which CloudWatch prints them (awslabs/collectd-cloudwatch#46). */
export const UNITS: ReadonlySet<string> = new Set([
  'Seconds',
  'Microseconds',
  'Milliseconds',
  ...SIZES,
  'Percent',
  'Count',
  ...SIZES.map((size) => `${size}/Second`),
  'Count/Second',
  'None',
]);

/** "Each metric has up to 30 dimensions" */
export const MAX_DIMENSIONS = 30;

/**
 * Whether a dimension is valid (API reference, Dimension). Its name and value must consist of ASCII characters, and not
 * only of blanks. The name must not begin with a colon.
 */
export function isDimension(name: string, value: string): boolean {
  const isText = (text: string, most: number): boolean =>
    text.length <= most && /^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/.test(text);
  return isText(name, 255) && !name.startsWith(':') && isText(value, 1_024);
}

export function sortDimensions(dimensions: Dimensions): Dimensions {
  return dimensions.toSorted(([one], [other]) => (one < other ? -1 : 1));
}
