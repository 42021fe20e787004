/** The others over the limit take themselves away meanwhile. */
const ATTEMPTS = 4;

/**
 * Whether an entry that has just been written may stay among so many. Counting before writing alone admits all
 * that come at once. Here the last one written sees all that stay, so there are never more; those that sort
 * first stay, so that a crowd does not refuse itself entirely.
 * @param list current keys in their order, at least one beyond the limit if there are more
 */
export async function keepsPlace(
  list: () => Promise<readonly string[]>,
  own: string,
  limit: number,
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const keys = await list();
    if (keys.length <= limit) return true;
    if (!keys.slice(0, limit).includes(own)) return false;
  }
  return false;
}
