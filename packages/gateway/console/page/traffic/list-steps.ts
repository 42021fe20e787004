/**
 * Returns the next id, or the first if none is open; undefined at an end of the list. @param open its id, or
 * the beginning of it
 */
export function idAfter(
  items: readonly { readonly id: string }[],
  open: string | undefined,
  step: 1 | -1,
): string | undefined {
  const at = open === undefined ? -1 : items.findIndex(({ id }) => id.startsWith(open));
  return items[at === -1 ? 0 : at + step]?.id;
}
