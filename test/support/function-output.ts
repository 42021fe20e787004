/** What a function prints while it runs. */
import { mock } from 'node:test';
import type { Context } from 'aws-lambda';

// With this variable, Powertools prints through the global console. By default it writes to stdout, over which the test
// runner's processes communicate.
Object.assign(process.env, {
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_METRICS_NAMESPACE: 'test',
});

export type Ran<Result> = {
  readonly outcome: { readonly result: Result } | { readonly error: Error };
  /** Every printed line, with JSON printed without spaces, in which tests look for values that must not be printed. */
  readonly output: string;
  /** Metric name → value. */
  readonly metrics: ReadonlyMap<string, number>;
};

const CONTEXT = {
  functionName: 'f',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
  memoryLimitInMB: '512',
  awsRequestId: '5a4d1f6e-0000-4000-8000-000000000000',
  logGroupName: 'g',
  logStreamName: 's',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => 5_000,
} as Context;

export async function runFunction<Result>(
  handler: (event: unknown, context: Context) => Promise<Result>,
  event: unknown,
): Promise<Ran<Result>> {
  const lines: string[] = [];
  const take = (...words: readonly unknown[]) => void lines.push(words.map(compact).join(' '));
  const methods = (['debug', 'error', 'info', 'log', 'warn'] as const).map((name) =>
    mock.method(console, name, take),
  );
  try {
    const outcome = await handler(event, CONTEXT).then(
      (result) => ({ result }),
      (error: unknown) => ({ error: error as Error }),
    );
    return { outcome, output: lines.join('\n'), metrics: readMetrics(lines) };
  } finally {
    for (const method of methods) method.mock.restore();
  }
}

function compact(word: unknown): string {
  try {
    return JSON.stringify(JSON.parse(String(word)));
  } catch {
    return String(word);
  }
}

type EmbeddedMetrics = {
  /** The sets of dimensions for each of which every metric of the line is counted. */
  readonly dimensions: readonly (readonly string[])[];
  /** Metric name → unit. */
  readonly units: Readonly<Record<string, string>>;
  /** Values of metrics, dimensions and metadata. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Reads CloudWatch's embedded metric format: JSON lines with `_aws.CloudWatchMetrics`. */
export function embeddedMetricsIn(output: string): readonly EmbeddedMetrics[] {
  return output
    .split('\n')
    .filter((line) => line.includes('"_aws"'))
    .map((line) => {
      const { _aws, ...fields } = JSON.parse(line);
      const [{ Dimensions, Metrics }] = _aws.CloudWatchMetrics;
      const definitions = Metrics as readonly { Name: string; Unit: string }[];
      const units = Object.fromEntries(definitions.map(({ Name, Unit }) => [Name, Unit]));
      return { dimensions: Dimensions, units, fields };
    });
}

function readMetrics(lines: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    embeddedMetricsIn(lines.join('\n')).flatMap(({ units, fields }) =>
      Object.keys(units).map((name) => [name, Number(fields[name])] as const),
    ),
  );
}
