/**
 * The gateway of `npm run bench -- record`. On command, it switches recording on and off between blocks of requests
 * that arrive without a pause. Both sides are the same process with the same compiled code, instances and connections,
 * so noise of the machine affects both.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { measureBlock, serveAndMeasure } from './in-process.ts';
import type { Block } from './in-process.ts';

export type RecordOrder = {
  readonly warmupMs: number;
  readonly pairs: number;
  /** Duration of a block that is measured. Before each block, the process waits for `settleMs`. */
  readonly blockMs: number;
  readonly settleMs: number;
};

export type BlockPair = { readonly on: Block; readonly off: Block };

let isRecording = false;

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
  // The warm-up runs with and without recording, so that the code of both is compiled.
  for (const untilMs = performance.now() + warmupMs; performance.now() < untilMs;) await measurePair();
  const measured: BlockPair[] = [];
  while (measured.length < pairs) {
    const pair = await measurePair();
    // A block without requests is discarded, because the machine did something else and the time of a request is
    // unknown.
    if (pair.on.requests > 0 && pair.off.requests > 0) measured.push(pair);
  }
  isRecording = true;
  return measured;
}

await serveAndMeasure(measure, {
  recordAll: process.argv.includes('--record-all'),
  isRecording: () => isRecording,
});
