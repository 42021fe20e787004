/**
 * Tasks for the end of a turn of the event loop. They share one immediate, because one immediate per task would cost as
 * much as counting a request. Events for functions do not wait here.
 */
let waiting: (() => void)[] = [];

/** Runs `task` once, after the other work of this turn of the event loop. The task must not throw. */
export function runAtTurnEnd(task: () => void): void {
  if (waiting.push(task) === 1) setImmediate(runAll);
}

function runAll(): void {
  const tasks = waiting;
  // The list is reset first, so that a failing task does not block later turns.
  waiting = [];
  for (const task of tasks) task();
}
