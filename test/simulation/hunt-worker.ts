/** One thread's share of many schedules. */
import { parentPort, workerData } from 'node:worker_threads';
import { hunt } from './hunt.ts';
import { modelNamed } from './models.ts';
import { loadShipped } from './shipped.ts';

export type HuntOrder = { readonly model: string; readonly firstSeed: number; readonly schedules: number };

/** The thread's answer: the figures, and a description of the first broken schedule. */
export type HuntReport = {
  readonly schedules: number;
  readonly admissions: number;
  readonly writes: number;
  readonly violation: string | undefined;
};

const { model, firstSeed, schedules } = workerData as HuntOrder;
const { caught, ...figures } = await hunt(modelNamed(model), await loadShipped(), firstSeed, schedules);
const violation =
  caught === undefined ? undefined : `seed ${caught.seed}: ${caught.run.violations.join('; ')}`;
parentPort?.postMessage({ ...figures, violation } satisfies HuntReport);
