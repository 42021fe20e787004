/**
 * What waits for the end of a loop turn, behind one immediate for all of it: each of its own costs as much as counting a
 * request. Events for functions are not among it, which nothing shall wait before.
 */
let waiting: (() => void)[] = [];

/** Runs `task` once, after everything else that this turn of the event loop has to do. It must not throw. */
export function atTurnEnd(task: () => void): void {
  if (waiting.push(task) === 1) setImmediate(runAll);
}

function runAll(): void {
  const tasks = waiting;
  // First, so that one that fails leaves no turn without an end.
  waiting = [];
  for (const task of tasks) task();
}
