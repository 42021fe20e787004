/**
 * Measures work by the processor time of this process, which a busy machine does not lengthen as it lengthens the time
 * on the clock.
 */

/** Milliseconds of processor time that `run` took. */
export function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
