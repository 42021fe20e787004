/** Escapes one step of a JSON pointer (RFC 6901), such as `~1pets` for `/pets`. */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** `~1` comes before `~0`, because `~01` means `~1` and not `/` (RFC 6901, section 4). */
export function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
