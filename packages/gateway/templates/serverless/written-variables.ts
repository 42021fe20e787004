/**
 * Compares a text of serverless.yml that contains variables with a value of the template, where osls has resolved them.
 */

const VARIABLE = /\$\{(?:[^{}]|\{[^{}]*\})*\}/;

/** Returns whether a text contains variables and can have this value, because all the text around them is in it. */
export function canResultIn(written: string, value: string): boolean {
  const [first = '', ...parts] = written.split(VARIABLE);
  const last = parts.pop();
  if (last === undefined || !value.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = value.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

/** Returns how many characters of a text are not variables. */
export function sharedLength(written: string): number {
  return written.split(VARIABLE).join('').length;
}
