/**
 * Chooses the parts of a new stack: the parts of `--parts`, or the parts that the user names on a terminal, or else the
 * parts that the access documents use. Parts can be added later without replacing anything.
 */
import { createInterface } from 'node:readline/promises';
import { isMap, parseDocument } from 'yaml';
import { checkParts, printParts, readNames } from '@gatewright/authoring/files/parts-files';
import { INCLUDED_PARTS, PART_NEEDS, PARTS, partsOfOutputs } from '../../../toolkit/stack/parts.ts';
import { printLines, table, UsageError } from '../../../base/terminal/output.ts';

/** The part that every document of an API needs. */
const AUTHORIZERS = 'authorizers';
const WEBHOOKS_FILE = 'webhooks.yml';
const PORTAL_FILE = 'portal.yml';

/**
 * Returns the chosen parts.
 * @param used the parts that the documents use, which are chosen unless the user names others
 * @throws UsageError if a name is unknown, or if a part needs another part that is not chosen
 */
export async function chooseParts(
  given: string | undefined,
  used: readonly string[],
): Promise<readonly string[]> {
  if (given !== undefined) return readParts(given, '--parts', used);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return used;
  return readParts((await ask(used)) || used.join(', '), 'parts', used);
}

/** A part that comes with another part is chosen only if it is named or a document uses it. */
function readParts(text: string, at: string, used: readonly string[]): readonly string[] {
  const named = checkParts(readNames(text, at), PART_NEEDS);
  const optional = named.flatMap((name) => INCLUDED_PARTS[name] ?? []).filter((name) => used.includes(name));
  return Object.keys(PART_NEEDS).filter((name) => named.includes(name) || optional.includes(name));
}

async function ask(used: readonly string[]): Promise<string> {
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
    return (await questions.question(`Parts, separated by commas [${used.join(', ')}]: `)).trim();
  } finally {
    questions.close();
  }
}

/**
 * Returns the parts that access documents use, in the order of the stack. Without documents, this is the part that the
 * first document will use.
 * @param documents the text of each document, by file name
 * @param outputs outputs of the stack that the service refers to
 */
export function usedParts(
  documents: ReadonlyMap<string, string>,
  outputs: readonly string[] = [],
): readonly string[] {
  const used = [...documents].flatMap(([name, text]) => {
    if (name === WEBHOOKS_FILE) return ['webhooks'];
    if (name === PORTAL_FILE) return ['portal'];
    const document = parseDocument(text);
    if (document.errors.length > 0 || !isMap(document.contents)) return [AUTHORIZERS];
    const isFromLogs = document.getIn(['quota', 'count']) === 'access-log';
    return [
      AUTHORIZERS,
      ...(document.has('quota') ? ['quotas'] : []),
      ...(isFromLogs ? ['access-logs'] : []),
      ...(document.has('channels') ? ['channels'] : []),
    ];
  });
  const named = new Set([...(documents.size === 0 ? [AUTHORIZERS] : used), ...partsOfOutputs(outputs)]);
  return closeUnderNeeds(named);
}

/**
 * Returns the parts and every part that they need.
 * @throws UsageError for an unknown name
 */
export function withNeeds(text: string, at: string): readonly string[] {
  const names = readNames(text, at).map(({ name }) => name);
  const known = Object.keys(PART_NEEDS);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`${at}: unknown part "${unknown}"; expected one of ${known.join(', ')}`);
  return closeUnderNeeds(new Set(names));
}

/** Returns the parts and every part that they need, in the order of the stack. */
function closeUnderNeeds(names: ReadonlySet<string>): readonly string[] {
  const all = new Set(names);
  for (const name of all) for (const need of PART_NEEDS[name] ?? []) all.add(need);
  return Object.keys(PART_NEEDS).filter((name) => all.has(name));
}

/** Returns the text of `gatewright.yml` next to the stack's serverless.yml. */
export function partsFile(chosen: readonly string[]): string {
  const { parts, without } = printParts(chosen, INCLUDED_PARTS);
  return `# Parts of the stack. To add one, run npx gatewright init --add NAME; nothing else is replaced.
parts: [${parts.join(', ')}]
${without.length === 0 ? '' : `# These parts come with the parts above unless they are listed here.\nwithout: [${without.join(', ')}]\n`}`;
}

/**
 * Checks that the authorizers are chosen, because the first access document needs them.
 * @throws UsageError if they are not chosen
 */
export function assertAuthorizers(chosen: readonly string[] | undefined): void {
  if (chosen !== undefined && !chosen.includes(AUTHORIZERS))
    throw new UsageError(
      `the access document that init creates in this folder needs the authorizers: add ${AUTHORIZERS} to --parts`,
    );
}
