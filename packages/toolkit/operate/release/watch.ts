/**
 * Watches a canary for some time, and reports whether it must be ended, because of an alarm, too many errors, or
 * metrics that cannot be read.
 */
import { memberAt, textAt } from '../../terminal/aws-call.ts';
import type { Aws } from '../../terminal/aws-call.ts';

export type WatchOptions = {
  /** The names of CloudWatch alarms. The canary ends if one of them is in the state ALARM. */
  readonly alarms: readonly string[];
  /**
   * The canary ends if at least this percentage of the stage's requests in one minute returns 5xx; undefined if errors
   * are not checked.
   */
  readonly errorPercent: number | undefined;
  readonly forMs: number;
  readonly everyMs: number;
};

type Look =
  | { readonly kind: 'well' }
  | { readonly kind: 'ill'; readonly why: string }
  /** The metrics could not be read, so it is unknown whether the canary is healthy. */
  | { readonly kind: 'blind'; readonly why: string };

/** The requests that the stage has got during a watch. */
export type Watched =
  | {
      readonly kind: 'counted';
      readonly requests: number;
      /** The requests in the busiest step. */
      readonly most: number;
      /** The length of the steps in which CloudWatch has counted. */
      readonly stepMinutes: number;
    }
  /** CloudWatch has refused to say how many requests there were. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No minute began during the watch, and CloudWatch counts by the minute. */
  | { readonly kind: 'too short' };

type Verdict = Exclude<Look, { kind: 'well' }> | { readonly kind: 'well'; readonly watched: Watched };

export type Measurements = {
  readonly alarmState: (name: string) => Promise<string>;
  readonly errors: () => Promise<{ readonly requests: number; readonly failed: number }>;
  /** Returns the requests of the stage in each step, by the beginning of the step, from the beginning of a step on. */
  readonly requestsSince: (epochMs: number, stepMs: number) => Promise<ReadonlyMap<number, number>>;
  readonly nowEpochMs: () => number;
  readonly wait: (ms: number) => Promise<void>;
};

/**
 * The number of consecutive failed reads after which the canary must be ended. A single throttled or lost call is not a
 * reason.
 */
const BLIND_LOOKS = 3;
/**
 * The minimum number of requests in a minute for `errorPercent`. With fewer requests, a percentage would not mean
 * anything.
 */
export const ENOUGH_REQUESTS = 10;

export async function watchCanary(options: WatchOptions, looks: Measurements): Promise<Verdict> {
  const startedMs = looks.nowEpochMs();
  const until = startedMs + options.forMs;
  let blind = 0;
  for (;;) {
    const verdict = await measureOnce(options, looks);
    if (verdict.kind === 'ill') return verdict;
    blind = verdict.kind === 'blind' ? blind + 1 : 0;
    if (verdict.kind === 'blind' && blind >= BLIND_LOOKS) return verdict;
    const left = until - looks.nowEpochMs();
    if (left <= 0 && verdict.kind === 'well')
      return { kind: 'well', watched: await countWatched(startedMs, looks) };
    // If the last read failed, the watch goes on until a read succeeds, or too many have failed.
    await looks.wait(left <= 0 ? options.everyMs : Math.min(options.everyMs, left));
  }
}

/** The steps in which CloudWatch counts, and the most of them in one answer ("GetMetricStatistics"). */
const STEPS_MINUTES = [1, 5, 60, 1440] as const;
const MOST_STEPS = 1440;

/**
 * Counts the requests of the steps that began after the start. CloudWatch counts requests with a delay, so only the
 * beginning of a step tells requests to the canary from earlier ones.
 */
