/**
 * Finds statements on the pages about AWS that do not say how well they are known. The tags are described in
 * docs/aws/README.md.
 */
import type { SourceFile } from './source-files.ts';

const KNOWN = String.raw`doc|obs|kc|ls|\.NET tool|issue|blog|recorded|widely reported|reports?|inferred|inference|verify|API model|guide 2023|AWS person|an AWS employee|capture|measured`;
const TAG = new RegExp(
  // [doc] but no [link](…); a word in round brackets; the words that stand for themselves
  String.raw`\[(?:${KNOWN})\b[^\]]*\](?!\()|\([^()]*(?<![\w-])(?:${KNOWN})(?![\w-])[^()]*\)|[Nn]ot settled|\breports? \(\d|\bReports?\.$`,
);
const HEADING = /^(#{1,6}) /;
const ITEM = /^\s*(?:-|\d+\.) /;
const ROW = /^\|/;
const RULE = /^\|[\s:|-]+\|$/;
/** A column of a table that says it of each row. */
const COLUMN = /^(?:evidence|strength|source)$/;
const EMPTY = /^[\s–-]*$/;

/** Code and the target of a link are no tags. */
const hasTag = (text: string): boolean =>
  TAG.test(text.replaceAll(/`[^`]*`/g, 'code').replaceAll(/\]\([^)]*\)/g, ']()'));

/** `path:line: text` of each list item and table row with no tag of its own or above it. */
export function findUntagged({ path, text }: SourceFile): readonly string[] {
  const found: string[] = [];
  /** Tags of the headings above, by depth. */
  const headings: boolean[] = [];
  let introduction = '';
  /** The head of the table that is being read. */
  let head: readonly string[] | undefined;
  let inCode = false;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('```')) inCode = !inCode;
    if (inCode) continue;
    const depth = HEADING.exec(line)?.[1]?.length;
    if (depth !== undefined) {
      headings.length = depth;
      headings[depth] = hasTag(line);
      introduction = '';
    } else if (ROW.test(line)) {
      if (head === undefined) head = cells(line);
      else if (!RULE.test(line) && !isCovered(line, headings, introduction, head))
        found.push(`${path}:${String(index + 1)}: ${line.slice(0, 80)}`);
      continue;
    } else if (ITEM.test(line)) {
      if (!isCovered(line, headings, introduction, undefined))
        found.push(`${path}:${String(index + 1)}: ${line.slice(0, 80)}`);
    } else if (line !== '') introduction = introducing(line);
    head = undefined;
  }
  return found;
}

function isCovered(
  line: string,
  headings: readonly boolean[],
  introduction: string,
  head: readonly string[] | undefined,
): boolean {
  if (hasTag(line) || headings.includes(true) || hasTag(introduction)) return true;
  if (head === undefined) return false;
  const row = cells(line);
  return hasTag(head.join('|')) || head.some((name, at) => COLUMN.test(name) && !EMPTY.test(row[at] ?? ''));
}

/** The last sentence of a paragraph, if it introduces what follows: by a colon, by its tag, or by mentioning rows. */
function introducing(line: string): string {
  const last = line.split(/(?<=\.) /).at(-1) ?? '';
  return /[:\])]$|\b(?:rows?|items|columns?)\b/.test(last) ? last : '';
}

const cells = (row: string): readonly string[] =>
  row
    .replaceAll(String.raw`\|`, ' ')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
