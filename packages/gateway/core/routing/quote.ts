const MAX_QUOTED_LENGTH = 64;

/**
 * Quotes external text for a message to the operator. The result is on one line and of limited length, so that a
 * function's response cannot forge or fill the log.
 */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTED_LENGTH));
}
