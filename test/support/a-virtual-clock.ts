/** The ports for calls to AWS, with a virtual clock on which pauses end at once. */
import type { CallPorts } from '../../packages/base/aws/retry.ts';

export function aVirtualClock(fraction = 0.5): { readonly ports: CallPorts; readonly pausesMs: number[] } {
  const pausesMs: number[] = [];
  let nowEpochMs = Date.parse('2026-01-01T00:00:00Z');
  const pause = (ms: number): Promise<void> => {
    pausesMs.push(ms);
    nowEpochMs += ms;
    return Promise.resolve();
  };
  return {
    ports: {
      clock: { nowEpochMs: () => nowEpochMs },
      timer: { pause },
      random: { fraction: () => fraction },
    },
    pausesMs,
  };
}
