/**
 * Shares the subscribers of a channel among functions. Places are evenly distributed, so the first page shows roughly
 * how many subscribers there are. Nothing has to be counted, and no channel has to be split beforehand.
 */
import { PLACE_DIGITS } from './connection.ts';

/** A range of places, from the first value on and before the second value. */
export type Places = readonly [from: string, before: string];

export const ALL_PLACES: Places = ['', 'g'];

/** Number of subscribers for one function, which takes about a second. */
export const LISTENERS_PER_SHARE = 1_000;
/** Maximum number of shares. A function with more subscribers splits them further. */
const SHARES_LIMIT = 64;
/**
 * Number of hexadecimal digits of a place that are used to cut shares. Eight of the twelve digits are precise enough.
 */
const DIGITS = 8;
const SPACE = 16 ** DIGITS;

/**
 * @param page how many subscribers were read, and the place of the last one
 * @returns the remaining places, cut into shares; the first share is for the caller
 */
export function cutPlaces(
  [from, before]: Places,
  page: { readonly listeners: number; readonly lastPlace: string },
): readonly [Places, ...Places[]] {
  const begin = toNumber(from);
  const end = before === ALL_PLACES[1] ? SPACE : toNumber(before);
  const last = toNumber(page.lastPlace);
  const seen = Math.max(1, last - begin);
  const left = Math.ceil((page.listeners / seen) * Math.max(0, end - last));
  const shares = Math.min(SHARES_LIMIT, Math.max(1, Math.ceil(left / LISTENERS_PER_SHARE)));
  const cuts = Array.from({ length: shares - 1 }, (_, index) =>
    toPlace(last + ((end - last) / shares) * (index + 1)),
  );
  const bounds = [page.lastPlace, ...new Set(cuts.filter((cut) => cut > page.lastPlace)), before];
  const [first, ...more] = bounds
    .slice(0, -1)
    .map((start, index): Places => [start, bounds[index + 1] ?? before]);
  return [first ?? [page.lastPlace, before], ...more];
}

function toNumber(place: string): number {
  return place === '' ? 0 : Number.parseInt(place.slice(0, DIGITS).padEnd(DIGITS, '0'), 16);
}

function toPlace(number: number): string {
  return Math.floor(number).toString(16).padStart(DIGITS, '0').padEnd(PLACE_DIGITS, '0');
}