async function countWatched(startedMs: number, looks: Measurements): Promise<Watched> {
  const nowMs = looks.nowEpochMs();
  const stepMinutes =
    STEPS_MINUTES.find((minutes) => (nowMs - startedMs) / (minutes * 60_000) <= MOST_STEPS) ?? 1440;
  const stepMs = stepMinutes * 60_000;
  const firstMs = Math.ceil(startedMs / stepMs) * stepMs;
  if (firstMs >= nowMs) return { kind: 'too short' };
  try {
    const found = await looks.requestsSince(firstMs, stepMs);
    const counts = [...found].filter(([beginMs]) => beginMs >= firstMs).map(([, requests]) => requests);
    const requests = counts.reduce((sum, count) => sum + count, 0);
    return { kind: 'counted', requests, most: Math.max(0, ...counts), stepMinutes };
  } catch (error) {
    return { kind: 'refused', why: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Measures the current state once. This also works before there is a canary, so that a watch does not begin if it
 * cannot read its metrics.
 * @returns the current state
 */
export async function measureOnce(
  { alarms, errorPercent }: WatchOptions,
  looks: Measurements,
): Promise<Look> {
  try {
    for (const name of alarms) {
      const state = await looks.alarmState(name);
      if (state === 'ALARM') return { kind: 'ill', why: `alarm ${name} is in ALARM` };
      if (state === '') return { kind: 'blind', why: `there is no alarm ${name}` };
    }
    if (errorPercent === undefined) return { kind: 'well' };
    const { requests, failed } = await looks.errors();
    const share = requests === 0 ? 0 : (failed / requests) * 100;
    return requests >= ENOUGH_REQUESTS && share >= errorPercent
      ? { kind: 'ill', why: `${failed} of ${requests} requests in a minute returned 5xx` }
      : { kind: 'well' };
  } catch (error) {
    return { kind: 'blind', why: messageOf(error) };
  }
}

const CLOUDWATCH = { service: 'monitoring', protocol: 'query', version: '2010-08-01' } as const;

/** Reads the measurements from CloudWatch. The metrics of a stage include the requests to its canary. */
export function cloudWatchMeasurements(
  aws: Aws,
  { apiName, stage }: { readonly apiName: string; readonly stage: string },
  clock: Pick<Measurements, 'nowEpochMs' | 'wait'>,
): Measurements {
  const ask = async (action: string, parameters: Record<string, string>): Promise<unknown> => {
    const answer = await aws.call({ ...CLOUDWATCH, action, parameters });
    if (answer.kind === 'answer') return memberAt(answer.body, `${action}Response`, `${action}Result`);
    throw new Error(answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.message);
  };
  const points = async (metric: string, sinceMs: number, stepMs: number): Promise<readonly unknown[]> => {
    const found = await ask('GetMetricStatistics', {
      Namespace: 'AWS/ApiGateway',
      MetricName: metric,
      Period: String(stepMs / 1000),
      'Statistics.member.1': 'Sum',
      'Dimensions.member.1.Name': 'ApiName',
      'Dimensions.member.1.Value': apiName,
      'Dimensions.member.2.Name': 'Stage',
      'Dimensions.member.2.Value': stage,
      StartTime: new Date(sinceMs).toISOString(),
      EndTime: new Date(clock.nowEpochMs()).toISOString(),
    });
    return listMembers(memberAt(found, 'Datapoints'));
  };
  const latest = async (metric: string): Promise<number> => {
    const all = await points(metric, clock.nowEpochMs() - 120_000, 60_000);
    return sumOf(all.toSorted((a, b) => timeOf(b) - timeOf(a))[0]);
  };
  return {
    ...clock,
    async alarmState(name) {
      // Without types, CloudWatch returns only metric alarms.
      const found = await ask('DescribeAlarms', {
        'AlarmNames.member.1': name,
        'AlarmTypes.member.1': 'MetricAlarm',
        'AlarmTypes.member.2': 'CompositeAlarm',
      });
      const all = [
        ...listMembers(memberAt(found, 'MetricAlarms')),
        ...listMembers(memberAt(found, 'CompositeAlarms')),
      ];
      return textAt(all[0], 'StateValue') ?? '';
    },
    async errors() {
      return { requests: await latest('Count'), failed: await latest('5XXError') };
    },
    async requestsSince(epochMs, stepMs) {
      const all = await points('Count', epochMs, stepMs);
      return new Map(all.map((point) => [timeOf(point), sumOf(point)]));
    },
  };
}

/** Reads a list from parsed XML. The list consists of `member` elements, or is already a list. */
function listMembers(value: unknown): readonly unknown[] {
  const found = Array.isArray(value) ? value : memberAt(value, 'member');
  return found === undefined ? [] : Array.isArray(found) ? (found as readonly unknown[]) : [found];
}

function sumOf(point: unknown): number {
  return Number(memberAt(point, 'Sum') ?? 0);
}

function timeOf(point: unknown): number {
  return Date.parse(textAt(point, 'Timestamp') ?? '') || 0;
}
