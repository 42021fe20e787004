/** Clock, random numbers, timers and network of the process in which a handler runs. */
import type { AgeClock, Countdown, Random, Timer } from './ports.ts';
import { randomHex } from './random-hex.ts';

export const CLOCK: AgeClock = { nowEpochMs: () => Date.now(), monotonicMs: () => performance.now() };

export const RANDOM: Random = { hex: randomHex, fraction: () => Math.random() };

export const TIMER: Timer = { pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };

export const COUNTDOWN: Countdown = {
  start(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Calls the global `fetch`. It is looked up at each call, so that a replacement made later is used. */
export const FETCH = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);
