/**
 * The gateway that `npm run bench -- record` measures: told to, it switches recording on and off between blocks of
 * requests that come without a pause. Both sides are one process then, with the same compiled code, the same instances
 * of functions and the same connections; what else the machine does meets both.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createGateway, createStreamSink, START_OPTIONS } from '@gatewright/gateway';
import type { Gateway, Listening } from '@gatewright/gateway';

export type RecordOrder = {
  readonly warmupMs: number;
  readonly pairs: number;
  /** What is counted of a block, and what passes before. */
  readonly blockMs: number;
  readonly settleMs: number;
};

export type Block = {
  readonly requests: number;
  readonly tookMs: number;
  /** Processor time of the thread that serves, and of the whole process, which collects garbage beside it. */
  readonly mainMicros: number;
  readonly processMicros: number;
  /** Share of the time in which the serving thread had something to do. */
  readonly busy: number;
};

export type BlockPair = { readonly on: Block; readonly off: Block };

/** What the process says: that it listens, then once what it has measured. */
export type RecordReport =
  | ({ readonly kind: 'ready' } & Pick<Listening, 'apis' | 'console'>)
  | { readonly kind: 'measured'; readonly pairs: readonly BlockPair[] };

let isRecording = false;
let requests = 0;

async function serve(source: string, recordAll: boolean): Promise<Gateway> {
  const lines = createStreamSink(process.stderr);
  const gateway = await createGateway({
    ...{ stage: 'dev', region: 'us-east-1', accountId: '123456789012', directory: process.cwd() },
    ...{ host: '127.0.0.1', port: 0, controlPort: 0, allowHosts: [], parameters: {}, environment: {} },
    ...{ dynamodb: { kind: 'embedded', dataDirectory: undefined }, roles: true, accountThrottle: false },
    ...{ strict: false, reload: false, adminKey: { accessKeyId: 'LOCALBENCH', secretAccessKey: 'bench' } },
    ...{ record: START_OPTIONS.record.usual, recordAll, isRecording: () => isRecording },
    consoleFiles: () => Promise.resolve(new Map()),
    log: {
      // One line for each request, written as `gatewright start` writes it.
      write(line) {
        requests += 1;
        lines.write(line);
      },
    },
    functionLog: () => undefined,
    onProgress: () => undefined,
    onReload: () => undefined,
  });
  await gateway.load([source]);
  return gateway;
}

async function measure({ warmupMs, pairs, blockMs, settleMs }: RecordOrder): Promise<readonly BlockPair[]> {
  const measureSide = async (isOn: boolean): Promise<Block> => {
    isRecording = isOn;
    await wait(settleMs);
    return measureBlock(blockMs);
  };
  const measurePair = async (): Promise<BlockPair> => {
    const [first, second] = Math.random() < 0.5 ? [true, false] : [false, true];
    const [one, other] = [await measureSide(first), await measureSide(second)];
    return first ? { on: one, off: other } : { on: other, off: one };
  };
  // Both ways of a branch have to be warm.
  for (const untilMs = performance.now() + warmupMs; performance.now() < untilMs;) await measurePair();
  const measured: BlockPair[] = [];
  while (measured.length < pairs) {
    const pair = await measurePair();
    // Of a block in which the machine did something else, nobody knows what a request took.
    if (pair.on.requests > 0 && pair.off.requests > 0) measured.push(pair);
  }
  isRecording = true;
  return measured;
}

async function measureBlock(blockMs: number): Promise<Block> {
  const at = { requests, ms: performance.now(), busy: performance.eventLoopUtilization() };
  const [thread, all] = [threadMicros(), process.cpuUsage()];
  await wait(blockMs);
  const [usedByThread, usedByAll] = [threadMicros() - thread, process.cpuUsage(all)];
  return {
    requests: requests - at.requests,
    // A busy loop is late: what has passed counts, not what was asked for.
    tookMs: performance.now() - at.ms,
    mainMicros: usedByThread,
    processMicros: usedByAll.user + usedByAll.system,
    busy: performance.eventLoopUtilization(at.busy).utilization,
  };
}

/** How long this thread has run. Kernels that count by ticks know it within 4 ms, but for what the scheduler says. */
function threadMicros(): number {
  try {
    const [nanoseconds = ''] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1000;
  } catch {
    // Linux alone has it.
    const { user, system } = process.threadCpuUsage();
    return user + system;
  }
}

function report(said: RecordReport): void {
  process.send?.(said);
}

const [source = '', ...flags] = process.argv.slice(2);
const gateway = await serve(source, flags.includes('--record-all'));
const { apis, console: shown = '' } = await gateway.listen();
process.on('message', (order: RecordOrder) => {
  measure(order).then(
    (pairs) => report({ kind: 'measured', pairs }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit());
report({ kind: 'ready', apis, console: shown });
