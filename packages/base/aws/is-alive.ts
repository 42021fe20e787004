/** Returns whether a process runs, including processes of other users. */
export function isAlive(pid: number): boolean {
  // For `kill`, 0 and negative ids mean groups of processes.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    // Signal 0 only checks whether the process exists, on Windows too.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
