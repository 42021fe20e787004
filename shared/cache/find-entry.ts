/** Finds the entry under which the response to an event is stored, or the reason why there is no such entry. */
import { cacheKeyOf, sharingOf } from './cache-key.ts';
import type { KeyParameters, Scope, Sharing } from './cache-key.ts';
import { parseCachedRequest, refusalOf } from './cached-request.ts';
import type { CachedRequest } from './cached-request.ts';

export type EntryRules<Event> = {
  readonly key?: KeyParameters;
  /** How callers share responses. Default: `authorization`. */
  readonly scope?: Scope<Event>;
};

type FoundEntry =
  | {
      readonly kind: 'entry';
      readonly id: string;
      readonly sharing: Sharing;
      readonly request: CachedRequest;
    }
  /** The cache must not be used for this request. `reason` is written as in `Cache-Status`. */
  | { readonly kind: 'bypass'; readonly reason: string; readonly request: CachedRequest }
  /** The event is not a request that could be cached. */
  | { readonly kind: 'none' };

const METHODS = new Set(['GET', 'HEAD']);

export function findEntry<Event>(
  event: Event,
  { key = {}, scope = 'authorization' }: EntryRules<Event>,
): FoundEntry {
  const request = parseCachedRequest(event);
  if (request === undefined || !METHODS.has(request.method)) return { kind: 'none' };
  const refusal = refusalOf(request);
  if (refusal !== undefined) return { kind: 'bypass', reason: refusal, request };
  const sharing = sharingOf(scope, request, event);
  if (sharing === undefined) return { kind: 'bypass', reason: 'no-caller', request };
  return { kind: 'entry', id: cacheKeyOf(request, key, sharing), sharing, request };
}
