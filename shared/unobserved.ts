/** The observer of what runs where nobody counts: tests, the command line, the gateway's own authorizers. */
import type { Observer } from './ports.ts';

const nothing = (): void => undefined;

export const UNOBSERVED: Observer = {
  count: nothing,
  measure: nothing,
  time: (_metric, work) => work(),
  note: nothing,
};
