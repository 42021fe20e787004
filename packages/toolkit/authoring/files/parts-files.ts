/** Reads the setting `parts:` of gatewright.yml, which selects parts of the toolkit's stack. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { STACK_FOLDER } from './stack-files.ts';
import { UsageError } from '@gatewright/aws/usage-error';

const PARTS_MEMBER = 'parts';
const SETTINGS_FILE = 'gatewright.yml';

/** The other parts that each part needs, as in `custom.parts` of the stack. */
export type PartNeeds = Readonly<Record<string, readonly string[]>>;

/** A name with its place. `at` is the file and the line. */
type Named = { readonly name: string; readonly at: string };

/**
 * The environment variable that contains names of parts, separated by commas. `gatewright package` sets it if the user
 * names parts for the package.
 */
export const PARTS_VARIABLE = 'GATEWRIGHT_PARTS';

/**
 * Reads the parts in gatewright.yml, which is next to the stack's serverless.yml or next to the service that contains
 * the stack. Returns undefined if neither file names parts. The stack then has all parts.
 * @param given the value of `PARTS_VARIABLE`
 * @throws UsageError for a value that is not a list of names, an unknown name, a part without another part that it
 * needs, or two files that contradict each other. The message contains the file and the line
 */
export function readChosenParts(
  stackFolder: string,
  needs: PartNeeds,
  given?: string,
): readonly string[] | undefined {
  const folders = [stackFolder, ...(basename(stackFolder) === STACK_FOLDER ? [join(stackFolder, '..')] : [])];
  const lists = [
    ...folders.map((folder) => readList(join(folder, SETTINGS_FILE))),
    given === undefined ? undefined : readNames(given, '--parts'),
  ]
    .filter((list) => list !== undefined)
    .map((list) => ({ at: list[0]?.at ?? '', parts: checkParts(list, needs) }));
  const [first] = lists;
  const other = lists.find(({ parts }) => parts.join() !== first?.parts.join());
  if (first !== undefined && other !== undefined)
    throw new UsageError(
      `${first.at}: parts are ${first.parts.join(', ')}, but at ${other.at} they are ${other.parts.join(', ')}: remove one of the lists`,
    );
  return first?.parts;
}

/**
 * Reads a list of names separated by commas.
 * @throws UsageError for an empty list
 */
export function readNames(text: string, at: string): readonly Named[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new UsageError(`${at}: name at least one part`);
  return names.map((name) => ({ name, at }));
}

/**
 * Checks the chosen parts, and returns them in the order of `needs`.
 * @throws UsageError for an unknown part, or for a part without another part that it needs
 */
export function checkParts(list: readonly Named[], needs: PartNeeds): readonly string[] {
  const known = Object.keys(needs);
  const names = list.map(({ name }) => name);
  for (const { name, at } of list) {
    if (!known.includes(name))
      throw new UsageError(`${at}: unknown part "${name}"; expected one of ${known.join(', ')}`);
    const missing = needs[name]?.find((need) => !names.includes(need));
    if (missing !== undefined)
      throw new UsageError(`${at}: the part ${name} needs ${missing}: add ${missing} to parts`);
  }
  return known.filter((name) => names.includes(name));
}

function readList(file: string): readonly Named[] | undefined {
  if (!existsSync(file)) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const shown = relative('.', file);
  const at = (range: readonly number[] | null | undefined): string =>
    `${shown}:${lines.linePos(range?.[0] ?? 0).line}`;
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${at(error.pos)}: ${error.message.split('\n', 1)[0] ?? ''}`);
  const { contents } = document;
  if (contents === null) return undefined;
  // YAML reads `parts:[cache]` as a string. If this string were ignored, all parts would be selected.
  if (!isMap(contents)) throw new UsageError(`${at(contents.range)}: write settings as name: value`);
  for (const { key } of contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (name !== PARTS_MEMBER && /^parts?$/i.test(name))
      throw new UsageError(
        `${at(isScalar(key) ? key.range : null)}: unknown setting "${name}"; write ${PARTS_MEMBER}`,
      );
  }
  if (!document.has(PARTS_MEMBER)) return undefined;
  const node: unknown = document.get(PARTS_MEMBER, true);
  if (!isSeq(node) || node.items.length === 0)
    throw new UsageError(
      `${at((node as { range?: readonly number[] } | null)?.range)}: parts must be a list of names`,
    );
  return node.items.map((item) => {
    if (!isScalar(item)) throw new UsageError(`${at(node.range)}: parts must be a list of names`);
    return { name: String(item.value), at: at(item.range) };
  });
}
