/** Bounds of work that a busy machine does not stretch: processor time of this process, not of the clock. */

/** Milliseconds of processor time that `run` took. */
export function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
