import { createInterface } from 'node:readline/promises';
import { showControls } from '@gatewright/aws/text/visible-text';
import { colorize, printLines, textStream, UsageError } from '../../../base/terminal/output.ts';
import type { Opening } from './openings.ts';

/**
 * Asks the user to confirm.
 * @throws UsageError if there is no terminal, or if the user does not answer yes
 */
export async function confirm(question: string, isYes: boolean): Promise<void> {
  if (isYes) return;
  if (!hasTerminal())
    throw new UsageError(
      'There is no terminal for a confirmation, so nothing was changed. To confirm, pass --yes.',
    );
  if (/^y(es)?$/i.test(await ask(`${question} [yes/no] `))) return;
  throw new UsageError(
    'the answer was not yes, so nothing was changed; to confirm, run the command again and type yes, or pass --yes',
  );
}

/**
 * Asks the user to enter the name of each route that becomes open. `--yes` does not replace the names.
 * @param named the names given with `--open`
 * @throws UsageError if a name is missing
 */
export async function confirmOpenings(openings: readonly Opening[], named: readonly string[]): Promise<void> {
  printLines(
    openings.map(
      ({ does, names }) => `${colorize('yellow', 'opens')} ${showControls(`${names.join(', ')}: ${does}`)}`,
    ),
  );
  const missing = [...new Set(openings.flatMap(({ names }) => names))].filter(
    (name) => !named.includes(name),
  );
  if (missing.length > 0 && !hasTerminal())
    throw new UsageError(
      `${showControls(missing.join(', '))} may become open to everyone, so nothing was changed. To confirm, pass ${missing.map((name) => showControls(`--open "${name}"`)).join(' ')}`,
    );
  for (const name of missing)
    if ((await ask(showControls(`${name} may become open to everyone. To confirm, type ${name}: `))) !== name)
      throw new UsageError(
        showControls(
          `the answer was not ${name}, so nothing was changed; to confirm, run the command again and type ${name}, or pass --open "${name}"`,
        ),
      );
}

function hasTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}

async function ask(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: textStream() });
  try {
    return (await reader.question(question)).trim();
  } finally {
    reader.close();
  }
}
