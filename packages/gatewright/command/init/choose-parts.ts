/**
 * Chooses the parts of a new stack. They come from `--parts`, or from the user if the command runs on a terminal.
 * Otherwise, all parts are chosen.
 */
import { createInterface } from 'node:readline/promises';
import { checkParts, readNames } from '@gatewright/authoring/files/parts-files';
import { PART_NEEDS, PARTS } from '../../../toolkit/stack/parts.ts';
import { printLines, table, UsageError } from '../../../base/terminal/output.ts';

/** The part that most services begin with. Other parts can be added later without replacing anything. */
const SUGGESTED = 'authorizers';

/**
 * Returns the chosen parts; undefined if all parts are chosen.
 * @throws UsageError if a name is unknown, or if a part needs another part that is not chosen
 */
export async function chooseParts(given: string | undefined): Promise<readonly string[] | undefined> {
  if (given !== undefined) return readParts(given, '--parts');
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  return readParts((await ask()) || SUGGESTED, 'parts');
}

function readParts(text: string, at: string): readonly string[] {
  return checkParts(readNames(text, at), PART_NEEDS);
}

async function ask(): Promise<string> {
  printLines(
    table(
      PARTS.map(({ chosenAs, needs, summary }) => [
        chosenAs,
        needs.length === 0 ? summary : `${summary} Needs ${needs.join(', ')}.`,
      ]),
    ),
  );
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await questions.question(`Parts, separated by commas [${SUGGESTED}]: `)).trim();
  } finally {
    questions.close();
  }
}

/** Returns the text of `gatewright.yml` next to the stack's serverless.yml. */
export function partsFile(chosen: readonly string[]): string {
  const left = PARTS.map(({ chosenAs }) => chosenAs).filter((name) => !chosen.includes(name));
  return `# Parts of the stack.${left.length === 0 ? '' : ` Not in the stack: ${left.join(', ')}. You can add these parts later, without replacing the others.`}
parts: [${chosen.join(', ')}]
`;
}

/**
 * Checks that the authorizers are chosen, because the example for an empty folder needs them.
 * @throws UsageError if they are not chosen
 */
export function assertAuthorizers(chosen: readonly string[] | undefined): void {
  if (chosen !== undefined && !chosen.includes(SUGGESTED))
    throw new UsageError(
      `the example for an empty folder needs the authorizers: add ${SUGGESTED} to parts, or run init in the folder of a service`,
    );
}
