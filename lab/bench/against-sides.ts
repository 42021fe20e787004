/** Starts and warms up both sides of a comparison. `measurePair` then measures the sides alternately. */
import { bundle } from './authorizer-bundles.ts';
import { candidates } from './authorizer-candidates.ts';
import { openIssuer, startOnce } from './authorizer-starts.ts';
import type { Issuer, Starter } from './authorizer-starts.ts';
import { allThreadsMs, CONNECTIONS, generateLoad, mainThreadMs, requestOf } from './measure.ts';
import type { Scenario } from './measure.ts';
import { median } from './report.ts';
import { ROOT, startGateway, stop, untilAnswered } from './targets.ts';
import type { Running } from './targets.ts';

export type Side = 'ours' | 'theirs';

/** The end of the name of a figure that is better the smaller it is. All other figures are better the larger they are. */
export const DELAY = 'p99, µs';

/** Keys are the names of the figures. */
export type Figures = Readonly<Record<string, number>>;

export type Sides = AsyncDisposable & {
  readonly name: string;
  readonly figures: readonly ((side: Side) => Promise<Figures>)[];
};

/**
 * Seconds of warm-up before the first pair. V8 needs about this long to compile the code; after only two seconds, the
 * side with more code looks slower.
 */
const WARMUP_SECONDS = 8;
/** Seconds of warm-up for each scenario after the first in the same process. */
const MORE_WARMUP_SECONDS = 2;
/**
 * Duration of the load at the start of each measurement. It is not counted, because the processor's caches still hold
 * the other side's data.
 */
const SETTLE_SECONDS = 0.2;
const STARTS_PER_MEASUREMENT = 5;

type GatewaySource = { readonly root: string; readonly service?: string };
type Order = { readonly seconds: number; readonly isOursFirst: boolean };

/** Starts both gateways. Each gateway idles while the other is measured. */
export async function startGateways(
  sources: Readonly<Record<Side, GatewaySource>>,
  scenarios: readonly Scenario[],
  order: Order,
): Promise<Sides> {
  const start = (side: Side) => () =>
    startGateway(sources[side].root, `against-${side}`, [], sources[side].service);
  const read = ({ name }: Scenario, { perSecond, p99Ms, perProcessorSecond }: Rate): Figures => ({
    [`${name} req/s`]: perSecond,
    [`${name} ${DELAY}`]: 1000 * p99Ms,
    ...(perProcessorSecond !== undefined && { [`${name} req/cpu-s`]: perProcessorSecond }),
  });
  return await startServers({ ours: start('ours'), theirs: start('theirs') }, scenarios, {
    ...order,
    warmupSeconds: WARMUP_SECONDS,
    read,
  });
}

type ServerOrder = Order & {
  /**
   * Warm-up of the first scenario, in seconds. Code that is compiled during this warm-up also serves the other
   * scenarios.
   */
  readonly warmupSeconds: number;
  readonly read: (scenario: Scenario, rate: Rate) => Figures;
};

/** Starts both servers. Each server idles while the other is measured. The two sides take turns in starting first. */
export async function startServers(
  starters: Readonly<Record<Side, () => Promise<Running>>>,
  scenarios: readonly Scenario[],
  { seconds, isOursFirst, warmupSeconds, read }: ServerOrder,
): Promise<Sides> {
  const { running, close } = await startBoth(starters, isOursFirst);
  const warmed = new Set<string>();
  return {
    name: scenarios.map(({ name }) => name).join(', '),
    figures: scenarios.map((scenario, at) => async (side) => {
      const warming = at === 0 ? warmupSeconds : MORE_WARMUP_SECONDS;
      const isCrowd = (scenario.connections ?? 0) > CONNECTIONS;
      // A scenario with many concurrent requests is warmed up right before each measurement, because our gateway
      // discards compiled code in its first idle second after such a load.
      if (isCrowd || !warmed.has(`${side} ${scenario.name}`))
        await rateOf(running[side], scenario, 0, warming);
      warmed.add(`${side} ${scenario.name}`);
      return read(scenario, await rateOf(running[side], scenario, SETTLE_SECONDS, seconds));
    }),
    [Symbol.asyncDispose]: close,
  };
}

