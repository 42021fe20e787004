/**
 * Builds one reply from several backends. Parts run in parallel, each within its deadline. Each part specifies what
 * happens if it fails: it is omitted, it is replaced, or the gathering ends. Once the reply is decided, calls that are
 * still running are cancelled.
 */
import { remainingTimeOf } from '../aws/remaining-time.ts';
import { DomainError } from '../errors.ts';
import type { Countdown } from '../ports.ts';
import { runWithin } from '../resilience/deadline.ts';
import { createBackendCalls } from './backend-calls.ts';
import type { BackendCalls, CallPorts, Fetch } from './backend-calls.ts';
import { ForwardedFields } from './forwarded-fields.ts';
import { describeFailure } from './part-failure.ts';
import type { PartFailure } from './part-failure.ts';
import { SharedCalls } from './shared-calls.ts';

export type Source<T> = (calls: BackendCalls) => Promise<T>;

/** A part of the reply. If only a function is given, the part is optional. */
export type Part<T> =
  | Source<T>
  | {
      readonly from: Source<T>;
      /** Deadline of the part. Default: the deadline of the whole gathering. */
      readonly timeoutMs?: number;
      /** Whether the part is required. If a required part without a fallback fails, `gather()` throws GatherFailed. */
      readonly required?: boolean;
      /** The value that replaces a failed part. */
      readonly fallback?: (failure: PartFailure) => T;
    };

export type Parts = Readonly<Record<string, Part<unknown>>>;

type Value<P> =
  P extends Source<infer T>
    ? T | undefined
    : P extends { readonly from: Source<infer T>; readonly required: true }
      ? T
      : P extends { readonly from: Source<infer T>; readonly fallback: (failure: PartFailure) => infer F }
        ? T | F
        : P extends { readonly from: Source<infer T> }
          ? T | undefined
          : never;

export type Gathered<P extends Parts> = {
  readonly values: { readonly [K in keyof P]: Value<P[K]> };
  /** Failures by part. A failed part has either no value, or its fallback as value. */
  readonly failures: { readonly [K in keyof P]?: PartFailure };
  /** Whether any part has failed. */
  readonly isPartial: boolean;
};

/**
 * A required part without a fallback has failed, or a part's fallback has thrown an error.
 *
 * @example
 * ```ts
 * import { createGather, GatherFailed } from 'gatewright/gather';
 *
 * const gather = createGather({ fetch: async () => new Response(null, { status: 503 }) });
 * let part = '';
 * try {
 *   await gather(
 *     { event: {} },
 *     { order: { from: ({ json }) => json('https://orders.example/o-1', String), required: true } },
 *   );
 * } catch (error) {
 *   if (error instanceof GatherFailed) part = error.part;
 * }
 * part // → 'order'
 * ```
 */
export class GatherFailed extends DomainError {
  readonly part: string;
  readonly failures: Readonly<Record<string, PartFailure>>;

  constructor(part: string, failures: Readonly<Record<string, PartFailure>>) {
    const failure = failures[part];
    const message = `the part ${part}, which the reply needs, has failed: ${failure?.reason ?? 'error'}`;
    super('BACKEND_FAILED', message, { cause: failure?.error });
    this.part = part;
    this.failures = failures;
  }
}

export type GatherRules = {
  readonly event: unknown;
  /** Lambda's context. It limits all parts, which end `marginMs` before the invocation does. */
  readonly context?: unknown;
  /** Deadline of all parts together. Default: the remaining time of the invocation, at most 29 seconds. */
  readonly timeoutMs?: number;
  readonly marginMs?: number;
  /** Returns true if the reply can be decided before all parts have ended. */
  readonly isEnough?: (values: Readonly<Record<string, unknown>>) => boolean;
};

export type GatherPorts = {
  readonly fetch: Fetch;
  readonly countdown: Countdown;
  readonly monotonicMs: () => number;
};

/**
 * Maximum default deadline of a gathering. It is API Gateway's timeout for an integration, unless the quota of a REST
 * API was raised.
 */
const LONGEST_MS = 29_000;
/** Time reserved for sending the reply and for the handler's remaining work. */
const MARGIN_MS = 200;
/** Maximum value of each time setting. It is the maximum run time of a Lambda invocation. */
const MOST_MS = 900_000;

export async function gatherParts<P extends Parts>(
  ports: GatherPorts,
  identityTo: ReadonlySet<string>,
  rules: GatherRules,
  parts: P,
): Promise<Gathered<P>> {
  checkTimes(rules, parts);
  const fields = new ForwardedFields(rules.event, identityTo);
  return (await new Gathering(ports, fields, rules).run(parts)) as Gathered<P>;
}

/**
 * Checks the time settings of the gathering and its parts.
 * @throws DomainError CONFIG_INVALID if a setting is not a number, or is too large
 */
