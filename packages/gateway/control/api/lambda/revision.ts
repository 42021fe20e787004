import { createHash } from 'node:crypto';

/**
 * Returns a revision in the form of a UUID. It is derived from the text, so it changes with the text, and has its
 * earlier value again when a change is undone.
 */
export function revisionOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
