export type ThreadState = 'starting' | 'ready' | 'draining' | 'ending' | 'over';

/**
 * The states that may follow each state. A thread that starts to drain before it is ready stays in the state
 * `draining`.
 */
const NEXT: Readonly<Record<ThreadState, readonly ThreadState[]>> = {
  starting: ['ready', 'draining', 'ending'],
  ready: ['draining', 'ending'],
  draining: ['ending'],
  ending: ['over'],
  over: [],
};

export function nextState(state: ThreadState, wanted: ThreadState): ThreadState {
  return NEXT[state].includes(wanted) ? wanted : state;
}

export function isEnding(state: ThreadState): boolean {
  return state === 'ending' || state === 'over';
}

export function isDraining(state: ThreadState): boolean {
  return state === 'draining' || isEnding(state);
}
