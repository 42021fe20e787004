import { asNumber, asText } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** The page size of Lambda's lists of functions and of function URLs (Lambda API reference). */
const PAGE = 50;

/**
 * Sorts the items of a list by their keys, and returns the page that a call asks for with `Marker` and `MaxItems`.
 * @returns next is the marker of the next page; undefined if this page is the last
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  members: UnknownMembers,
): { readonly page: readonly Item[]; readonly next: string | undefined } {
  const after = Buffer.from(asText(members['Marker']) ?? '', 'base64url').toString();
  const size = Math.min(asNumber(members['MaxItems']) ?? PAGE, PAGE);
  const left = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const page = left.slice(0, size);
  const next = left.length > size ? Buffer.from(page.at(-1)?.key ?? '').toString('base64url') : undefined;
  return { page: page.map(({ item }) => item), next };
}
