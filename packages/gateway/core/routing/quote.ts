const MAX_QUOTED_LENGTH = 64;

/**
 * Quotes outside text in a message for the operator: on one line and bounded, so that a function's answer
 * cannot forge or fill the log.
 */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTED_LENGTH));
}
