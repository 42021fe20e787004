/**
 * `npm run bench -- record [--pairs N --block MS --only SCENARIO … --record-all]`: measures the cost of recording in
 * one process that switches it on and off between short blocks of the same load (record-process.ts). Compares requests
 * per second and processor time per request; other work on the machine disturbs the processor time less. The last line
 * on stdout is JSON.
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
/**
 * Duration of the wait after a switch. After this time, the switch affects all requests in flight, and the processor's
 * caches hold the data of the new side.
 */
const SETTLE_MS = 50;
/**
 * Number of pairs that are measured in one process. A fresh process starts afterwards, because the memory layout that
 * V8 happens to choose differs from start to start.
 */
const PAIRS_PER_START = 100;
const USUAL_PAIRS = 600;
/**
 * Default duration of a block. Blocks are short because the machine's speed changes every few seconds. Settling after a
 * switch takes at most a quarter of a block.
 */
const USUAL_BLOCK_MS = 100;

type Sides = { readonly on: number; readonly off: number };

export type RecordRow = {
  readonly scenario: string;
  readonly pairs: number;
  readonly perSecond: Sides;
  /** Share of the requests per second that recording costs. A negative share means that recording was faster. */
  readonly cost: Interval;
  /**
   * Processor time of a request on the serving thread in µs. `main` is how much recording increases this time;
   * `processMicros` and `process` are the same figures for the whole process.
   */
  readonly mainMicros: Sides;
  readonly main: Interval;
  readonly processMicros: Sides;
  readonly process: Interval;
  /** Share of the time in which the serving thread was busy. Near 1, this thread limits the throughput. */
  readonly busy: Sides;
  /** Cost of each pair: loss of throughput, and increase of the serving thread's time. */
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
    // The output leaves out the values of single pairs.
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
  /** Records each ordinary successful request, as `gatewright start --record-all` does. */
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

/**
 * Compares pair by pair, since noise of the machine affects both sides of a pair.
 * @throws RangeError if there were no requests
 */
export function summarise(pairs: readonly BlockPair[]): Omit<RecordRow, 'scenario' | 'ring' | 'rssMb'> {
  if (pairs.some(({ on, off }) => on.requests === 0 || off.requests === 0))
    throw new RangeError('one of the blocks served no requests, so there is nothing to compare');
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
    `${row.scenario}, ${pairs} pairs of blocks, with recording on and off; with recording off, the serving thread was busy for ${(busy.off * 100).toFixed(0)} % of the time`,
    `  throughput      ${perSecond.on.toFixed(0)}/s on, ${perSecond.off.toFixed(0)}/s off: ${percent(cost)} less`,
    `  serving thread  ${micros(mainMicros)}: ${percent(main)} more`,
    `  whole process   ${micros(processMicros)}: ${percent(whole)} more`,
    `  memory          ${describeRing(ring)}; ${rssMb?.toFixed(0) ?? '?'} MB for the whole process`,
  ].join('\n');
}

/** Prints the median and its 95 % interval. */
function percent({ median: middle, low, high }: Interval): string {
  const [text, from, to] = [middle, low, high].map((share) =>
    Number.isFinite(share) ? (share * 100).toFixed(1) : '-',
  );
  return `${text ?? ''} % (${from ?? ''} to ${to ?? ''})`;
}

/** Prints how many requests the ring contains, and its size in MB as the ring itself reports it. */
function describeRing(ring: Ring | undefined): string {
  if (ring === undefined) return 'no records';
  const { kept, limit, bytes } = ring;
  const full = kept === limit ? `${limit} records (the maximum)` : `${kept} of at most ${limit} records`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB for ${full}`;
}
