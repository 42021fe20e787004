/** Function and deadline of an integration's call, whatever its kind. */
import type { Mapped } from '../../core/exchange.ts';
import type { Sendable } from '../../core/phases/integrate.ts';

type Outgoing = Sendable['outgoing'];

export type CallFacts = {
  readonly functionName: string | undefined;
  /** Infinity where nothing is called. */
  readonly timeoutMs: number;
  /** Lambda answers before the function runs. */
  readonly isAsynchronous: boolean;
};

export function callOf({ outgoing, stage }: Pick<Mapped, 'outgoing' | 'stage'>): CallFacts {
  switch (outgoing.kind) {
    case 'lambda-proxy':
    case 'lambda-stream': {
      const functionName = outgoing.functionName.render(stage.variables);
      return { functionName, timeoutMs: outgoing.timeoutMs, isAsynchronous: false };
    }
    case 'function': {
      const { functionName, plan, isAsynchronous } = outgoing;
      return { functionName, timeoutMs: plan.timeoutMs, isAsynchronous };
    }
    case 'mock':
      return { functionName: undefined, timeoutMs: Infinity, isAsynchronous: false };
    default:
      return { functionName: undefined, timeoutMs: outgoing.request.timeoutMs, isAsynchronous: false };
  }
}

/** The same call with what is left of its time. */
export function withLessTime(outgoing: Outgoing, passedMs: number): Outgoing {
  if (passedMs === 0) return outgoing;
  switch (outgoing.kind) {
    case 'lambda-proxy':
    case 'lambda-stream':
      return { ...outgoing, timeoutMs: outgoing.timeoutMs - passedMs };
    case 'function':
      return { ...outgoing, plan: { ...outgoing.plan, timeoutMs: outgoing.plan.timeoutMs - passedMs } };
    case 'mock':
      return outgoing;
    case 'http':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'http-api':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'http-stream':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'service':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
    case 'http-api-service':
      return { ...outgoing, request: lessTime(outgoing.request, passedMs) };
  }
}

function lessTime<Request extends { readonly timeoutMs: number }>(
  request: Request,
  passedMs: number,
): Request {
  return { ...request, timeoutMs: request.timeoutMs - passedMs };
}