/** Starts the two sides one after the other. If the second fails to start, the first is stopped. */
export async function startBoth(
  starters: Readonly<Record<Side, () => Promise<Running>>>,
  isOursFirst: boolean,
): Promise<{ readonly running: Readonly<Record<Side, Running>>; readonly close: () => Promise<void> }> {
  const [first, second] = isOursFirst ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
  const one = await starters[first]();
  const other = await starters[second]().catch(async (error: unknown) => {
    await stop(one);
    throw error;
  });
  const close = async (): Promise<void> => {
    await Promise.all([stop(one), stop(other)]);
  };
  return { running: isOursFirst ? { ours: one, theirs: other } : { ours: other, theirs: one }, close };
}

type Rate = {
  readonly perSecond: number;
  readonly p99Ms: number;
  /**
   * Requests per second of the serving thread's processor time. Other work on the machine affects this figure less than
   * a rate per elapsed second.
   */
  readonly perProcessorSecond: number | undefined;
  /**
   * Processor time of a request in microseconds, for each process or thread that spends it; NaN if the system does not
   * report it.
   */
  readonly micros: Readonly<Record<Spender, number>>;
};

export const SPENDERS = ['main thread', 'other threads', 'load generator'] as const;
type Spender = (typeof SPENDERS)[number];

/** Measures the rate of correct responses after the warm-up. Every response is checked. */
async function rateOf(
  running: Running,
  scenario: Scenario,
  warmupSeconds: number,
  seconds: number,
): Promise<Rate> {
  const request = await requestOf(scenario, running);
  await untilAnswered(running, request);
  const { pid } = running.process;
  const [mainBeforeMs, allBeforeMs] = [mainThreadMs(pid), allThreadsMs(pid)];
  const { measured, total, invocations, p99Ms, cpuMicros } = await generateLoad({
    ...request,
    warmupSeconds,
    seconds,
  });
  // `invocations` is the sum of the highest count of each instance. These counts include earlier measurements, so the
  // sum may exceed `total`.
  if (invocations < total)
    throw new Error(
      `the gateway sent ${total} responses, but the handler ran only ${invocations} times; it must run for every request`,
    );
  const mainMs = mainThreadMs(pid) - mainBeforeMs;
  const otherMs = allThreadsMs(pid) - allBeforeMs - mainMs;
  return {
    perSecond: measured / seconds,
    p99Ms,
    perProcessorSecond: mainMs > 0 ? (total * 1000) / mainMs : undefined,
    micros: {
      'main thread': (mainMs * 1000) / total,
      'other threads': (otherMs * 1000) / total,
      'load generator': cpuMicros / total,
    },
  };
}

/** Bundles the token authorizer of each commit into one file, and starts each in its own processes. */
export async function startAuthorizers(theirRoot: string, seconds: number): Promise<Sides> {
  const starters = {
    ours: await bundleAuthorizer({}),
    theirs: await bundleAuthorizer({ root: theirRoot, label: 'theirs' }),
  };
  const issuer = await openIssuer();
  return {
    name: 'authorizer',
    figures: [
      async (side) => ({ 'authorizer starts/s': 1_000 / (await medianStartMs(starters[side], issuer)) }),
      async (side) => {
        const { perSecond } = await startOnce(starters[side], issuer, seconds * 1_000);
        return { 'authorizer warm/s': perSecond ?? 0 };
      },
    ],
    [Symbol.asyncDispose]: () => issuer[Symbol.asyncDispose](),
  };
}

/** Returns the median time from the import of the authorizer to its first result, in milliseconds. */
export async function medianStartMs(starter: Starter, issuer: Issuer): Promise<number> {
  const starts: number[] = [];
  for (let start = 0; start < STARTS_PER_MEASUREMENT; start += 1) {
    const { importMs, firstMs } = await startOnce(starter, issuer);
    starts.push(importMs + firstMs);
  }
  return median(starts);
}

type WantedAuthorizer = Partial<Pick<Starter, 'name' | 'form' | 'keys'>> & {
  readonly root?: string;
  readonly label?: string;
};

export async function bundleAuthorizer({
  name = 'token-authorizer',
  form = 'alone',
  keys = 'memory',
  root = ROOT,
  label,
}: WantedAuthorizer): Promise<Starter> {
  const candidate = candidates(root).find((one) => one.name === name);
  if (candidate === undefined) throw new Error(`there is no authorizer named "${name}" to measure`);
  const { file } = await bundle(candidate, form, keys, label);
  return { name, event: candidate.event, form, keys, file };
}
