import { HeaderList } from '../../core/events/header-list.ts';
import type { LeftUnits } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** Reads the values of RateLimit and RateLimit-Policy, as `rateLimitHeaders` of shared/http writes them. */
export function readLeft(
  rateLimit: readonly string[],
  rateLimitPolicy: readonly string[],
): readonly LeftUnits[] {
  const unitsIn = (texts: readonly string[], wanted: RegExp) =>
    new Map(
      texts.flatMap((text) => [...text.matchAll(wanted)]).map(([, id = '', units]) => [id, Number(units)]),
    );
  const limits = unitsIn(rateLimitPolicy, /"([^"]+)"[^,]*?;q=(\d+)/g);
  const left = unitsIn(rateLimit, /"([^"]+)"[^,]*?;r=(\d+)/g);
  return [...left].map(([limit, units]) => ({ limit, left: units, of: limits.get(limit) }));
}

/**
 * Returns the units that are left after a request that the quota of a handler admitted; empty if the reply
 * does not contain them.
 */
export function readLeftOfReply({
  replyHeaders,
}: Pick<RecordedRequest, 'replyHeaders'>): readonly LeftUnits[] {
  const headers = new HeaderList(replyHeaders);
  const textsOf = (name: string): readonly string[] => [headers.last(name) ?? ''];
  return readLeft(textsOf('ratelimit'), textsOf('ratelimit-policy'));
}
