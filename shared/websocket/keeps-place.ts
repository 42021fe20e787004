/** Maximum number of attempts. Between two attempts, other writers whose entries exceed the limit remove them. */
const ATTEMPTS = 4;

/**
 * Whether an entry that was just written may stay under a limit. The entries are counted after writing: if they were
 * counted before, many entries written at once would all be admitted. The last writer sees all entries that stay, so
 * there are never too many. The entries that sort first stay, so that not all of them are refused.
 * @param list returns the current keys in order. If there are more keys than the limit, it returns at least one key
 * beyond the limit
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
