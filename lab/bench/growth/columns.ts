/** Columns that several axes share. */
import type { Column } from './axis.ts';

export const PER_SECOND: Column = {
  key: 'requestsPerSecond',
  title: 'requests/s',
  isRate: true,
  atMost: 'flat',
};
export const P99: Column = { key: 'p99Ms', title: 'p99, ms', digits: 1 };
export const CPU: Column = {
  key: 'cpuMicros',
  title: 'processor time per request, µs',
  digits: 1,
  atMost: 'flat',
};
export const START: Column = { key: 'startMs', title: 'start, ms', atMost: 'linear' };
export const MEMORY: Column = { key: 'rssMb', title: 'memory, MB', atMost: 'linear' };

export const OF_REQUESTS: readonly Column[] = [PER_SECOND, P99, CPU];
