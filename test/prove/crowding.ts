/**
 * Crowds of clients on one gateway: 400 that each withhold the end of a body of 10 MB, over both versions of HTTP, and
 * 2,000 that call a function in a loop. Measures what other clients get in the meantime, and how much memory the
 * process uses.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startSoakedGateway } from './soak/soaked-gateway.ts';
import type { SoakedGateway } from './soak/soaked-gateway.ts';
import { LargeBodies } from './crowding/large-bodies.ts';
import type { Version } from './crowding/large-bodies.ts';
import { askInLoop, percentileMs } from './crowding/loop-clients.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

type Size = {
  readonly bodies: number;
  readonly heldMs: number;
  readonly loops: number;
  readonly loopMs: number;
};
const FULL: Size = { bodies: 400, heldMs: 20_000, loops: 2_000, loopMs: 20_000 };
const QUICK: Size = { bodies: 60, heldMs: 8_000, loops: 200, loopMs: 5_000 };

const MB = 1024 ** 2;
const RESIDENT_MB = 600;
/**
 * The tolerance above the memory that the process used before, because a heap does not shrink to exactly the earlier
 * size.
 */
const BACK_MB = 100;
const BACK_WITHIN_MS = 10_000;
/**
 * The number of small requests before the memory is first measured, because a heap that has been used is larger than a
 * new one.
 */
const WARM_UP = 5_000;
const SMALL_BODY = Buffer.alloc(10_240, 'x');
const OPTIONS = ['--no-record', '--no-reload'];
const LOOK_EVERY_MS = 100;

export const crowding: Proof = {
  name: 'crowding',
  claim:
    'while 400 clients each withhold the last byte of a body of 10 MB, over HTTP/1.1 and HTTP/2, the process stays below 600 MB, and every POST of 10 KB by another client gets 200; 10 s after they have left, the memory has been freed. While 2,000 clients call a function of 1 ms in a loop, no client gets a 5xx, and a single other client waits at most twice as long as their median',
  quick: false,
  run: async ({ quick }) => {
    if (process.platform !== 'linux')
      return {
        kind: 'skipped',
        reason: 'the proof reads memory from /proc, which this system does not have',
      };
    const size = quick ? QUICK : FULL;
    const wrong: string[] = [];
    const figures = {
      http1: await withGateway([], (gateway) => holdBodies(gateway, 'HTTP/1.1', size, wrong)),
      http2: await withGateway(['--tls'], (gateway) => holdBodies(gateway, 'HTTP/2', size, wrong)),
      loop: await withGateway([], (gateway) => callInLoop(gateway, size, wrong)),
    };
    console.log(JSON.stringify(figures, undefined, 2));
    const outcome: Outcome = { kind: 'proven', figures, isPart: quick };
    return wrong.length === 0 ? outcome : { kind: 'refuted', reason: wrong.join('; '), figures };
  },
};

async function withGateway(
  options: readonly string[],
  run: (gateway: SoakedGateway) => Promise<Figures>,
): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-crowding-'));
  writeService(join(folder, 'service'));
  const gateway = await startSoakedGateway(join(folder, 'service'), join(folder, 'data'), [
    ...OPTIONS,
    ...options,
  ]);
  try {
    return await run(gateway);
  } finally {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Serves a function that takes about 1 ms, and another function. */
function writeService(folder: string): void {
  const fn = (path: string): object => ({
    Type: 'AWS::Serverless::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      CodeUri: 'src',
      Events: { any: { Type: 'HttpApi', Properties: { Path: path, Method: 'any' } } },
    },
  });
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(
    join(folder, 'src/index.js'),
    'exports.handler = () => new Promise((done) => setTimeout(done, 1, { statusCode: 200, body: "ok" }));',
  );
  const Resources = { Crowd: fn('/crowd'), Lone: fn('/lone') };
  const Transform = 'AWS::Serverless-2016-10-31';
  writeFileSync(join(folder, 'template.json'), JSON.stringify({ Transform, Resources }));
}

function residentMb({ pid }: SoakedGateway): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round((Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024) / MB);
}

