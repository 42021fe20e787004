/**
 * Tasks for the end of a turn of the event loop. All tasks share one `setImmediate`, because a separate `setImmediate`
 * for each task would cost as much as counting a request. The events for functions are not among these tasks.
 */
let waiting: (() => void)[] = [];

/** Runs `task` once, after the other work of this turn of the event loop. The task must not throw. */
export function runAtTurnEnd(task: () => void): void {
  if (waiting.push(task) === 1) setImmediate(runAll);
}

function runAll(): void {
  const tasks = waiting;
  // The list is replaced before the tasks run, so that a failing task does not block later turns.
  waiting = [];
  for (const task of tasks) task();
}
