/**
 * `npm run bench -- functions [--runs N --saves N --no-offline]`: compares cold starts, later responses and saves of
 * functions in a running gateway with serverless-offline. Writes .build/lab/functions.md. Takes 4 minutes.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LAB, readConditions, writePage } from '../conditions.ts';
import { measureAnswers, measureSaves } from './measure.ts';
import type { Answers, Saves } from './measure.ts';
import { printFunctionsPage } from './page.ts';
import type { Measured } from './page.ts';
import { prepareSides } from './sides.ts';
import type { Side } from './sides.ts';

type Taken = { readonly answers: Answers[]; readonly saves: Saves[] };

export async function runFunctions(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '5' },
      saves: { type: 'string', default: '10' },
      'no-offline': { type: 'boolean', default: false },
    },
  });
  const [runs, saves] = [Number(values.runs), Number(values.saves)];
  if (![runs, saves].every((number) => Number.isInteger(number) && number > 0))
    throw new Error('--runs and --saves must be positive numbers');
  const conditions = readConditions();
  const { measured, skipped } = await measureSides({ runs, saves, offline: !values['no-offline'] });
  await writePage(join(LAB, 'functions.md'), printFunctionsPage(conditions, measured, skipped));
  console.log('written: .build/lab/functions.md');
}

async function measureSides({
  runs,
  saves,
  offline,
}: {
  readonly runs: number;
  readonly saves: number;
  readonly offline: boolean;
}): Promise<{ readonly measured: readonly Measured[]; readonly skipped: readonly string[] }> {
  console.error('copying, installing and compiling the functions…');
  const { sides, skipped } = prepareSides(offline);
  const taken = new Map<Side, Taken>(sides.map((side) => [side, { answers: [], saves: [] }]));
  for (let run = 1; run <= runs; run += 1)
    for (const [side, { answers }] of taken) {
      console.error(`run ${run}/${runs}: ${side.function} on ${side.server}`);
      answers.push(await measureAnswers(side));
    }
  for (const [side, of] of taken) {
    // The cache of earlier starts does not affect a save, so the gateway is measured only with the cache.
    if (side.source === undefined || (side.server === 'gateway' && !side.isKept)) continue;
    console.error(`saves: ${side.function} on ${side.server}`);
    of.saves.push(await measureSaves(side, side.source, saves));
  }
  return { measured: [...taken].map(([side, of]) => ({ side, ...of })), skipped };
}
