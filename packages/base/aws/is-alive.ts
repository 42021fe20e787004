/** Whether a process runs, other users' processes included. */
export function isAlive(pid: number): boolean {
  // These ids mean groups of processes.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    // Signal 0 only checks, on Windows too.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
