/**
 * An answer cache in front of one handler. It takes the response from the table or from the handler. Usually only one
 * request at a time calls the handler for an entry, while the others wait for its response, but not too long. A failure
 * of the table never fails a request.
 */
import type { AgeClock, Random, Timer } from '../ports.ts';
import { parseAnswer, toReply, withEntityTag } from './answer.ts';
import type { CacheableAnswer, CachedReply } from './answer.ts';
import { keyHeaders } from './cache-key.ts';
import type { Sharing } from './cache-key.ts';
import { headerOf } from './cached-request.ts';
import type { CachedRequest } from './cached-request.ts';
import { wantsFreshAnswer, parseDirectives } from './directives.ts';
import { releaseEntryLease, storeEntry, readAnswer, readEntry, takeLease, timesOf } from './entry-store.ts';
import type { EntryPorts, EntryState } from './entry-store.ts';
import { labelsOf } from './entry-labels.ts';
import { FILLS_PER_MINUTE, mayFill } from './fill-limit.ts';
import { findEntry } from './find-entry.ts';
import type { EntryRules } from './find-entry.ts';
import { lifetimeOf } from './lifetime.ts';

export type RefreshRules<Event> = {
  /** Whether this caller may refresh a cached response. Without this function, no caller may. */
  readonly isAllowed?: (event: Event) => boolean;
  /**
   * What happens if a caller who may not refresh asks for a fresh response. Names and default are the same as for API
   * Gateway's stage cache.
   */
  readonly otherwise?: 'FAIL_WITH_403' | 'SUCCEED_WITH_RESPONSE_HEADER' | 'SUCCEED_WITHOUT_RESPONSE_HEADER';
};

export type ResponseCacheRules<Event> = EntryRules<Event> & {
  /** Lifetime in seconds if the response's own Cache-Control does not set one. At most one day. */
  readonly ttlSeconds: number;
  /** Lifetime of 404 and 410 responses. Default: 0, which means not cached. */
  readonly negativeTtlSeconds?: number;
  /** How long callers may get an expired response while one request renews it. Default: 0. */
  readonly staleWhileRevalidateSeconds?: number;
  /** Returns the response's tags, at most 32. Entries can be invalidated by tag. */
  readonly tags?: (event: Event, response: unknown) => readonly string[];
  readonly refresh?: RefreshRules<Event>;
  /** How long a request waits for a response that another request is producing. Default: 5000. */
  readonly waitMs?: number;
  /**
   * How long one request may run the handler exclusively. After this time, another request also calls the handler.
   * Default: 30000, API Gateway's maximum.
   */
  readonly leaseMs?: number;
  /** Maximum number of entries that requests from one address may create in a minute. Default: 600. */
  readonly fillsPerMinute?: number;
};

export type ResponseCachePorts = EntryPorts & {
  readonly clock: Pick<AgeClock, 'nowEpochMs'>;
  readonly random: Random;
  readonly timer: Timer;
};

export type CacheLookup =
  | { readonly kind: 'answered'; readonly reply: CachedReply }
  /** The handler must be called. Pass its response to `settle`, or undefined if the handler failed. */
  | { readonly kind: 'ask'; readonly settle: (response: unknown) => Promise<unknown> };

const WARNING = '199 Cache-Control header is not authorized';
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

export class AnswerCache<Event> {
  readonly #ports: ResponseCachePorts;
  readonly #rules: ResponseCacheRules<Event>;

  constructor(ports: ResponseCachePorts, rules: ResponseCacheRules<Event>) {
    this.#ports = ports;
    this.#rules = rules;
  }

  async look(event: Event, remainingMs: () => number): Promise<CacheLookup> {
    const found = findEntry(event, this.#rules);
    if (found.kind === 'none') return PASSED;
    const { request } = found;
    if (found.kind === 'bypass') return handlerReply(request, `fwd=bypass; detail=${found.reason}`);
    const directives = parseDirectives(headerOf(request, 'cache-control'));
    const wantsFresh = wantsFreshAnswer(directives, headerOf(request, 'pragma'));
    const { isAllowed, otherwise = 'SUCCEED_WITH_RESPONSE_HEADER' } = this.#rules.refresh ?? {};
    const mayRefresh = wantsFresh && isAllowed?.(event) === true;
    if (wantsFresh && !mayRefresh && otherwise === 'FAIL_WITH_403') return answered(FORBIDDEN);
    const isWarned = wantsFresh && !mayRefresh && otherwise === 'SUCCEED_WITH_RESPONSE_HEADER';
    // The caller may refresh and sent `no-store`, so the handler's response is returned without replacing the stored
    // one.
    if (mayRefresh && directives.has('no-store')) return handlerReply(request, 'fwd=request');
    const visit = new Visit(this.#ports, this.#rules, {
      request,
      event,
      isWarned,
      remainingMs,
      sharing: found.sharing,
      id: found.id,
      isCachedOnly: directives.has('only-if-cached'),
    });
    return mayRefresh ? await visit.refresh() : await visit.look();
  }
}

