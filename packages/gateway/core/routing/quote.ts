const MAX_QUOTED_LENGTH = 64;

/**
 * Quotes text from outside in a message for the operator: on one line and of limited length, so that a
 * function's response cannot forge or fill the log.
 */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTED_LENGTH));
}