function checkTimes({ timeoutMs, marginMs }: GatherRules, parts: Parts): void {
  const ofParts = Object.entries(parts).map(
    ([name, part]) => [`timeoutMs of ${name}`, settingsOf(part).timeoutMs] as const,
  );
  for (const [name, ms = 0] of [['timeoutMs', timeoutMs], ['marginMs', marginMs], ...ofParts] as const)
    if (typeof ms !== 'number' || !(ms <= MOST_MS))
      throw new DomainError(
        'CONFIG_INVALID',
        `${name} must be a number of at most ${MOST_MS}, not ${String(ms)}`,
      );
}

class Gathering {
  readonly #ports: GatherPorts;
  readonly #calls: CallPorts;
  readonly #rules: GatherRules;
  readonly #decided = new AbortController();
  readonly #endsMs: number;
  readonly #values: Record<string, unknown> = {};
  readonly #failures: Record<string, PartFailure> = {};

  constructor(ports: GatherPorts, fields: ForwardedFields, rules: GatherRules) {
    this.#ports = ports;
    this.#rules = rules;
    const remainingMs = (): number => this.#leftMs();
    this.#calls = { fetch: ports.fetch, fields, shared: new SharedCalls(), remainingMs };
    const { context, timeoutMs = LONGEST_MS, marginMs = MARGIN_MS } = rules;
    const leftMs = remainingTimeOf(context)() - marginMs;
    this.#endsMs = ports.monotonicMs() + Math.min(timeoutMs, leftMs);
  }

  async run(parts: Parts): Promise<Gathered<Parts>> {
    const names = Object.keys(parts);
    try {
      await this.#untilDecided(parts);
    } finally {
      this.#decided.abort(new DomainError('CALL_CANCELLED', 'the reply was decided without this call'));
      void this.#calls.shared.close();
      this.#noteCancelled(names, parts);
    }
    const failures = { ...this.#failures };
    return { values: { ...this.#values }, failures, isPartial: Object.keys(failures).length > 0 };
  }

  /**
   * Runs the parts until the reply is decided.
   * @throws GatherFailed if a required part fails
   */
  #untilDecided(parts: Parts): Promise<void> {
    return new Promise((decide, refuse) => {
      const running = Object.entries(parts).map(async ([name, part]) => {
        const isFatal = await this.#runPart(name, part);
        if (this.#decided.signal.aborted) return;
        if (isFatal) refuse(new GatherFailed(name, this.#failures));
        else if (this.#hasRequired(parts) && this.#rules.isEnough?.(this.#values) === true) decide();
      });
      void Promise.all(running).then(() => decide(), refuse);
    });
  }

  #hasRequired(parts: Parts): boolean {
    return Object.entries(parts).every(
      ([name, part]) => settingsOf(part).required !== true || Object.hasOwn(this.#values, name),
    );
  }

  /**
   * Runs a part.
   * @returns whether the part failed and the reply is therefore impossible
   */
  async #runPart(name: string, part: Part<unknown>): Promise<boolean> {
    const { from, timeoutMs = Infinity, required = false, fallback } = settingsOf(part);
    const ms = Math.min(timeoutMs, this.#leftMs());
    const endsMs = this.#ports.monotonicMs() + ms;
    const remainingMs = (): number => endsMs - this.#ports.monotonicMs();
    const { countdown } = this.#ports;
    try {
      const value = await runWithin({ ms, countdown, signal: this.#decided.signal }, (signal) =>
        from(createBackendCalls(this.#calls, { signal, remainingMs })),
      );
      if (!this.#decided.signal.aborted) this.#values[name] = value;
      return false;
    } catch (error) {
      if (this.#decided.signal.aborted) return false;
      this.#fail(name, part, error);
      return required && fallback === undefined;
    }
  }

  /**
   * Records the failure of a part and its fallback.
   * @throws GatherFailed if the fallback throws, because a value that the part's type promises is then missing
   */
  #fail(name: string, part: Part<unknown>, error: unknown): void {
    const failure = describeFailure(error);
    this.#failures[name] = failure;
    const { fallback } = settingsOf(part);
    if (fallback === undefined) return;
    try {
      this.#values[name] = fallback(failure);
    } catch (cause) {
      this.#failures[name] = { ...failure, error: cause };
      throw new GatherFailed(name, this.#failures);
    }
  }

  #noteCancelled(names: readonly string[], parts: Parts): void {
    const open = names.filter(
      (name) => !Object.hasOwn(this.#values, name) && !Object.hasOwn(this.#failures, name),
    );
    for (const name of open) {
      const part = parts[name];
      if (part !== undefined) this.#fail(name, part, this.#decided.signal.reason);
    }
  }

  #leftMs(): number {
    return this.#endsMs - this.#ports.monotonicMs();
  }
}

function settingsOf(part: Part<unknown>): Exclude<Part<unknown>, Source<unknown>> {
  return typeof part === 'function' ? { from: part } : part;
}
