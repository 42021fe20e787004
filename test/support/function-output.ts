/** What a function prints while it runs. */
import { mock } from 'node:test';
import type { Context } from 'aws-lambda';

// Powertools then print through the global console. Their own writes to stdout, by which the test runner's processes talk.
Object.assign(process.env, {
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_METRICS_NAMESPACE: 'test',
});

export type Ran<Result> = {
  readonly outcome: { readonly result: Result } | { readonly error: Error };
  /** Every line, JSON without spaces; for canaries. */
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

/** CloudWatch's embedded metric format: JSON lines with `_aws.CloudWatchMetrics`. */
function readMetrics(lines: readonly string[]): ReadonlyMap<string, number> {
  const metrics = new Map<string, number>();
  for (const line of lines) {
    if (!line.includes('"_aws"')) continue;
    const emf = JSON.parse(line);
    for (const { Metrics } of emf._aws.CloudWatchMetrics)
      for (const { Name } of Metrics) metrics.set(Name, Number(emf[Name]));
  }
  return metrics;
}
