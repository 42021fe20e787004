/** Requests per second of this gateway beside the floor and serverless-offline on the same service: interleaved runs, medians. */
import { cpus } from 'node:os';
import {
  COLD_FROM_SECONDS,
  COLD_TO_SECONDS,
  CONNECTIONS,
  measure,
  requestOf,
  WARMUP_SECONDS,
} from './measure.ts';
import { floorOf } from './scenarios.ts';
import { findRatios, summarise } from './report.ts';
import {
  floor,
  gateway,
  prepareServerlessOffline,
  serverlessOffline,
  stop,
  untilAnswered,
} from './targets.ts';
import type { Measurement, Scenario } from './measure.ts';
import type { Ratio, Row } from './report.ts';
import type { Target } from './targets.ts';

export type ThroughputOptions = {
  readonly seconds: number;
  readonly runs: number;
  readonly scenarios: readonly Scenario[];
  readonly offline: boolean;
};

export type Throughput = {
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
};

/** The event that the gateway's function gets, which the floor then sends too. */
async function captureEvent(scenario: Scenario): Promise<unknown> {
  const running = await gateway.start();
  try {
    const request = await requestOf({ ...scenario, path: '/event' }, running);
    return JSON.parse(await untilAnswered(running, request)) as unknown;
  } finally {
    await stop(running);
  }
}

/** Whether serverless-offline can take part; says so when it cannot. */
function offlineIsThere({ offline }: ThroughputOptions): boolean {
  if (!offline) return false;
  console.error('installing serverless-offline on osls (once)…');
  const reason = prepareServerlessOffline();
  if (reason !== undefined) console.log(`SKIPPED serverless-offline: ${reason}`);
  return reason === undefined;
}

export async function measureThroughput(options: ThroughputOptions): Promise<Throughput> {
  const { scenarios } = options;
  const floors = new Map<Scenario, Target>();
  for (const scenario of scenarios)
    if (scenario.others.includes('floor')) floors.set(scenario, floor(await captureEvent(scenario)));
  const withOffline = offlineIsThere(options);
  const plans = scenarios.flatMap((scenario) => {
    const offline =
      withOffline && scenario.others.includes('serverless-offline') ? serverlessOffline : undefined;
    const targets = [gateway, floors.get(scenario), offline];
    return targets.filter((target) => target !== undefined).map((target) => ({ scenario, target }));
  });
  const measured = new Map(plans.map((plan) => [plan, [] as Measurement[]]));
  for (let run = 1; run <= options.runs; run += 1) {
    for (const plan of plans) {
      const { scenario, target } = plan;
      console.error(`run ${run}/${options.runs}: ${scenario.name} on ${target.name}`);
      measured.get(plan)?.push(await measure(target, scenario, options.seconds));
    }
  }
  const rows = [...measured].map(([{ scenario, target }, runs]) =>
    summarise(scenario.name, target.name, runs),
  );
  const conditions = {
    connections: CONNECTIONS,
    seconds: options.seconds,
    warmupSeconds: WARMUP_SECONDS,
    coldSeconds: [COLD_FROM_SECONDS, COLD_TO_SECONDS],
    runs: options.runs,
    cpus: cpus().length,
    node: process.version,
  };
  return { conditions, rows, ratios: findRatios(rows, floorOf) };
}
