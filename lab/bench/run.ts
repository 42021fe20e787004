/**
 * `npm run bench`, see USAGE. Without a name: this gateway, the floor and serverless-offline on the same service,
 * interleaved, medians; a table, and last on stdout one JSON line. A failed check (status, body, invocations) ends the
 * run with exit code 1.
 */
import { parseArgs } from 'node:util';
import { runAgainst } from './against.ts';
import { runAgainstStarts } from './against-starts.ts';
import { runAuthorizerBench } from './authorizer.ts';
import { runFunctions } from './functions/run.ts';
import { runGrowth } from './growth/run.ts';
import { COLD_FROM_SECONDS, COLD_TO_SECONDS, CONNECTIONS, WARMUP_SECONDS } from './measure.ts';
import { runPerformance } from './performance.ts';
import { runPhases } from './phases.ts';
import { runQuotaBench } from './quota.ts';
import { runRecordBench } from './record.ts';
import { printTable } from './report.ts';
import { SCENARIOS, WITH_BODY } from './scenarios.ts';
import { runStack } from './stack/run.ts';
import { measureThroughput } from './throughput.ts';
import { runWebAcl } from './web-acl.ts';
import type { ThroughputOptions } from './throughput.ts';

const USAGE = `npm run bench [-- --seconds N] [--runs N] [--only rest|http] [--no-offline]
npm run bench -- --against COMMIT [--pairs N] [--seconds N] [--target NAME …] [--bound RATIO]
                              this checkout beside another commit, on a quiet machine
npm run bench -- NAME [OPTION …]
`;

type Bench = { readonly about: string; readonly run: (args: string[]) => Promise<void> };

const BENCHES: Readonly<Record<string, Bench>> = {
  performance: { about: 'requests, starts and memory beside their goals; 25 minutes', run: runPerformance },
  phases: { about: 'time and memory of a request by phase; 2 minutes', run: runPhases },
  growth: { about: 'how cost grows with connections, routes, keys, items …; --only AXIS', run: runGrowth },
  functions: { about: 'first answers, later ones and saves, beside serverless-offline', run: runFunctions },
  stack: { about: 'starts, packages, units and costs of the deployable stack', run: runStack },
  quota: { about: 'one quota over 8 processes, beside other limiters', run: runQuotaBench },
  record: { about: 'cost of recording requests; --only rest, --record-all', run: runRecordBench },
  authorizer: { about: 'size and start of the authorizers, beside other libraries', run: runAuthorizerBench },
  'web-acl': { about: 'requests behind a web ACL of 50 rules, beside none', run: runWebAcl },
  starts: { about: 'starts beside those of --against COMMIT, checkout and package', run: runAgainstStarts },
};

function parseOptions(): ThroughputOptions {
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
  const scenarios = [...SCENARIOS, ...WITH_BODY].filter(({ kind }) => only === undefined || kind === only);
  return { seconds, runs, scenarios, offline: !values['no-offline'] };
}

async function runAll(options: ThroughputOptions): Promise<void> {
  const { conditions, rows, ratios } = await measureThroughput(options);
  console.log(
    `${CONNECTIONS} connections, ${options.seconds} s after ${WARMUP_SECONDS} s of warm-up ` +
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
  const bench = BENCHES[name ?? ''];
  if (name === '--help')
    console.log(
      [USAGE, ...Object.entries(BENCHES).map(([is, { about }]) => `  ${is.padEnd(12)} ${about}`)].join('\n'),
    );
  else if (bench !== undefined) await bench.run(args);
  else if (process.argv.some((one) => /^--against(=|$)/.test(one)))
    process.exitCode = (await runAgainst(process.argv.slice(2))) ? 0 : 1;
  else await runAll(parseOptions());
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
