/**
 * `npm run bench -- record [--seconds N --runs N]`: this gateway with requests recorded and without, interleaved, on the
 * same service. Last on stdout one JSON line.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { CONNECTIONS, measure } from './measure.ts';
import { median } from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { ROOT, startGateway } from './targets.ts';
import type { Measurement, Scenario } from './measure.ts';
import type { Ring, Target } from './targets.ts';

const SIDES = { on: [], off: ['--no-record'] } as const;
type Side = keyof typeof SIDES;

export async function runRecordBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '5' }, runs: { type: 'string', default: '5' } },
  });
  const [seconds, runs] = [Number(values.seconds), Number(values.runs)];
  if (!(seconds > 0) || !Number.isInteger(runs) || runs < 1)
    throw new Error('--seconds and --runs want positive numbers');
  const rows = [];
  for (const scenario of SCENARIOS) rows.push(await compare(scenario, seconds, runs));
  const conditions = { connections: CONNECTIONS, seconds, runs, cpus: cpus().length, node: process.version };
  for (const { scenario, on, off, cost, rssMb, ring } of rows)
    console.log(
      `${scenario.padEnd(18)} on ${on.toFixed(0)}/s  off ${off.toFixed(0)}/s  cost ${(cost * 100).toFixed(1)} %  ` +
        `memory ${rssMb.on?.toFixed(0) ?? '?'} MB on, ${rssMb.off?.toFixed(0) ?? '?'} MB off  ${describeRing(ring)}`,
    );
  console.log(`\n${JSON.stringify({ conditions, rows })}`);
}

async function compare(scenario: Scenario, seconds: number, runs: number) {
  const measured: Record<Side, Measurement[]> = { on: [], off: [] };
  for (let run = 1; run <= runs; run += 1) {
    // Each side goes first every other time: a machine that warms up or cools down favours neither.
    const sides: readonly Side[] = run % 2 === 0 ? ['on', 'off'] : ['off', 'on'];
    for (const side of sides) {
      console.error(`run ${run}/${runs}: ${scenario.name}, recording ${side}`);
      measured[side].push(await measure(targetOf(side), scenario, seconds));
    }
  }
  const rateOf = (side: Side): number =>
    median(measured[side].map(({ requestsPerSecond }) => requestsPerSecond));
  const memoryOf = (side: Side): number | undefined => {
    const known = measured[side].flatMap(({ rssMb }) => rssMb ?? []);
    return known.length === 0 ? undefined : median(known);
  };
  const [on, off] = [rateOf('on'), rateOf('off')];
  return {
    scenario: scenario.name,
    on,
    off,
    cost: 1 - on / off,
    rssMb: { on: memoryOf('on'), off: memoryOf('off') },
    ring: measured.on.at(-1)?.ring,
  };
}

/** As the ring weighs itself: texts and what a request takes beside them. */
function describeRing(ring: Ring | undefined): string {
  if (ring === undefined) return 'no ring';
  const { kept, limit, bytes } = ring;
  const full = kept === limit ? 'full ring' : `ring of ${kept} of ${limit}`;
  return `${full} ${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function targetOf(side: Side): Target {
  return { name: 'gateway', start: () => startGateway(ROOT, `record-${side}`, SIDES[side]) };
}
