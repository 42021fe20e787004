/**
 * Divides a channel's subscribers among functions. Places are distributed evenly, so the first page of subscribers
 * shows roughly how many there are. So subscribers need not be counted, and channels need not be split in advance.
 */
import { PLACE_DIGITS } from './connection.ts';

/** A range of places: the first value is included, the second is not. */
export type Places = readonly [from: string, before: string];

export const ALL_PLACES: Places = ['', 'g'];

/** Number of subscribers per function. Delivering to them takes about a second. */
export const LISTENERS_PER_SHARE = 1_000;
/** Maximum number of shares. If a share has too many subscribers, its function divides it again. */
const SHARES_LIMIT = 64;
/**
 * Number of hexadecimal digits that are used to compute ranges of places. A place has twelve digits; eight are precise
 * enough.
 */
const DIGITS = 8;
const SPACE = 16 ** DIGITS;

/**
 * Divides the places of the remaining subscribers into shares.
 * @param page how many subscribers were read, and the place of the last one
 * @returns the shares. The first one is for the caller
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
