/**
 * `npm run bench [-- --seconds N --runs N --only rest|http --no-offline]`: this gateway, the floor and
 * serverless-offline on the same service, interleaved, medians; a table, and last on stdout one JSON line.
 * A failed check (status, body, invocations) ends the run with exit code 1. `npm run bench -- quota`: @see quota.ts;
 * `npm run bench -- record`: @see record.ts; `npm run bench -- authorizer`: @see authorizer.ts; `npm run bench -- --against COMMIT`: @see against.ts
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runAgainst } from './against.ts';
import { runAuthorizerBench } from './authorizer.ts';
import { COLD_FROM_SECONDS, COLD_TO_SECONDS, CONNECTIONS, WARMUP_SECONDS, measure } from './measure.ts';
import { runQuotaBench } from './quota.ts';
import { runRecordBench } from './record.ts';
import { HEADERS, SCENARIOS } from './scenarios.ts';
import { findRatios, printTable, summarise } from './report.ts';
import {
  floor,
  gateway,
  prepareServerlessOffline,
  serverlessOffline,
  stop,
  untilAnswered,
} from './targets.ts';
import type { Measurement } from './measure.ts';
import type { Kind, Target } from './targets.ts';

type Options = {
  readonly seconds: number;
  readonly runs: number;
  readonly only: Kind | undefined;
  readonly offline: boolean;
};

function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '10' },
      runs: { type: 'string', default: '5' },
      only: { type: 'string' },
      'no-offline': { type: 'boolean', default: false },
    },
  });
  const [seconds, runs] = [Number(values.seconds), Number(values.runs)];
  if (!(seconds > 0) || !Number.isInteger(runs) || runs < 1)
    throw new Error('--seconds and --runs want positive numbers');
  const { only } = values;
  if (only !== undefined && only !== 'rest' && only !== 'http') throw new Error('--only wants rest or http');
  return { seconds, runs, only, offline: !values['no-offline'] };
}

/** The event that the gateway's function gets, which the floor then sends too. */
async function captureEvent(kind: Kind): Promise<unknown> {
  const running = await gateway.start();
  try {
    return JSON.parse(await untilAnswered(running, `${running.urlOf(kind)}/event`, HEADERS)) as unknown;
  } finally {
    await stop(running);
  }
}

/** Whether serverless-offline can take part; says so when it cannot. */
function offlineIsThere({ offline }: Options): boolean {
  if (!offline) return false;
  console.error('installing serverless-offline on osls (once)…');
  const reason = prepareServerlessOffline();
  if (reason !== undefined) console.log(`SKIPPED serverless-offline: ${reason}`);
  return reason === undefined;
}

async function runAll(options: Options): Promise<void> {
  const scenarios = SCENARIOS.filter(({ kind }) => options.only === undefined || kind === options.only);
  const kinds = [...new Set(scenarios.map(({ kind }) => kind))];
  const floors = new Map<Kind, Target>();
  for (const kind of kinds) floors.set(kind, floor(await captureEvent(kind)));
  const withOffline = offlineIsThere(options);
  const plans = scenarios.flatMap((scenario) => {
    // The floor has no authorizer to ask, so one measurement per kind of API serves both scenarios.
    const floorHere = scenario.name === scenario.kind ? floors.get(scenario.kind) : undefined;
    const targets = [gateway, floorHere, withOffline ? serverlessOffline : undefined];
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
  const ratios = findRatios(rows, (scenario) => scenario.replace('-authorized', ''));
  const conditions = {
    connections: CONNECTIONS,
    seconds: options.seconds,
    warmupSeconds: WARMUP_SECONDS,
    coldSeconds: [COLD_FROM_SECONDS, COLD_TO_SECONDS],
    runs: options.runs,
    cpus: cpus().length,
    node: process.version,
  };
  console.log(
    `${CONNECTIONS} connections, GET, ${options.seconds} s after ${WARMUP_SECONDS} s of warm-up ` +
      `(cold: its seconds ${COLD_FROM_SECONDS} to ${COLD_TO_SECONDS}), medians of ${options.runs} interleaved runs\n`,
  );
  console.log(printTable(rows, ratios));
  const saturated = rows.filter(({ loadCpuShare }) => loadCpuShare > 0.95);
  if (saturated.length > 0)
    console.log('\nThe load generator used a whole core: the fastest figures are its own limit.');
  console.log(`\n${JSON.stringify({ conditions, rows, ratios })}`);
}

try {
  const [name, ...args] = process.argv.slice(2);
  if (name === 'quota') await runQuotaBench(args);
  else if (name === 'record') await runRecordBench(args);
  else if (name === 'authorizer') await runAuthorizerBench(args);
  else if (process.argv.some((one) => /^--against(=|$)/.test(one)))
    process.exitCode = (await runAgainst(process.argv.slice(2))) ? 0 : 1;
  else await runAll(parseOptions());
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
