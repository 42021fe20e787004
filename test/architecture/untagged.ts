/**
 * Finds statements on the pages about AWS that have no tag for their evidence. The tags are described in
 * docs/aws/README.md.
 */
import type { SourceFile } from './source-files.ts';

const KNOWN = String.raw`doc|obs|kc|ls|\.NET tool|issue|blog|recorded|widely reported|reports?|inferred|inference|verify|API model|guide 2023|AWS person|an AWS employee|capture|measured`;
const TAG = new RegExp(
  // a tag such as [doc], but not a [link](…); a known word in round brackets; or words that are a tag by themselves
  String.raw`\[(?:${KNOWN})\b[^\]]*\](?!\()|\([^()]*(?<![\w-])(?:${KNOWN})(?![\w-])[^()]*\)|[Nn]ot settled|\breports? \(\d|\bReports?\.$`,
);
const HEADING = /^(#{1,6}) /;
const ITEM = /^\s*(?:-|\d+\.) /;
const ROW = /^\|/;
const RULE = /^\|[\s:|-]+\|$/;
/** The name of a table column that contains the evidence of each row. */
const COLUMN = /^(?:evidence|strength|source)$/;
const EMPTY = /^[\s–-]*$/;

/** Whether the text has a tag. Code and the targets of links do not count. */
const hasTag = (text: string): boolean =>
  TAG.test(text.replaceAll(/`[^`]*`/g, 'code').replaceAll(/\]\([^)]*\)/g, ']()'));

/** Returns, as `path:line: text`, each list item and table row that has no tag, and has none above it. */
export function findUntagged({ path, text }: SourceFile): readonly string[] {
  const found: string[] = [];
  /** Whether the headings above have a tag, by their depth. */
  const headings: boolean[] = [];
  let introduction = '';
  /** The header row of the current table. */
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

/**
 * Returns the last sentence of a paragraph if it introduces the following list or table: if it ends with a colon, has a
 * tag, or mentions rows.
 */
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
