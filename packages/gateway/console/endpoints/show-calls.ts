import type { Redactor } from '../records/redact.ts';

type Call = {
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Returns calls to AWS, newest first. Signatures, and secrets that functions send or store, are masked. */
export function showCalls(calls: readonly Call[], redactor: Redactor): readonly Call[] {
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
