/**
 * `npm run bench -- record [--pairs N --block MS --only SCENARIO … --record-all]`: what recording costs, in one process that switches it
 * on and off between short blocks of the same load (record-process.ts). By requests per second, and by processor time
 * per request, which other work on the machine disturbs less. Last on stdout one JSON line.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { medianInterval } from './interval.ts';
import { CONNECTIONS, residentMegabytes } from './measure.ts';
import { median } from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { readRing, stop } from './targets.ts';
import { forkGateway, measureUnderLoad } from './under-load.ts';
import type { Interval } from './interval.ts';
import type { Scenario } from './measure.ts';
import type { Block } from './in-process.ts';
import type { BlockPair, RecordOrder } from './record-process.ts';
import type { Ring } from './targets.ts';

const WARMUP_MS = 8_000;
/** The switch has reached every request that was on its way, and the caches of the processor are those of this side. */
const SETTLE_MS = 50;
/** Fresh processes after so many pairs: where V8 happens to put things is part of what differs from start to start. */
const PAIRS_PER_START = 100;
const USUAL_PAIRS = 600;
/** Short, since the machine is another one every few seconds; a switch takes a quarter of it at most. */
const USUAL_BLOCK_MS = 100;

type Sides = { readonly on: number; readonly off: number };

export type RecordRow = {
  readonly scenario: string;
  readonly pairs: number;
  readonly perSecond: Sides;
  /** Share of the requests per second that recording takes; below 0 it was faster. */
  readonly cost: Interval;
  /** Processor time of a request on the thread that serves, and in the whole process, in µs; and how much more it is. */
  readonly mainMicros: Sides;
  readonly main: Interval;
  readonly processMicros: Sides;
  readonly process: Interval;
  /** Share of the time in which the serving thread was busy: near 1 it is what bounds the throughput. */
  readonly busy: Sides;
  /** Pair by pair: throughput less, time of the serving thread more. */
  readonly shares: readonly { readonly cost: number; readonly main: number }[];
  readonly ring: Ring | undefined;
  readonly rssMb: number | undefined;
};

export async function runRecordBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: 'string', default: String(USUAL_PAIRS) },
      block: { type: 'string', default: String(USUAL_BLOCK_MS) },
      only: { type: 'string', multiple: true, default: SCENARIOS.map(({ name }) => name) },
      'record-all': { type: 'boolean', default: false },
    },
  });
  const [blockMs, pairs] = [Number(values.block), Number(values.pairs)];
  if (!(blockMs > 0) || !Number.isInteger(pairs) || pairs < 1)
    throw new Error('--block and --pairs must be positive numbers');
  const recordAll = values['record-all'];
  const scenarios = SCENARIOS.filter(({ name }) => values.only.includes(name));
  if (scenarios.length < new Set(values.only).size)
    throw new Error(`--only must be one of ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  const rows: RecordRow[] = [];
  for (const scenario of scenarios) {
    const row = await measureRecording(scenario, { pairs, blockMs, recordAll });
    console.log(describeRow(row));
    // Each pair is for the proof alone.
    rows.push({ ...row, shares: [] });
  }
  const conditions = {
    connections: CONNECTIONS,
    blockMs,
    recordAll,
    cpus: cpus().length,
    node: process.version,
  };
  console.log(`\n${JSON.stringify({ conditions, rows })}`);
}

type RecordSize = {
  readonly pairs?: number | undefined;
  readonly blockMs?: number | undefined;
  /** Each ordinary success is kept, as `gatewright start --record-all` keeps it. */
  readonly recordAll?: boolean;
};

export async function measureRecording(
  scenario: Scenario,
  { pairs = USUAL_PAIRS, blockMs = USUAL_BLOCK_MS, recordAll = false }: RecordSize,
): Promise<RecordRow> {
  const measured: BlockPair[] = [];
  const resident: (number | undefined)[] = [];
  let ring: Ring | undefined;
  while (measured.length < pairs) {
    const wanted = Math.min(PAIRS_PER_START, pairs - measured.length);
    console.error(
      `${scenario.name}: pairs ${measured.length + 1} to ${measured.length + wanted} of ${pairs}`,
    );
    const started = await forkGateway('record-process.ts', 'record', recordAll ? ['--record-all'] : []);
    try {
      const order: RecordOrder = {
        warmupMs: WARMUP_MS,
        settleMs: Math.min(SETTLE_MS, blockMs / 4),
        pairs: wanted,
        blockMs,
      };
      measured.push(...(await measureUnderLoad<readonly BlockPair[]>(started, scenario, order)));
      ring = await readRing(started.folder);
      resident.push(residentMegabytes(started.process.pid));
    } finally {
      await stop(started);
    }
  }
  const known = resident.filter((mb) => mb !== undefined);
  const rssMb = known.length === 0 ? undefined : median(known);
  return { scenario: scenario.name, ...summarise(measured), ring, rssMb };
}

/** Pair by pair, since what the machine does meanwhile meets both of a pair. @throws RangeError where nothing was asked */
export function summarise(pairs: readonly BlockPair[]): Omit<RecordRow, 'scenario' | 'ring' | 'rssMb'> {
  if (pairs.some(({ on, off }) => on.requests === 0 || off.requests === 0))
    throw new RangeError('a block has no requests, so nothing was measured');
  const sidesOf = (read: (block: Block) => number): Sides => ({
    on: median(pairs.map(({ on }) => read(on))),
    off: median(pairs.map(({ off }) => read(off))),
  });
  const more = (read: (block: Block) => number): Interval =>
    medianInterval(pairs.map(({ on, off }) => read(on) / read(off) - 1));
  const rate = ({ requests, tookMs }: Block): number => (requests / tookMs) * 1000;
  const mainMicros = (block: Block): number => block.mainMicros / block.requests;
  const processMicros = (block: Block): number => block.processMicros / block.requests;
  const shares = pairs.map(({ on, off }) => ({
    cost: 1 - rate(on) / rate(off),
    main: mainMicros(on) / mainMicros(off) - 1,
  }));
  return {
    pairs: pairs.length,
    perSecond: sidesOf(rate),
    cost: medianInterval(shares.map(({ cost }) => cost)),
    mainMicros: sidesOf(mainMicros),
    main: medianInterval(shares.map(({ main }) => main)),
    shares,
    processMicros: sidesOf(processMicros),
    process: more(processMicros),
    busy: sidesOf(({ busy }) => busy),
  };
}

export function describeRow(row: RecordRow): string {
  const { perSecond, cost, mainMicros, main, processMicros, process: whole, busy, ring, rssMb, pairs } = row;
  const micros = ({ on, off }: Sides): string => `${on.toFixed(1)} µs on, ${off.toFixed(1)} µs off`;
  return [
    `${row.scenario}, ${pairs} pairs of blocks; the serving thread was busy for ${(busy.off * 100).toFixed(0)} % of the time`,
    `  throughput      ${perSecond.on.toFixed(0)}/s on, ${perSecond.off.toFixed(0)}/s off: ${percent(cost)} less`,
    `  serving thread  ${micros(mainMicros)}: ${percent(main)} more`,
    `  whole process   ${micros(processMicros)}: ${percent(whole)} more`,
    `  memory          ${describeRing(ring)}, process ${rssMb?.toFixed(0) ?? '?'} MB`,
  ].join('\n');
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
  const full = kept === limit ? `full ring of ${limit}` : `ring of ${kept} of ${limit}`;
  return `${full} ${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
