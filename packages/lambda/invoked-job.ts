import { printLogLine } from './log-line.ts';
import { type EventMessage, Job } from './job.ts';
import type { Deadlines, Invocation, InvocationResult, InvocationWishes } from '../core/ports.ts';

class InvokedJob extends Job {
  readonly #wishes: InvocationWishes;

  constructor(
    { payload, traceHeader, timeoutMs }: Invocation,
    wishes: InvocationWishes,
    settle: (result: InvocationResult) => void,
    deadlines: Deadlines,
  ) {
    super(payload, traceHeader, timeoutMs, settle, deadlines);
    this.#wishes = wishes;
    const { onLine } = wishes;
    if (onLine !== undefined) this.hear = (line) => onLine(printLogLine(line));
  }

  override get message(): EventMessage {
    return messageOf(this.payload, this.#wishes);
  }
}

export function messageOf(payload: string, wishes: InvocationWishes | undefined): EventMessage {
  const { clientContext, invoked } = wishes ?? {};
  const isPlain = clientContext === undefined && invoked === undefined;
  return isPlain ? payload : { event: payload, clientContext, invoked };
}

export function makeJob(
  invocation: Invocation,
  settle: (result: InvocationResult) => void,
  deadlines: Deadlines,
): Job {
  const { payload, traceHeader, timeoutMs, wishes } = invocation;
  return wishes === undefined
    ? new Job(payload, traceHeader, timeoutMs, settle, deadlines)
    : new InvokedJob(invocation, wishes, settle, deadlines);
}
