import { printLogLine } from '../function-log-line.ts';
import { type EventMessage, Job } from './job.ts';
import type { Deadlines, Invocation, InvocationResult, InvokeOptions } from '../../core/ports.ts';

class InvokedJob extends Job {
  readonly #options: InvokeOptions;

  constructor(
    { payload, traceHeader, timeoutMs }: Invocation,
    options: InvokeOptions,
    settle: (result: InvocationResult) => void,
    deadlines: Deadlines,
  ) {
    super(payload, traceHeader, timeoutMs, settle, deadlines);
    this.#options = options;
    const { onLine } = options;
    if (onLine !== undefined) this.hear = (line) => onLine(printLogLine(line));
  }

  override get message(): EventMessage {
    return messageOf(this.payload, this.#options);
  }
}

export function messageOf(payload: string, options: InvokeOptions | undefined): EventMessage {
  const { clientContext, invoked } = options ?? {};
  const isPlain = clientContext === undefined && invoked === undefined;
  return isPlain ? payload : { event: payload, clientContext, invoked };
}

export function makeJob(
  invocation: Invocation,
  settle: (result: InvocationResult) => void,
  deadlines: Deadlines,
): Job {
  const { payload, traceHeader, timeoutMs, options } = invocation;
  return options === undefined
    ? new Job(payload, traceHeader, timeoutMs, settle, deadlines)
    : new InvokedJob(invocation, options, settle, deadlines);
}
