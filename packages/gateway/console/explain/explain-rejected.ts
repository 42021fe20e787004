/** Explains a call of a function that a service refused, and whose error the code of the function caught. */
import { titleOf } from '../../kernel/calls/unserved-call.ts';
import { at } from './event-names.ts';
import { withStop } from './reason.ts';
import { adviseThrownError } from './service-advice.ts';
import type { Told } from './event-names.ts';
import type { ToldStep } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** What became of the request: the function handled the error, so that only its status shows how it judged the error. */
export type Outcome = 'succeeded' | 'failed' | 'unknown';

export function explainRejected(
  { functionName, service, operation, target, code, message }: Told<'rejected'>['step'],
  { place, notes = [], tableKey }: Omit<ToldStep, 'step'>,
  times: number,
  outcome: Outcome,
): Reason {
  const name = titleOf(service);
  const about = target === undefined ? '' : ` for ${target}`;
  const often = times === 1 ? '' : ` ${times} times`;
  const written = place === undefined ? ` of ${functionName}` : ` at ${place}`;
  const advice =
    adviseThrownError(code, message, written, { service, tableKey }) ??
    `Correct the call ${operation}${at(place)}, or answer the request in the code that catches ${code} as its caller should see it.`;
  const end = outcome === 'succeeded' ? ', and the request succeeded all the same' : '';
  const condition =
    outcome === 'failed'
      ? ''
      : ` This is needed only if ${operation} should have succeeded for this request.`;
  return {
    because: [
      `${name} refused ${operation}${about}${often}, which the function ${functionName} called${at(place)}, with ${message === '' ? `${code}.` : withStop(`${code}: ${message}`)} The code of the function caught this error${end}.`,
    ],
    changes: notes.length > 0 ? [] : [`${advice}${condition}`],
  };
}
