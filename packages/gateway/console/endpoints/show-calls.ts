import type { Redactor } from '../records/redact.ts';
import type { ShownCalls } from './inspect-model.ts';

/** Returns calls to AWS, newest first. Signatures, and secrets that functions send or store, are masked. */
export function showCalls(calls: ShownCalls['calls'], redactor: Redactor): ShownCalls['calls'] {
  return calls.toReversed().map((call) => ({
    ...call,
    path: redactor.repeated(call.path),
    query: redactor.query(call.query),
    headers: Object.fromEntries(
      Object.entries(call.headers).map(([name, value]) => [name, redactor.value(name, value)]),
    ),
    ...(call.body !== undefined && { body: redactor.text(call.body) }),
  }));
}
