/** `npm run bench`, see USAGE. A failed check (status, body, invocations) ends the run with exit code 1. */
import { runAgainst } from './against.ts';
import { runAgainstStarts } from './against-starts.ts';
import { runAuthorizerBench } from './authorizer.ts';
import { runFunctions } from './functions/run.ts';
import { runGrowth } from './growth/run.ts';
import { runPerformance } from './performance.ts';
import { runPhases } from './phases.ts';
import { runQuotaBench } from './quota.ts';
import { runRecordBench } from './record.ts';
import { runStack } from './stack/run.ts';
import { runWebAcl } from './web-acl.ts';

const USAGE = `npm run bench -- --against COMMIT [--pairs N] [--seconds N] [--target NAME …] [--bound RATIO]
                              this checkout compared with another commit, on a quiet machine
npm run bench -- NAME [OPTION …]
`;

type Bench = { readonly about: string; readonly run: (args: string[]) => Promise<void> };

const BENCHES: Readonly<Record<string, Bench>> = {
  performance: {
    about:
      'the main goals of docs/performance.md, in a quarter of an hour; --all measures all goals, in 40 to 100 minutes; --only GOAL, --pairs N',
    run: runPerformance,
  },
  phases: { about: 'time and memory per request, by phase; 2 minutes', run: runPhases },
  growth: { about: 'how cost grows with connections, routes, keys, items …; --only AXIS', run: runGrowth },
  functions: {
    about: 'first responses, later responses and saves, compared with serverless-offline',
    run: runFunctions,
  },
  stack: { about: 'starts, packages, units and costs of the deployable stack', run: runStack },
  quota: { about: 'one quota across 8 processes, compared with other limiters', run: runQuotaBench },
  record: { about: 'cost of recording requests; --only rest, --record-all', run: runRecordBench },
  authorizer: {
    about: 'size and startup of the authorizers, compared with other libraries',
    run: runAuthorizerBench,
  },
  'web-acl': { about: 'requests behind a web ACL of 50 rules, compared with no web ACL', run: runWebAcl },
  starts: {
    about: 'startup times of checkout and package, compared with --against COMMIT',
    run: runAgainstStarts,
  },
};

try {
  const [name, ...args] = process.argv.slice(2);
  const bench = BENCHES[name ?? ''];
  if (name === undefined || name === '--help')
    console.log(
      [USAGE, ...Object.entries(BENCHES).map(([is, { about }]) => `  ${is.padEnd(12)} ${about}`)].join('\n'),
    );
  else if (bench !== undefined) await bench.run(args);
  else if (process.argv.some((one) => /^--against(=|$)/.test(one)))
    process.exitCode = (await runAgainst(process.argv.slice(2))) ? 0 : 1;
  else throw new Error(`there is no bench "${name}"; npm run bench -- --help lists them`);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
