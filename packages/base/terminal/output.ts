/** Output of the command line: color only on a terminal, one message for each error, and JSON with `--json`. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { quote } from '@gatewright/aws/text/token-options';
import { UsageError, UserError } from '@gatewright/aws/usage-error';
import { showControls } from '@gatewright/aws/text/visible-text';
import { asTyped, INSTALLED_NAME, IS_INSTALLED } from './typed-commands.ts';

export { UsageError };

type Style = Parameters<typeof styleText>[0];

/** Styles text if its stream is a terminal that supports this (NO_COLOR, FORCE_COLOR and TTY decide). */
export function colorize(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** Whether stdout contains one JSON object per line, and nothing else. */
let isJson = false;

/** Sets the output format for the whole command line. */
export function chooseOutput(chosen: { readonly json: boolean }): void {
  isJson = chosen.json;
}

/**
 * Returns the stream for text that people read. With `--json` it is stderr, because stdout contains only the result;
 * without `--json` it is stdout.
 */
export function textStream(): NodeJS.WriteStream {
  return isJson ? process.stderr : process.stdout;
}

export function printLines(lines: string | readonly string[]): void {
  textStream().write(asTyped(`${[lines].flat().join('\n')}\n`));
}

/**
 * Prints the result of a command as text. With `--json`, prints one object per line; a list becomes one line for each
 * element.
 */
export function printResult(result: object, describe: () => string | readonly string[]): void {
  if (!isJson) {
    const lines = describe();
    if (lines.length > 0) printLines(lines);
    return;
  }
  const rows: readonly unknown[] = Array.isArray(result) ? result : [result];
  process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** Prints additional lines to stderr, so that programs that read the result do not see them. */
export function printNotes(lines: string | readonly string[]): void {
  process.stderr.write(asTyped(`${[lines].flat().join('\n')}\n`));
}

/** Prints a line that the user's code has printed to stderr. Names of commands in it stay as the code wrote them. */
export function printLineOfCode(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Prints an error to stderr; with `--json`, as one object with its code. Returns the exit code: 1 if the user can fix
 * the error, 70 if it is a bug in gatewright.
 */
export function printError(error: unknown): number {
  if (error instanceof UserError) return fail(error.code, error.describe(), 1);
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return fail('BUG', `this is a bug in gatewright; please report it:\n${detail}`, 70);
}

function fail(code: string, message: string, exitCode: number): number {
  if (isJson) process.stderr.write(`${JSON.stringify({ error: { code, message: asTyped(message) } })}\n`);
  else printMessage('red', message);
  return exitCode;
}

/** Prints an error or a warning to stderr, in color if stderr is a terminal. */
export function printMessage(colour: 'red' | 'yellow', message: string): void {
  const word = colour === 'red' ? 'error:' : 'warning:';
  printNotes(`${colorize(colour, word, process.stderr)} ${message}`);
}

const MOST_PADDED = 100;

/**
 * Formats rows as aligned columns, two spaces apart; the last column is not padded. A longer cell than MOST_PADDED, such
 * as a path of several thousand characters, shifts the rest of its own row only. Control characters are made
 * visible, because names of tenants and keys may come from tokens, and escape sequences in them would control the
 * administrator's terminal.
 */
export function table(cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(showControls));
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, { length }] of row.entries())
      if (length <= MOST_PADDED) widths[index] = Math.max(widths[index] ?? 0, length);
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Formats a number with its noun: `1 problem`, `2 problems`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

const CHECKOUT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const MAIN = 'packages/gatewright/command/main.ts';

/**
 * Returns the command as the user can call it in a folder: by its name if it is installed, or through npm if the folder
 * is in the checkout. In a folder outside of the checkout, npm would not find the script, so the command is called by
 * its file.
 * @param folder the folder of the user's shell; npm changes the folder of the process
 */
export function commandName(folder = process.env['INIT_CWD'] ?? process.cwd()): string {
  if (IS_INSTALLED) return INSTALLED_NAME;
  return packageOf(folder) === realPath(join(CHECKOUT, 'package.json'))
    ? 'npm run --silent gatewright --'
    : `${quote(process.execPath)} ${quote(join(CHECKOUT, MAIN))}`;
}

/**
 * Returns the package.json whose scripts `npm run` runs: the nearest one. It may be a link to the package.json of the
 * checkout.
 */
function packageOf(folder: string): string | undefined {
  const file = realPath(join(folder, 'package.json'));
  if (file !== undefined) return file;
  const above = dirname(folder);
  return above === folder ? undefined : packageOf(above);
}

function realPath(file: string): string | undefined {
  return existsSync(file) ? realpathSync(file) : undefined;
}
