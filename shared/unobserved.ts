/** An observer that does nothing. It is used by tests, the command line, and the gateway's own authorizers. */
import type { Observer } from './ports.ts';

const nothing = (): void => undefined;

export const UNOBSERVED: Observer = {
  count: nothing,
  measure: nothing,
  time: (_metric, work) => work(),
  note: nothing,
};
