/** Counts the calls and the waiting messages that the map shows at its nodes. */

export type Count = {
  readonly text: string;
  /** How many of the calls failed, which is shown in red; absent if none failed. */
  readonly failed?: string;
  /** The count in words, for the card of the node. */
  readonly says: string;
};

/** @returns undefined if there were no calls */
export function countCalls(calls: number, errors: number, noun: 'request' | 'call'): Count | undefined {
  if (calls === 0) return undefined;
  const all = `${calls} ${noun}${calls === 1 ? '' : 's'}`;
  return errors === 0
    ? { text: String(calls), says: all }
    : { text: String(calls), failed: `✗${errors}`, says: `${all}, ${errors} failed` };
}

/**
 * @param state the state of a source, such as `3 waiting`
 * @returns undefined if nothing waits
 */
export function countWaiting(state: string): Count | undefined {
  const waiting = /^(\d+) waiting/.exec(state)?.[1];
  if (waiting === undefined || waiting === '0') return undefined;
  return { text: `${waiting} waiting`, says: `${waiting} waiting` };
}