type Visited<Event> = {
  readonly request: CachedRequest;
  readonly event: Event;
  readonly id: string;
  readonly sharing: Sharing;
  readonly isWarned: boolean;
  readonly isCachedOnly: boolean;
  readonly remainingMs: () => number;
};

class Visit<Event> {
  readonly #ports: ResponseCachePorts;
  readonly #rules: ResponseCacheRules<Event>;
  readonly #asked: Visited<Event>;

  constructor(ports: ResponseCachePorts, rules: ResponseCacheRules<Event>, asked: Visited<Event>) {
    this.#ports = ports;
    this.#rules = rules;
    this.#asked = asked;
  }

  async look(): Promise<CacheLookup> {
    const { waitMs = 5000 } = this.#rules;
    const { request, isCachedOnly, remainingMs } = this.#asked;
    let waitedMs = 0;
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const state = await readEntry(this.#ports, this.#asked.id);
      if (state === undefined) return handlerReply(request, 'fwd=bypass; detail=unavailable');
      const nowEpochMs = this.#ports.clock.nowEpochMs();
      const hit = await this.#fromStore(state, nowEpochMs);
      if (hit !== undefined) return hit;
      if (isCachedOnly) return answered(NOT_CACHED);
      if (state.passUntilEpochMs > nowEpochMs) return this.#askUnkept('fwd=miss; detail=pass');
      if (state.leasedUntilEpochMs <= nowEpochMs) {
        const taken = await this.#take(state, nowEpochMs);
        if (taken !== undefined) return taken;
      }
      // After the maximum wait, or if the function has little time left, the request calls the handler without the
      // cache. Calling the handler twice is better than responding late.
      if (waitedMs >= waitMs || remainingMs() < 2 * waitMs) return this.#askUnkept('fwd=miss; detail=waited');
      const pause = pauseMs * (0.5 + this.#ports.random.fraction());
      await this.#ports.timer.pause(pause);
      waitedMs += pause;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /**
   * Calls the handler for a caller who may refresh. A response that another request is already producing is not used,
   * because its production may have started before this request.
   */
  async refresh(): Promise<CacheLookup> {
    const state = await readEntry(this.#ports, this.#asked.id);
    if (state === undefined) return handlerReply(this.#asked.request, 'fwd=bypass; detail=unavailable');
    const nowEpochMs = this.#ports.clock.nowEpochMs();
    const taken = state.leasedUntilEpochMs > nowEpochMs ? undefined : await this.#take(state, nowEpochMs);
    return taken ?? this.#askUnkept('fwd=request; detail=held');
  }

  /**
   * Returns the stored response if it is fresh, or if it may still be used while another request renews it. If no other
   * request renews it, this one calls the handler. Returns undefined if the stored response cannot be used.
   */
  async #fromStore(state: EntryState, nowEpochMs: number): Promise<CacheLookup | undefined> {
    if (state.stored === undefined) return undefined;
    const { storedAtEpochMs, freshUntilEpochMs, staleUntilEpochMs } = timesOf(state.stored);
    const isFresh = nowEpochMs < freshUntilEpochMs;
    if (!isFresh && nowEpochMs >= staleUntilEpochMs) return undefined;
    if (!isFresh && state.leasedUntilEpochMs <= nowEpochMs) {
      const taken = await this.#take(state, nowEpochMs);
      if (taken !== undefined) return taken;
    }
    const answer = await readAnswer(this.#ports, this.#asked.id, state.stored);
    if (answer === undefined) return undefined;
    const own = Number(answer.headers['age']?.[0] ?? 0) || 0;
    const age = Math.max(0, Math.floor((nowEpochMs - storedAtEpochMs) / 1000)) + own;
    const left = Math.floor((freshUntilEpochMs - nowEpochMs) / 1000);
    return answered(
      this.#reply(answer, { age: String(age), 'cache-status': `gatewright; hit; ttl=${left}` }),
    );
  }

  /**
   * Takes the lease of the entry. Returns undefined if another request has the lease. If the caller's address may
   * create no more entries, or the table is unavailable, the handler is called without the cache.
   */
  async #take(state: EntryState, nowEpochMs: number): Promise<CacheLookup | undefined> {
    const { leaseMs = 30_000, fillsPerMinute = FILLS_PER_MINUTE } = this.#rules;
    const { id, request } = this.#asked;
    if (!(await mayFill(this.#ports, request, fillsPerMinute)))
      return handlerReply(request, 'fwd=bypass; detail=limit');
    const owner = this.#ports.random.hex(16);
    const lease = { id, owner, nowEpochMs, untilEpochMs: nowEpochMs + leaseMs };
    switch (await takeLease(this.#ports, lease, state.expiresAt)) {
      case 'taken':
        return { kind: 'ask', settle: (response) => this.#settle(response, owner, nowEpochMs) };
      case 'unavailable':
        return handlerReply(request, 'fwd=bypass; detail=unavailable');
      case 'held':
        return undefined;
    }
  }

  async #settle(response: unknown, owner: string, startedAtEpochMs: number): Promise<unknown> {
    const lease = { id: this.#asked.id, owner };
    const parsed = parseAnswer(response);
    if (parsed === undefined) {
      // Requests continue to wait for each other if the handler failed, because its next call may succeed. If the
      // response cannot be cached, later responses probably cannot be cached either, so for a short time requests do
      // not wait for each other.
      await releaseEntryLease(
        this.#ports,
        lease,
        response === undefined ? undefined : this.#ports.clock.nowEpochMs(),
      );
      return response;
    }
    const answer = withEntityTag(parsed);
    const status = await this.#keep(answer, response, lease, startedAtEpochMs);
    return this.#reply(answer, { 'cache-status': `gatewright; ${status}` });
  }

  async #keep(
    answer: CacheableAnswer,
    response: unknown,
    lease: { readonly id: string; readonly owner: string },
    startedAtEpochMs: number,
  ): Promise<string> {
    const rules = this.#rules;
    const { request, event, sharing } = this.#asked;
    const nowEpochMs = this.#ports.clock.nowEpochMs();
    const lifetime = lifetimeOf(answer, {
      ttlSeconds: rules.ttlSeconds,
      negativeTtlSeconds: rules.negativeTtlSeconds ?? 0,
      staleWhileRevalidateSeconds: rules.staleWhileRevalidateSeconds ?? 0,
      isShared: sharing.kind !== 'caller',
      keyHeaders: keyHeaders(rules.key ?? {}),
      nowEpochMs,
    });
    const labels = labelsOf(request, rules.key ?? {}, rules.tags?.(event, response) ?? []);
    const detail = lifetime.kind === 'pass' ? lifetime.reason : labels === undefined ? 'tags' : undefined;
    if (lifetime.kind === 'pass' || labels === undefined) {
      await releaseEntryLease(this.#ports, lease, nowEpochMs);
      return `fwd=miss; detail=${detail}`;
    }
    const freshUntilEpochMs = nowEpochMs + lifetime.freshSeconds * 1000;
    const kept = await storeEntry(this.#ports, {
      ...lease,
      answer,
      labels,
      startedAtEpochMs,
      freshUntilEpochMs,
      storedAtEpochMs: nowEpochMs,
      staleUntilEpochMs: freshUntilEpochMs + lifetime.staleSeconds * 1000,
    });
    if (kept === 'kept') return 'fwd=miss; stored';
    await releaseEntryLease(this.#ports, lease, kept === 'too-large' ? nowEpochMs : undefined);
    return `fwd=miss; detail=${kept}`;
  }

  #askUnkept(status: string): CacheLookup {
    const { isWarned, request } = this.#asked;
    return handlerReply(request, status, isWarned ? { warning: WARNING } : {});
  }

  #reply(answer: CacheableAnswer, fields: Readonly<Record<string, string>>): CachedReply {
    const { request, isWarned } = this.#asked;
    return toReply(request, answer, { ...fields, ...(isWarned && { warning: WARNING }) });
  }
}

const PASSED: CacheLookup = { kind: 'ask', settle: (response) => Promise.resolve(response) };
const FORBIDDEN: CachedReply = {
  statusCode: 403,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Forbidden"}',
};
/** Response to `only-if-cached` without a cached response (RFC 9111 §5.2.1.7). */
const NOT_CACHED: CachedReply = {
  statusCode: 504,
  headers: { 'cache-status': 'gatewright; fwd=miss' },
  body: '',
};

function answered(reply: CachedReply): CacheLookup {
  return { kind: 'answered', reply };
}

/** Lets the handler respond, and adds the reason why the cache was not used. */
function handlerReply(
  request: CachedRequest,
  status: string,
  fields: Readonly<Record<string, string>> = {},
): CacheLookup {
  return {
    kind: 'ask',
    settle(response) {
      const answer = parseAnswer(response);
      return Promise.resolve(
        answer === undefined
          ? response
          : toReply(request, answer, { ...fields, 'cache-status': `gatewright; ${status}` }),
      );
    },
  };
}
