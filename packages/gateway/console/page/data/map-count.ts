/** The numbers at a node of the map. */

export type Count = {
  readonly text: string;
  /** How many of them failed, which is shown in red; absent if none did. */
  readonly failed?: string;
  /** The whole as a sentence, for the card of the node. */
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

/** @param state of a source, such as `3 waiting`; undefined if nothing waits */
export function countWaiting(state: string): Count | undefined {
  const waiting = /^(\d+) waiting/.exec(state)?.[1];
  if (waiting === undefined || waiting === '0') return undefined;
  return { text: `${waiting} waiting`, says: `${waiting} waiting` };
}
