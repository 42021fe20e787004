/** The life of an instance that is a thread. */

export type ThreadState = 'starting' | 'ready' | 'draining' | 'ending' | 'over';

/** What may follow; a thread that was told to drain before it is ready stays `draining`. */
const NEXT: Readonly<Record<ThreadState, readonly ThreadState[]>> = {
  starting: ['ready', 'draining', 'ending'],
  ready: ['draining', 'ending'],
  draining: ['ending'],
  ending: ['over'],
  over: [],
};

/** The state that was asked for where the table allows it, the present one otherwise. */
export function stateAfter(state: ThreadState, wanted: ThreadState): ThreadState {
  return NEXT[state].includes(wanted) ? wanted : state;
}

/** It has been ended, or has ended by itself. */
export function isEnding(state: ThreadState): boolean {
  return state === 'ending' || state === 'over';
}

/** It takes no more events. */
export function isDraining(state: ThreadState): boolean {
  return state === 'draining' || isEnding(state);
}
