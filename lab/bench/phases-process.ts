/**
 * The gateway that `npm run bench -- phases` measures. It samples itself, without measuring code in the request path.
 */
import { Session } from 'node:inspector/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { measureBlock, serveAndMeasure } from './in-process.ts';
import type { HeapProfiler, Profiler } from 'node:inspector';
import type { Block } from './in-process.ts';

export type PhasesOrder = { readonly warmupMs: number; readonly blockMs: number };

export type PhasesMeasured = {
  /** Figures measured without a profiler, because the time that a profiler itself takes would distort them. */
  readonly plain: Block;
  readonly cpu: { readonly profile: Profiler.Profile; readonly requests: number };
  readonly heap: { readonly head: HeapProfiler.SamplingHeapProfileNode; readonly requests: number };
};

const SAMPLE_US = 250;
const SAMPLE_BYTES = 8_192;

async function measure({ warmupMs, blockMs }: PhasesOrder): Promise<PhasesMeasured> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  // V8 records inlining only while it is profiled. The code that it compiles during this warm-up is the code that runs
  // later.
  await session.post('Profiler.start');
  await wait(warmupMs);
  await session.post('Profiler.stop');
  const plain = await measureBlock(blockMs);
  await session.post('Profiler.start');
  const sampled = await measureBlock(2 * blockMs);
  const { profile } = await session.post('Profiler.stop');
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLE_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  const filled = await measureBlock(blockMs);
  const { head } = (await session.post('HeapProfiler.stopSampling')).profile;
  session.disconnect();
  return {
    plain,
    cpu: { profile, requests: sampled.requests },
    heap: { head, requests: filled.requests },
  };
}

await serveAndMeasure(measure);
