/** One line for each promise that is tried with drawn inputs. */
import type { DrawnPromise } from './promises.ts';

export const DRAWN_PROMISES: readonly DrawnPromise[] = [];
