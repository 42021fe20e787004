/** The field `Sec-WebSocket-Protocol` (RFC 6455 section 11.3.4). */

/**
 * Splits a value of the field. Members may be surrounded by spaces and tabs (RFC 9110 section 5.6.1). All other white
 * space is part of a member, so that a credential is accepted in one spelling only.
 */
export function splitSubprotocols(value: string): readonly string[] {
  return value.split(',').map(trimBlanks);
}

/**
 * Removes spaces and tabs at both ends. It uses a loop instead of a regular expression, because an expression would
 * take quadratic time for a long run of spaces.
 */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}
