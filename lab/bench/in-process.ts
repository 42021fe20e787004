/** The process of a gateway that measures itself while another process asks it (under-load.ts). */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createGateway, createStreamSink, START_OPTIONS } from '../../packages/gateway/engine/index.ts';
import type { Listening } from '../../packages/gateway/engine/index.ts';

/** What the process says: that it listens, then once what it has measured. */
export type ChildMessage<Measured> =
  | ({ readonly kind: 'ready' } & Pick<Listening, 'apis'>)
  | { readonly kind: 'measured'; readonly measured: Measured };

export type Block = {
  readonly requests: number;
  readonly tookMs: number;
  /** Processor time of the thread that serves, and of the whole process, which collects garbage beside it. */
  readonly mainMicros: number;
  readonly processMicros: number;
  /** Share of the time in which the serving thread had something to do. */
  readonly busy: number;
};

let requests = 0;

/** Serves the stack named first on the command line, and answers the one order that it gets. */
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
