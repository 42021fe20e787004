/** Both commits, started and warm: what `against.ts` measures in turns. */
import { bundle } from './authorizer-bundles.ts';
import { candidates } from './authorizer-candidates.ts';
import { openIssuer, startOnce } from './authorizer-starts.ts';
import type { Starter } from './authorizer-starts.ts';
import { generateLoad, mainThreadMs, requestOf } from './measure.ts';
import type { Scenario } from './measure.ts';
import { median } from './report.ts';
import { ROOT, startGateway, stop, untilAnswered } from './targets.ts';
import type { Running } from './targets.ts';

export type Side = 'ours' | 'theirs';

/** Figures by name; more is better. */
export type Figures = Readonly<Record<string, number>>;

export type Sides = AsyncDisposable & {
  readonly name: string;
  readonly figures: readonly ((side: Side) => Promise<Figures>)[];
};

/** Before the first pair: V8 compiles for about as long; after only two seconds, the side with more code looks slower. */
const WARMUP_SECONDS = 8;
/** At the start of each measurement: the other side has had the processor's caches. */
const SETTLE_SECONDS = 0.2;
const STARTS_PER_MEASUREMENT = 5;

type GatewaySource = { readonly root: string; readonly service?: string };

/** Both gateways, which idle while the other one is measured. Neither side is always the older one. */
export async function startGateways(
  sources: Readonly<Record<Side, GatewaySource>>,
  scenarios: readonly Scenario[],
  { seconds, isOursFirst }: { readonly seconds: number; readonly isOursFirst: boolean },
): Promise<Sides> {
  const start = (side: Side): Promise<Running> =>
    startGateway(sources[side].root, `against-${side}`, [], sources[side].service);
  const first: Side = isOursFirst ? 'ours' : 'theirs';
  const second: Side = isOursFirst ? 'theirs' : 'ours';
  const one = await start(first);
  const other = await start(second).catch(async (error: unknown) => {
    await stop(one);
    throw error;
  });
  const close = async (): Promise<void> => {
    await Promise.all([stop(one), stop(other)]);
  };
  const rate = (side: Side, scenario: Scenario, warmupSeconds: number, forSeconds: number): Promise<Rate> =>
    rateOf(side === first ? one : other, scenario, warmupSeconds, forSeconds);
  try {
    for (const scenario of scenarios)
      for (const side of ['ours', 'theirs'] as const) await rate(side, scenario, 0, WARMUP_SECONDS);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name: scenarios.map(({ name }) => name).join(', '),
    figures: scenarios.map((scenario) => async (side) => {
      const { perSecond, perProcessorSecond } = await rate(side, scenario, SETTLE_SECONDS, seconds);
      return {
        [`${scenario.name} req/s`]: perSecond,
        ...(perProcessorSecond !== undefined && { [`${scenario.name} req/cpu-s`]: perProcessorSecond }),
      };
    }),
    [Symbol.asyncDispose]: close,
  };
}

type Rate = {
  readonly perSecond: number;
  /** By the processor time of the thread that serves, which other work on the machine disturbs less. */
  readonly perProcessorSecond: number | undefined;
};

/** Right answers, every one of them checked, after the warm-up. */
async function rateOf(
  running: Running,
  scenario: Scenario,
  warmupSeconds: number,
  seconds: number,
): Promise<Rate> {
  const request = await requestOf(scenario, running);
  await untilAnswered(running, request);
  const beforeMs = mainThreadMs(running.process.pid);
  const { measured, total } = await generateLoad({
    ...request,
    coldFromSeconds: 0,
    coldToSeconds: 0,
    warmupSeconds,
    seconds,
  });
  const spentMs = mainThreadMs(running.process.pid) - beforeMs;
  const perProcessorSecond = spentMs > 0 ? (total * 1000) / spentMs : undefined;
  return { perSecond: measured / seconds, perProcessorSecond };
}

/** The token authorizer of each commit in one file, in processes of its own. */
export async function startAuthorizers(theirRoot: string, seconds: number): Promise<Sides> {
  const starters = {
    ours: await bundleAuthorizer(ROOT, ''),
    theirs: await bundleAuthorizer(theirRoot, 'theirs'),
  };
  const issuer = await openIssuer();
  return {
    name: 'authorizer',
    figures: [
      async (side) => {
        const starts: number[] = [];
        for (let start = 0; start < STARTS_PER_MEASUREMENT; start += 1) {
          const { importMs, firstMs } = await startOnce(starters[side], issuer);
          starts.push(1_000 / (importMs + firstMs));
        }
        return { 'authorizer starts/s': median(starts) };
      },
      async (side) => {
        const { perSecond } = await startOnce(starters[side], issuer, seconds * 1_000);
        return { 'authorizer warm/s': perSecond ?? 0 };
      },
    ],
    [Symbol.asyncDispose]: () => issuer[Symbol.asyncDispose](),
  };
}

async function bundleAuthorizer(root: string, label: string): Promise<Starter> {
  const candidate = candidates(root).find(({ name }) => name === 'token-authorizer');
  if (candidate === undefined) throw new Error('no token-authorizer to measure');
  const { file } = await bundle(candidate, 'alone', 'memory', label);
  return { name: candidate.name, event: candidate.event, form: 'alone', keys: 'memory', file };
}
