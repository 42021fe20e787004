/** Makes equal calls within one gathering only once. Each part that needs the response gets a copy. */
import { dropBody } from './answer-body.ts';

type SharedCall = {
  readonly answer: Promise<Response>;
  readonly controller: AbortController;
  consumers: number;
};

export class SharedCalls {
  readonly #calls = new Map<string, SharedCall>();

  /**
   * Joins the call with this key, even if the call has ended. If there is no such call, starts it. The call is aborted
   * when all parts that joined it have given up.
   * @throws the signal's reason, or what the call throws
   */
  async join(
    key: string,
    signal: AbortSignal,
    make: (signal: AbortSignal) => Promise<Response>,
  ): Promise<Response> {
    const call = this.#calls.get(key) ?? this.#start(key, make);
    call.consumers += 1;
    const givenUp = new Promise<never>((_, reject) => {
      const giveUp = (): void => {
        this.#leave(key, call, signal.reason);
        reject(signal.reason as Error);
      };
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
    const answer = await Promise.race([call.answer, givenUp]);
    return answer.clone();
  }

  /**
   * Cancels the original responses. Parts read only copies, and an original whose body is not read would keep its
   * connection open.
   */
  async close(): Promise<void> {
    const answers = await Promise.allSettled([...this.#calls.values()].map(({ answer }) => answer));
    for (const one of answers) if (one.status === 'fulfilled') dropBody(one.value);
  }

  #leave(key: string, call: SharedCall, reason: unknown): void {
    call.consumers -= 1;
    if (call.consumers > 0) return;
    // The aborted call is removed, because a later part must not get its response.
    this.#calls.delete(key);
    call.controller.abort(reason);
  }

  #start(key: string, make: (signal: AbortSignal) => Promise<Response>): SharedCall {
    const controller = new AbortController();
    const call = { answer: make(controller.signal), controller, consumers: 0 };
    // Prevents an unhandled rejection. Parts that are still waiting receive the error through their own promises.
    call.answer.catch(() => undefined);
    this.#calls.set(key, call);
    return call;
  }
}
