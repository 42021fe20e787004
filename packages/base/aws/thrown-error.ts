/** Finds the error in the output of a program that an uncaught error has ended. */

/**
 * Matches a line of a stack trace, such as `    at Object.<anonymous> (file.js:1:2)`. The expression describes the
 * whole line, because programs also print other lines that begin with `at`.
 */
export const STACK_FRAME = /^\s+at (?:.*\(.*:\d+:\d+\)|\S*:\d+:\d+|.*\((?:<anonymous>|native)\))$/;

/**
 * Matches the first line of an error, such as `Error: Cannot find module 'x'` or `TypeError [ERR_INVALID_ARG_TYPE]: …`.
 */
const THROWN = /^[A-Za-z]*Error(?: \[\w+\])?: /;

/**
 * Returns the last error in the output, without the members and the version that Node prints after it. If there is no
 * error, it returns the last lines.
 */
export function readErrorText(output: string): {
  readonly text: string;
  readonly thrown: string | undefined;
} {
  const lines = output.split('\n').filter((line) => /\S/.test(line) && !STACK_FRAME.test(line));
  const thrown = lines.findLast((line) => THROWN.test(line));
  return { text: thrown ?? lines.slice(-3).join(' '), thrown };
}
