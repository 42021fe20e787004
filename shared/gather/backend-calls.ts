/**
 * The HTTP calls of one part. They forward the caller's trace and identity, end at the part's deadline, and use the
 * given policy.
 */
import { DomainError } from '../errors.ts';
import { dropBody, readJson } from './answer-body.ts';
import type { CallPolicy } from '../resilience/policy.ts';
import type { ForwardedFields } from './forwarded-fields.ts';
import type { SharedCalls } from './shared-calls.ts';

export type BackendInit = Omit<RequestInit, 'signal'> & {
  /**
   * The policy that guards the call. It retries and hedges only if the call is idempotent.
   */
  readonly policy?: CallPolicy;
  /**
   * Whether the call may be made twice, and shared by parts that make the same call. The default is true for GET and
   * HEAD, and false for other methods. Calls with other methods are never shared.
   */
  readonly idempotent?: boolean;
};

/** Fetches one URL. The result is whatever the backend returns, including 404 and 500. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The functions with which a part calls backends. */
export interface BackendCalls {
  /**
   * Aborted at the part's deadline, and when the reply is decided without the part. Pass it to clients that accept a
   * signal.
   */
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  /**
   * Returns the backend's response, whatever its status. Redirects are not followed.
   * @throws DomainError ORIGIN_UNLISTED if `Authorization` is set for an origin that is not in `identityTo`
   */
  readonly fetch: (url: string | URL, init?: BackendInit) => Promise<Response>;
  /**
   * Returns the JSON body of a 2xx response, at most 10 MiB, parsed by `parse`.
   * @throws BackendStatus for any other status
   */
  readonly json: <T>(url: string | URL, parse: (body: unknown) => T, init?: BackendInit) => Promise<T>;
}

/**
 * A backend has responded with a status other than 2xx.
 *
 * @example
 * ```ts
 * import { BackendStatus, createGather } from 'gatewright/gather';
 *
 * const gather = createGather({ fetch: async () => new Response(null, { status: 404 }) });
 * let status = 0;
 * await gather(
 *   { event: {} },
 *   {
 *     order: async ({ json }) => {
 *       try {
 *         return await json('https://orders.example/o-9', String);
 *       } catch (error) {
 *         if (error instanceof BackendStatus) status = error.status;
 *         throw error;
 *       }
 *     },
 *   },
 * );
 * status // → 404
 * ```
 */
export class BackendStatus extends DomainError {
  readonly status: number;

  constructor(origin: string, status: number) {
    super('BACKEND_FAILED', `${origin} answered ${status}`);
    this.status = status;
  }
}

export type CallPorts = {
  readonly fetch: Fetch;
  readonly fields: ForwardedFields;
  readonly shared: SharedCalls;
  /** Remaining time of the whole gathering. */
  readonly remainingMs: () => number;
};

const SAFE = new Set(['GET', 'HEAD']);

export function createBackendCalls(
  { fetch, fields, shared, remainingMs }: CallPorts,
  part: { readonly signal: AbortSignal; readonly remainingMs: () => number },
): BackendCalls {
  const call = async (url: string | URL, init: BackendInit = {}): Promise<Response> => {
    const { policy, idempotent: mayRepeat, ...request } = init;
    const target = new URL(url);
    const method = (request.method ?? 'GET').toUpperCase();
    const isShared = SAFE.has(method) && mayRepeat !== false;
    const headers = fields.headersFor(target, request.headers);
    const send = (signal: AbortSignal): Promise<Response> =>
      // A redirect could point to an origin that is not listed.
      fetch(target.href, { ...request, method, headers, signal, redirect: 'manual' });
    const guarded = async (signal: AbortSignal): Promise<Response> => {
      if (policy === undefined) return await send(signal);
      const answers: Response[] = [];
      const attempt = async (own: AbortSignal): Promise<Response> => {
        // The policy ends an attempt when the headers have arrived. The call's own signal is passed as well, because it
        // must also end the reading of the body.
        const answer = await send(AbortSignal.any([own, signal]));
        answers.push(answer);
        return answer;
      };
      const answer = await policy.run((one) => attempt(one.signal), {
        idempotent: mayRepeat ?? isShared,
        // If several parts share a call, the call continues until the last of their deadlines.
        remainingMs: isShared ? remainingMs : part.remainingMs,
        signal,
      });
      for (const other of answers) if (other !== answer) dropBody(other);
      return answer;
    };
    if (!isShared) return await guarded(part.signal);
    const key = JSON.stringify([method, target.href, [...headers], policy?.name]);
    return await shared.join(key, part.signal, guarded);
  };
  return {
    ...part,
    fetch: call,
    async json(url, parse, init) {
      const answer = await call(url, init);
      const { origin } = new URL(url);
      if (answer.ok) return parse(await readJson(answer, origin));
      dropBody(answer);
      throw new BackendStatus(origin, answer.status);
    },
  };
}
