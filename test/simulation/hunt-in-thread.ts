/**
 * Hunts in a thread of its own: several side by side, and none slowed down by what a test runner records of every
 * promise.
 */
import { Worker } from 'node:worker_threads';
import type { HuntOrder, HuntReport } from './hunt-worker.ts';

/** @throws when the thread ends without a report */
export function huntInThread(order: HuntOrder): Promise<HuntReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./hunt-worker.ts', import.meta.url), { workerData: order });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread of the simulation ended with code ${code}`)));
  });
}