async function holdBodies(
  gateway: SoakedGateway,
  version: Version,
  { bodies, heldMs }: Size,
  wrong: string[],
): Promise<Figures> {
  const url = gateway.urlOf('http');
  await askInLoop(new URL('lone', url), 1, { isOver: oneAfterAnother(WARM_UP), body: SMALL_BODY });
  const beforeMb = residentMb(gateway);
  let peakMb = beforeMb;
  const look = setInterval(() => (peakMb = Math.max(peakMb, residentMb(gateway))), LOOK_EVERY_MS);
  let isOver = false;
  const asking = askInLoop(new URL('lone', url), 1, { isOver: () => isOver, body: SMALL_BODY });
  const held = await LargeBodies.open(new URL('crowd', url), version, bodies);
  await wait(heldMs);
  const { answers } = held;
  held.end();
  isOver = true;
  const beside = await asking;
  clearInterval(look);
  const backMs = await waitForMemory(gateway, beforeMb + BACK_MB);
  if (peakMb > RESIDENT_MB) wrong.push(`${version}: ${peakMb} MB resident`);
  if (Object.keys(beside.statuses).some((status) => status !== '200'))
    wrong.push(`${version}: small POSTs got ${JSON.stringify(beside.statuses)}`);
  if (backMs > BACK_WITHIN_MS) wrong.push(`${version}: the memory was not freed within ${BACK_WITHIN_MS} ms`);
  const waits = { p50Ms: percentileMs(beside.tookMs, 50), p99Ms: percentileMs(beside.tookMs, 99) };
  return {
    beforeMb,
    peakMb,
    backMs,
    afterMb: residentMb(gateway),
    answers,
    small: { ...beside.statuses, ...waits },
  };
}

/**
 * @returns the time in ms until at most this much memory is resident; slightly more than the limit if this did not
 * happen
 */
async function waitForMemory(gateway: SoakedGateway, mostMb: number): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const tookMs = Math.round(performance.now() - startedMs);
    if (residentMb(gateway) <= mostMb || tookMs > BACK_WITHIN_MS) return tookMs;
    await wait(LOOK_EVERY_MS);
  }
}

async function callInLoop(
  gateway: SoakedGateway,
  { loops, loopMs }: Size,
  wrong: string[],
): Promise<Figures> {
  const url = gateway.urlOf('http');
  const [crowdUrl, loneUrl] = [new URL('crowd', url), new URL('lone', url)];
  await askInLoop(loneUrl, 1, { isOver: oneAfterAnother(100) });
  // The time that a client waits for its connection is not counted.
  const served = new Set<number>();
  const begun = Promise.withResolvers<undefined>();
  let endMs = Infinity;
  const isOver = (): boolean => performance.now() > endMs;
  const isCounted = (client: number): boolean => {
    const isBegun = served.size === loops;
    if (!isBegun && served.add(client).size === loops) begun.resolve(undefined);
    return isBegun;
  };
  const asking = askInLoop(crowdUrl, loops, { isOver, isCounted });
  await begun.promise;
  endMs = performance.now() + loopMs;
  const [crowd, lone] = await Promise.all([asking, askInLoop(loneUrl, 1, { isOver })]);
  const medianMs = percentileMs(crowd.tookMs, 50);
  const loneMs = percentileMs(lone.tookMs, 99);
  for (const { statuses } of [crowd, lone])
    if (Object.keys(statuses).some((status) => status !== '200'))
      wrong.push(`loop: ${JSON.stringify(statuses)}`);
  if (loneMs > 2 * medianMs)
    wrong.push(`a lone client waits ${loneMs} ms at p99, the crowd ${medianMs} at p50`);
  return {
    crowd: { ...crowd.statuses, p50Ms: medianMs, p99Ms: percentileMs(crowd.tookMs, 99) },
    lone: { ...lone.statuses, p50Ms: percentileMs(lone.tookMs, 50), p99Ms: loneMs },
  };
}

function oneAfterAnother(times: number): () => boolean {
  let left = times;
  return () => (left -= 1) < 0;
}
