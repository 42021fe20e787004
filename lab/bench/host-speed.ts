/** Measures the current speed of the host. Measurements count only while this speed stays the same. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';

/** All values are per second. */
export type HostSpeed = {
  /** Loops of a thousand multiplications. */
  readonly arithmetic: number;
  /** Round trips of a message to a worker thread. */
  readonly messages: number;
  /** Round trips of a byte over a socket of the loopback device. */
  readonly echoes: number;
};

/**
 * Number of slices in a measurement. The fastest slice counts, so that a short interruption does not look like a
 * different host.
 */
const SLICES = 3;
const SLICE_MS = 50;
const MULTIPLICATIONS = 1_000;
/** Maximum ratio of two speeds at which the host counts as unchanged. */
const MOST_RATIO = 1.15;

export async function measureHostSpeed(): Promise<HostSpeed> {
  return {
    arithmetic: await countPerSecond(multiply),
    messages: await measureMessages(),
    echoes: await measureEchoes(),
  };
}

/** Returns whether one of the three speeds differs by more than 15 % between the two measurements. */
export function hasChanged(before: HostSpeed, after: HostSpeed): boolean {
  return (['arithmetic', 'messages', 'echoes'] as const).some((loop) => {
    const [slower, faster] = [before[loop], after[loop]].sort((a, b) => a - b) as [number, number];
    return !(faster / slower <= MOST_RATIO);
  });
}

export function printHostSpeeds(before: HostSpeed, after: HostSpeed): string {
  const pair = (loop: keyof HostSpeed): string => `${toThousands(before[loop])}, ${toThousands(after[loop])}`;
  const speeds = `Host speed before and after, in thousands per second: arithmetic ${pair('arithmetic')}; messages to a worker ${pair('messages')}; loopback echoes ${pair('echoes')}.`;
  const changed = '**The host changed by more than 15 %** during the run.';
  return hasChanged(before, after) ? `${speeds} ${changed}` : speeds;
}

/** Returns why the figures of a run are not published; undefined if the host was as fast after the run as before. */
export function describeRefusal(before: HostSpeed, after: HostSpeed): string | undefined {
  if (!hasChanged(before, after)) return undefined;
  return `docs/performance.md stays as it is. ${printHostSpeeds(before, after)} Repeat the run on a quiet machine.`;
}

function toThousands(perSecond: number): string {
  return (perSecond / 1_000).toFixed(1);
}

async function countPerSecond(loop: () => unknown): Promise<number> {
  let fastest = 0;
  for (let slice = 0; slice < SLICES; slice += 1) fastest = Math.max(fastest, await countInSlice(loop));
  return fastest;
}

async function countInSlice(loop: () => unknown): Promise<number> {
  const fromMs = performance.now();
  let loops = 0;
  let tookMs = 0;
  for (; tookMs < SLICE_MS; tookMs = performance.now() - fromMs) {
    await loop();
    loops += 1;
  }
  return (loops * 1_000) / tookMs;
}

function multiply(): number {
  let product = 1;
  for (let n = 0; n < MULTIPLICATIONS; n += 1) product = (product * 1.000_001 + n) % 1_000_003;
  return product;
}

async function measureMessages(): Promise<number> {
  const code =
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m));";
  const worker = new Worker(code, { eval: true });
  const roundTrip = async (): Promise<void> => {
    worker.postMessage(0);
    await once(worker, 'message');
  };
  try {
    await roundTrip();
    return await countPerSecond(roundTrip);
  } finally {
    await worker.terminate();
  }
}

async function measureEchoes(): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  try {
    await once(socket, 'connect');
    return await countPerSecond(async () => {
      socket.write('.');
      await once(socket, 'data');
    });
  } finally {
    socket.destroy();
    server.close();
  }
}
