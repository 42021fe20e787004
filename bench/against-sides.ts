/** Both commits, started and warm: what `against.ts` measures in turns. */
import { bundle } from './authorizer-bundles.ts';
import { candidates } from './authorizer-candidates.ts';
import { openIssuer, startOnce } from './authorizer-starts.ts';
import type { Starter } from './authorizer-starts.ts';
import { hello } from './fixture/handler.ts';
import { CONNECTIONS, generateLoad } from './measure.ts';
import type { Scenario } from './measure.ts';
import { median } from './report.ts';
import { ROOT, startGateway, stop, untilAnswered } from './targets.ts';
import type { Running } from './targets.ts';

type Side = 'ours' | 'theirs';

/** Figures by name; more is better. */
type Figures = Readonly<Record<string, number>>;

export type Sides = AsyncDisposable & {
  readonly name: string;
  readonly figures: readonly ((side: Side) => Promise<Figures>)[];
};

/** Before the first pair; what V8 still compiles after it meets both sides alike. */
const WARMUP_SECONDS = 2;
/** At the start of each measurement: the other side has had the processor's caches. */
const SETTLE_SECONDS = 0.2;
const STARTS_PER_MEASUREMENT = 5;

/** Both gateways, which idle while the other one is measured. */
export async function startGateways(
  theirRoot: string,
  scenarios: readonly Scenario[],
  seconds: number,
): Promise<Sides> {
  const ours = await startGateway(ROOT, 'against-ours');
  const theirs = await startGateway(theirRoot, 'against-theirs').catch(async (error: unknown) => {
    await stop(ours);
    throw error;
  });
  const close = async (): Promise<void> => {
    await Promise.all([stop(ours), stop(theirs)]);
  };
  const rate = async (side: Side, scenario: Scenario, warmupSeconds: number, forSeconds: number) =>
    (await requestsOf(side === 'ours' ? ours : theirs, scenario, warmupSeconds, forSeconds)) / forSeconds;
  try {
    for (const scenario of scenarios)
      for (const side of ['ours', 'theirs'] as const) await rate(side, scenario, 0, WARMUP_SECONDS);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name: scenarios.map(({ name }) => name).join(', '),
    figures: scenarios.map((scenario) => async (side) => ({
      [`${scenario.name} req/s`]: await rate(side, scenario, SETTLE_SECONDS, seconds),
    })),
    [Symbol.asyncDispose]: close,
  };
}

/** Right answers, every one of them checked, after the warm-up. */
async function requestsOf(
  running: Running,
  scenario: Scenario,
  warmupSeconds: number,
  seconds: number,
): Promise<number> {
  const url = new URL(`${running.urlOf(scenario.kind)}${scenario.path}`);
  const { headers } = scenario;
  await untilAnswered(running, url.href, { ...headers });
  const { measured } = await generateLoad({
    ...{ host: url.hostname, port: Number(url.port), path: url.pathname, headers, connections: CONNECTIONS },
    ...{ coldFromSeconds: 0, coldToSeconds: 0, warmupSeconds, seconds },
    expectedBody: (await hello()).body,
  });
  return measured;
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
