/**
 * `npm run bench -- record [--pairs N --seconds N --only SCENARIO …]`: this gateway with requests recorded and without,
 * both started and warm, measured in turns. What it costs by requests per second, and by processor time per request, which
 * other work on the machine disturbs less. Last on stdout one JSON line.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { hello } from './fixture/handler.ts';
import { medianInterval } from './interval.ts';
import { CONNECTIONS, generateLoad, residentMegabytes } from './measure.ts';
import { median } from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { ROOT, startGateway, stop, untilAnswered } from './targets.ts';
import type { Interval } from './interval.ts';
import type { Scenario } from './measure.ts';
import type { Ring, Running } from './targets.ts';

const SIDES = { on: [], off: ['--no-record'] } as const;
type Side = keyof typeof SIDES;
const WARMUP_SECONDS = 4;
/**
 * Fresh processes after so many pairs: on a busy machine one of them may have started an instance more, which it keeps
 * and pays for with every request.
 */
const PAIRS_PER_START = 4;
/** At the start of each measurement: the other side has had the processor's caches. */
const SETTLE_SECONDS = 0.3;

export type Sample = {
  readonly requestsPerSecond: number;
  /** Of the gateway's process, all its threads; undefined where the system does not tell. */
  readonly cpuMicros: number | undefined;
};

type Row = {
  readonly scenario: string;
  readonly on: number;
  readonly off: number;
  /** Share of the requests per second that recording takes; below 0 it was faster. */
  readonly cost: Interval;
  /** More processor time per request, as a share. */
  readonly cpu: Interval | undefined;
  readonly cpuMicros: Readonly<Record<Side, number | undefined>>;
  readonly rssMb: Readonly<Record<Side, number | undefined>>;
  readonly ring: Ring | undefined;
};

