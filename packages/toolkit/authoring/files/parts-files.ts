/** Reads and changes `parts:` and `without:` of gatewright.yml, which select parts of the toolkit's stack. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { STACK_FOLDER } from './stack-files.ts';
import { UsageError } from '@gatewright/aws/usage-error';

const PARTS_MEMBER = 'parts';
const WITHOUT_MEMBER = 'without';
export const SETTINGS_FILE = 'gatewright.yml';

/** The other parts that each part needs, as in `custom.parts` of the stack. */
export type PartNeeds = Readonly<Record<string, readonly string[]>>;

/**
 * The parts that each part brings with it, as in `custom.includedParts` of the stack. Earlier versions had no separate
 * name for such a part, so a list without the name must still select it. `without` leaves it out.
 */
export type IncludedParts = Readonly<Record<string, readonly string[]>>;

/** A name with its location. `at` is the file and the line. */
type Named = { readonly name: string; readonly at: string };

/**
 * The environment variable that contains names of parts, separated by commas. `gatewright package` sets it if the user
 * names parts for the package.
 */
export const PARTS_VARIABLE = 'GATEWRIGHT_PARTS';

/**
 * Reads the parts in gatewright.yml, which is next to the stack's serverless.yml or next to the service that contains
 * the stack. Returns undefined if neither file nor `given` names parts. The stack then has all parts except those in
 * `custom.namedParts`.
 * @param given the value of `PARTS_VARIABLE`
 * @throws UsageError for a value that is not a list of names, an unknown name, a part without another part that it
 * needs, or two files that contradict each other. The message contains the file and the line
 */
export function readChosenParts(
  stackFolder: string,
  needs: PartNeeds,
  given?: string,
  included: IncludedParts = {},
): readonly string[] | undefined {
  const folders = [stackFolder, ...(basename(stackFolder) === STACK_FOLDER ? [join(stackFolder, '..')] : [])];
  const lists = [
    ...folders.map((folder) => readSettings(join(folder, SETTINGS_FILE))),
    given === undefined ? undefined : { parts: readNames(given, '--parts'), without: [] },
  ]
    .filter((list) => list !== undefined)
    .map((list) => ({ at: list.parts[0]?.at ?? '', parts: selectParts(list, needs, included) }));
  const [first] = lists;
  const other = lists.find(({ parts }) => parts.join() !== first?.parts.join());
  if (first !== undefined && other !== undefined)
    throw new UsageError(
      `${first.at}: the parts are ${first.parts.join(', ')}, but at ${other.at} they are ${other.parts.join(', ')}: remove one of the two lists`,
    );
  return first?.parts;
}

/** Returns `parts` with the parts that they include, except the parts that `without` names. */
function selectParts(
  { parts, without }: PartSettings,
  needs: PartNeeds,
  included: IncludedParts,
): readonly string[] {
  const named = checkParts(parts, needs);
  const optional = named.flatMap((name) => included[name] ?? []);
  for (const { name, at } of without) {
    if (parts.some((part) => part.name === name))
      throw new UsageError(
        `${at}: "parts" and "without" both name ${name}: remove it from one of the two lists`,
      );
    if (!optional.includes(name))
      throw new UsageError(
        `${at}: "without" cannot name "${name}"; ${optional.length === 0 ? 'no chosen part includes another part, so remove "without"' : `expected one of ${optional.join(', ')}`}`,
      );
  }
  const left = without.map(({ name }) => name);
  const all = [...named, ...optional.filter((name) => !left.includes(name))];
  return Object.keys(needs).filter((name) => all.includes(name));
}

/** Splits chosen parts into `parts` and `without`, so that `readChosenParts` returns exactly these parts. */
export function printParts(
  chosen: readonly string[],
  included: IncludedParts,
): { readonly parts: readonly string[]; readonly without: readonly string[] } {
  const optional = chosen.flatMap((name) => included[name] ?? []);
  return {
    parts: chosen.filter((name) => !optional.includes(name)),
    without: optional.filter((name) => !chosen.includes(name)),
  };
}

/** Replaces the lists in the text of a gatewright.yml. Comments and other settings stay. */
export function editParts(text: string, chosen: readonly string[], included: IncludedParts): string {
  const document = parseDocument(text);
  const { parts, without } = printParts(chosen, included);
  const flow = (names: readonly string[]): unknown => {
    const node = document.createNode(names);
    if (isSeq(node)) node.flow = true;
    return node;
  };
  document.set(PARTS_MEMBER, flow(parts));
  if (without.length > 0) document.set(WITHOUT_MEMBER, flow(without));
  else document.delete(WITHOUT_MEMBER);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
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

type PartSettings = { readonly parts: readonly Named[]; readonly without: readonly Named[] };

function readSettings(file: string): PartSettings | undefined {
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
  const listOf = (member: string): readonly Named[] | undefined => {
    if (!document.has(member)) return undefined;
    const node: unknown = document.get(member, true);
    if (!isSeq(node) || node.items.length === 0)
      throw new UsageError(
        `${at((node as { range?: readonly number[] } | null)?.range)}: ${member} must be a list of names, such as [quotas, cache]`,
      );
    return node.items.map((item) => {
      if (!isScalar(item))
        throw new UsageError(`${at(node.range)}: ${member} must be a list of names, such as [quotas, cache]`);
      return { name: String(item.value), at: at(item.range) };
    });
  };
  const parts = listOf(PARTS_MEMBER);
  const without = listOf(WITHOUT_MEMBER);
  if (parts === undefined && without !== undefined)
    throw new UsageError(
      `${without[0]?.at ?? shown}: "without" is allowed only next to "parts": also write "parts"`,
    );
  return parts && { parts, without: without ?? [] };
}
