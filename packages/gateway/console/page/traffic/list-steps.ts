/**
 * Returns the id after the open one, or before it with the step -1, or the first id if no item of the list is open;
 * undefined beyond either end of the list.
 * @param open the id of the open item, or the beginning of that id
 */
export function idAfter(
  items: readonly { readonly id: string }[],
  open: string | undefined,
  step: 1 | -1,
): string | undefined {
  const at = open === undefined ? -1 : items.findIndex(({ id }) => id.startsWith(open));
  return items[at === -1 ? 0 : at + step]?.id;
}
