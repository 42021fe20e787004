import type { Random, Timer } from '../ports.ts';

/**
 * Pauses before a write is repeated, because another process was faster or the table was overloaded. The pause is
 * random, because the processes would otherwise collide again.
 * @param attempt starts at 0; each further pause is twice as long
 */
export function backOff(
  { timer, random }: { readonly timer: Timer; readonly random: Pick<Random, 'fraction'> },
  attempt: number,
  baseMs = 20,
): Promise<void> {
  return timer.pause(baseMs * 2 ** attempt * (0.5 + random.fraction()));
}
