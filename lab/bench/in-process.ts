/** Runs in the process of a gateway that measures itself while another process sends requests (under-load.ts). */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createGateway, createStreamSink, START_OPTIONS } from '../../packages/gateway/engine/index.ts';
import type { Listening } from '../../packages/gateway/engine/index.ts';

/** Messages of the process. The first message reports that it listens; the second contains its measurements. */
export type ChildMessage<Measured> =
  | ({ readonly kind: 'ready' } & Pick<Listening, 'apis'>)
  | { readonly kind: 'measured'; readonly measured: Measured };

export type Block = {
  readonly requests: number;
  readonly tookMs: number;
  /** Processor time of the serving thread, and of the whole process, which also includes garbage collection. */
  readonly mainMicros: number;
  readonly processMicros: number;
  /** Share of the time in which the serving thread was busy. */
  readonly busy: number;
};

let requests = 0;

/**
 * Serves the stack that is the first argument of the command line, and carries out the one order that the parent
 * process sends.
 */
export async function serveAndMeasure(
  measure: (order: never) => Promise<unknown>,
  {
    recordAll = false,
    isRecording = () => true,
  }: { readonly recordAll?: boolean; readonly isRecording?: () => boolean } = {},
): Promise<void> {
  const [source = ''] = process.argv.slice(2);
  const lines = createStreamSink(process.stderr);
  const gateway = await createGateway({
    stage: 'dev',
    region: 'us-east-1',
    accountId: '123456789012',
    directory: process.cwd(),
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    allowHosts: [],
    parameters: {},
    environment: {},
    dynamodb: { kind: 'embedded', dataDirectory: undefined },
    roles: true,
    accountThrottle: false,
    strict: false,
    reload: false,
    adminKey: { accessKeyId: 'LOCALBENCH', secretAccessKey: 'bench' },
    record: START_OPTIONS.record.defaultValue,
    recordAll,
    isRecording,
    log: {
      // Writes one line for each request, as `gatewright start` writes it.
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
  const say = (said: ChildMessage<unknown>): void => {
    process.send?.(said);
  };
  const { apis } = await gateway.listen();
  process.on('message', (order) => {
    measure(order as never).then(
      (measured) => say({ kind: 'measured', measured }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.once('disconnect', () => process.exit());
  say({ kind: 'ready', apis });
}

export async function measureBlock(blockMs: number): Promise<Block> {
  const at = { requests, ms: performance.now(), busy: performance.eventLoopUtilization() };
  const [thread, all] = [threadMicros(), process.cpuUsage()];
  await wait(blockMs);
  const [usedByThread, usedByAll] = [threadMicros() - thread, process.cpuUsage(all)];
  return {
    requests: requests - at.requests,
    // A timer fires late in a busy event loop, so the elapsed time is measured.
    tookMs: performance.now() - at.ms,
    mainMicros: usedByThread,
    processMicros: usedByAll.user + usedByAll.system,
    busy: performance.eventLoopUtilization(at.busy).utilization,
  };
}

/**
 * Returns the processor time of this thread. On kernels that count in ticks, only the scheduler's value is more
 * accurate than 4 ms.
 */
function threadMicros(): number {
  try {
    const [nanoseconds = ''] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1000;
  } catch {
    // Only Linux has the scheduler's file, so other systems use this value.
    const { user, system } = process.threadCpuUsage();
    return user + system;
  }
}
