/** Number of attempts. Between the attempts, the writers of the other entries over the limit remove their entries. */
const ATTEMPTS = 4;

/**
 * Returns whether an entry that has just been written may stay under the limit. If entries were only counted before
 * writing, all entries that are written at once would be admitted. Here the last writer sees all entries that stay, so
 * there are never too many. The entries that sort first stay, so that a crowd does not refuse itself entirely.
 * @param list returns the current keys in their order, with at least one beyond the limit if there are more
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
