/** A part of a story: why it ended, and what would change that. */
export type Reason = { readonly because: readonly string[]; readonly changes: readonly string[] };

/** With a capital and a full stop. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
