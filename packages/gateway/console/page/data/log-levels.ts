/** Levels of a function's log lines, and how the page marks them. */

type Line = { readonly level: string | undefined; readonly message: string };

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/**
 * An authorizer refuses a caller with 401 by throwing an error with exactly this message, which Lambda's runtime logs
 * as an error (API Gateway's developer guide, "Output from an API Gateway Lambda authorizer").
 */
const REFUSAL = /^(?:Invoke Error\t)?\w+: Unauthorized(?:\n|$)/;

/**
 * Returns the position of a line's level, from `trace`, 0, to `fatal`, 5. Lines without a level are treated as `info`.
 */
export function rankOf({ level }: Line): number {
  const rank = LEVELS.indexOf((level ?? '').toLowerCase().replace('warning', 'warn'));
  return rank === -1 ? 2 : rank;
}

/** Returns the class of a line: red for errors, but not for the refusal of an authorizer, which is expected. */
export function kindOf(line: Line): '' | 'warn' | 'bad' {
  const rank = rankOf(line);
  // oxlint-disable-next-line gatewright/no-recognition-by-text -- API Gateway itself recognises this message
  if (rank >= 4) return REFUSAL.test(line.message) ? '' : 'bad';
  return rank === 3 ? 'warn' : '';
}
