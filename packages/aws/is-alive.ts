/** Whether a process runs: that of somebody else, too. */
export function isAlive(pid: number): boolean {
  // Of these, signals go to groups of processes.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    // Signal 0 asks, on Windows too, and does nothing.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