export async function runRecordBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '1.5' },
      pairs: { type: 'string', default: '12' },
      only: { type: 'string', multiple: true, default: SCENARIOS.map(({ name }) => name) },
    },
  });
  const [seconds, pairs] = [Number(values.seconds), Number(values.pairs)];
  if (!(seconds > 0) || !Number.isInteger(pairs) || pairs < 1)
    throw new Error('--seconds and --pairs want positive numbers');
  const scenarios = SCENARIOS.filter(({ name }) => values.only.includes(name));
  if (scenarios.length < new Set(values.only).size)
    throw new Error(`--only wants one of ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  const rows = [];
  for (const scenario of scenarios) rows.push(await compare(scenario, seconds, pairs));
  const conditions = { connections: CONNECTIONS, seconds, pairs, cpus: cpus().length, node: process.version };
  for (const row of rows) console.log(describeRow(row));
  console.log(`\n${JSON.stringify({ conditions, rows })}`);
}

async function compare(scenario: Scenario, seconds: number, pairs: number): Promise<Row> {
  const samples: Record<Side, Sample[]> = { on: [], off: [] };
  const resident: Record<Side, (number | undefined)[]> = { on: [], off: [] };
  let ring: Ring | undefined;
  for (let from = 0; from < pairs; from += PAIRS_PER_START) {
    const running = { off: await start('off'), on: await start('on') };
    try {
      for (const side of ['off', 'on'] as const) await sample(running[side], scenario, 0, WARMUP_SECONDS);
      for (let pair = from; pair < Math.min(from + PAIRS_PER_START, pairs); pair += 1) {
        // Each side goes first every other time: a machine that warms up or cools down favours neither.
        const sides: readonly Side[] = pair % 2 === 0 ? ['on', 'off'] : ['off', 'on'];
        console.error(`pair ${pair + 1}/${pairs}: ${scenario.name}`);
        for (const side of sides)
          samples[side].push(await sample(running[side], scenario, SETTLE_SECONDS, seconds));
      }
      for (const side of ['off', 'on'] as const)
        resident[side].push(residentMegabytes(running[side].process.pid));
      ring = await running.on.readRing?.();
    } finally {
      await Promise.all([stop(running.on), stop(running.off)]);
    }
  }
  const rssMb = { on: medianOfKnown(resident.on), off: medianOfKnown(resident.off) };
  return { scenario: scenario.name, ...summarise(samples), rssMb, ring };
}

function medianOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

function start(side: Side): Promise<Running> {
  return startGateway(ROOT, `record-${side}`, SIDES[side]);
}

async function sample(
  running: Running,
  scenario: Scenario,
  warmupSeconds: number,
  seconds: number,
): Promise<Sample> {
  const url = new URL(`${running.urlOf(scenario.kind)}${scenario.path}`);
  const { headers } = scenario;
  await untilAnswered(running, url.href, { ...headers });
  const before = cpuMicrosOf(running.process.pid);
  const { measured, total } = await generateLoad({
    ...{ host: url.hostname, port: Number(url.port), path: url.pathname, headers, connections: CONNECTIONS },
    ...{ coldFromSeconds: 0, coldToSeconds: 0, warmupSeconds, seconds },
    expectedBody: (await hello()).body,
  });
  const after = cpuMicrosOf(running.process.pid);
  const cpuMicros = before === undefined || after === undefined ? undefined : (after - before) / total;
  return { requestsPerSecond: measured / seconds, cpuMicros };
}

/** Clock ticks of Linux are hundredths of a second. */
const MICROS_PER_TICK = 10_000;

function cpuMicrosOf(pid: number | undefined): number | undefined {
  try {
    // The name, which may hold spaces, stands in parentheses.
    const [, fields = ''] = readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8').split(/\) (?!.*\) )/);
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return ((user ?? 0) + (system ?? 0)) * MICROS_PER_TICK;
  } catch {
    return undefined;
  }
}

/** Pair by pair, since what the machine does meanwhile meets both of a pair. */
export function summarise({
  on,
  off,
}: Readonly<Record<Side, readonly Sample[]>>): Pick<Row, 'on' | 'off' | 'cost' | 'cpu' | 'cpuMicros'> {
  const paired = on.flatMap((one, index) => {
    const other = off[index];
    return other === undefined ? [] : [{ one, other }];
  });
  const cpuRatios = paired.flatMap(({ one, other }) =>
    one.cpuMicros === undefined || other.cpuMicros === undefined ? [] : one.cpuMicros / other.cpuMicros - 1,
  );
  const rateOf = (samples: readonly Sample[]): number =>
    median(samples.map(({ requestsPerSecond }) => requestsPerSecond));
  const cpuOf = (samples: readonly Sample[]): number | undefined =>
    cpuRatios.length === 0 ? undefined : median(samples.flatMap(({ cpuMicros }) => cpuMicros ?? []));
  return {
    ...{ on: rateOf(on), off: rateOf(off) },
    cost: medianInterval(paired.map(({ one, other }) => 1 - one.requestsPerSecond / other.requestsPerSecond)),
    cpu: cpuRatios.length === 0 ? undefined : medianInterval(cpuRatios),
    cpuMicros: { on: cpuOf(on), off: cpuOf(off) },
  };
}

function describeRow({ scenario, on, off, cost, cpu, cpuMicros, rssMb, ring }: Row): string {
  const cpuTime =
    cpu === undefined
      ? ''
      : `  processor ${cpuMicros.on?.toFixed(1) ?? '?'} µs on, ${cpuMicros.off?.toFixed(1) ?? '?'} µs off: ${percent(cpu)}`;
  return (
    `${scenario.padEnd(16)} on ${on.toFixed(0)}/s  off ${off.toFixed(0)}/s  cost ${percent(cost)}${cpuTime}  ` +
    `memory ${rssMb.on?.toFixed(0) ?? '?'} MB on, ${rssMb.off?.toFixed(0) ?? '?'} MB off  ${describeRing(ring)}`
  );
}

/** Median, and the interval that holds it with 95 %. */
function percent({ median: middle, low, high }: Interval): string {
  const [text, from, to] = [middle, low, high].map((share) =>
    Number.isFinite(share) ? (share * 100).toFixed(1) : '-',
  );
  return `${text ?? ''} % (${from ?? ''} to ${to ?? ''})`;
}

/** As the ring weighs itself: its bytes, and what a request takes beside them. */
function describeRing(ring: Ring | undefined): string {
  if (ring === undefined) return 'no ring';
  const { kept, limit, bytes } = ring;
  const full = kept === limit ? 'full ring' : `ring of ${kept} of ${limit}`;
  return `${full} ${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
