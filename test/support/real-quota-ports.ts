/** The ports of quotas with this machine's clock and random numbers. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { AgeClock, Random, Timer } from '#shared/ports.ts';

export const REAL_CLOCK: AgeClock = {
  nowEpochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const REAL_RANDOM: Random = {
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
  fraction: () => Math.random(),
};

export const REAL_TIMER: Timer = { pause: (ms) => wait(ms) };
