/**
 * The fenced code blocks of the pages, and the runners that execute them. A runner gets its blocks from this module,
 * and fails unless it executes each of them.
 */
import assert from 'node:assert/strict';
import { anchorOf } from '../../lab/tools/heading-anchor.ts';
import { REASONS, RUNNERS } from '../documents/runners.ts';
import type { BlockKind } from '../documents/runners.ts';
import { listFiles, readSource } from '../architecture/source-files.ts';

export type CodeBlock = {
  readonly page: string;
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** The anchor of the heading above the block. */
  readonly section: string;
  /** The name of the file that the block contains, which follows the language. */
  readonly path: string | undefined;
  readonly text: string;
  /** The reason why no test runs the block. */
  readonly mark: string | undefined;
};

const KINDS: Readonly<Record<string, BlockKind>> = {
  '': 'shell',
  console: 'shell',
  sh: 'shell',
  yaml: 'data',
  json: 'data',
  hcl: 'terraform',
  dockerfile: 'data',
  text: 'printed',
  js: 'code',
  py: 'code',
  ts: 'code',
};
const FENCE = /^( *)(`{3,})([a-z]*)(?: (\S+))?$/;
const MARK = /^ *<!-- not run: (.+) -->$/;

/** Pages of the site and of the packages. */
const PAGE =
  /^(?:README|CONTRIBUTING|docs\/.+|(?:shared|python)\/README|packages\/(?:\w+\/)?(?:[^/]+|gatewright\/package)\/README|examples\/[^/]+\/README)\.md$/;

/** A block may be part of a list item, so the indentation of its fence is removed from its text. */
export function readBlocks(page: string, markdown: string): readonly CodeBlock[] {
  const lines = markdown.split('\n');
  const blocks: CodeBlock[] = [];
  let section = '';
  for (let index = 0; index < lines.length; index += 1) {
    const [opening, indent = '', fence = '', language = '', path] = FENCE.exec(lines[index] ?? '') ?? [];
    const heading = /^#+ (.+)$/.exec(lines[index] ?? '')?.[1];
    if (heading !== undefined) section = anchorOf(heading);
    if (opening === undefined) continue;
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    if (end < 0) throw new Error(`${page}:${index + 1}: the code block is not closed`);
    const text = lines.slice(index + 1, end).map((line) => `${line.slice(indent.length)}\n`);
    const before = lines.slice(0, index).findLast((line) => line.trim() !== '') ?? '';
    const mark = MARK.exec(before)?.[1];
    blocks.push({ page, line: index + 1, language, section, path, text: text.join(''), mark });
    index = end;
  }
  return blocks;
}

export function kindOf({ page, line, language }: CodeBlock): BlockKind {
  const kind = KINDS[language];
  if (kind === undefined) throw new Error(`${page}:${line}: no runner knows blocks of ${language}`);
  return kind;
}

export const placeOf = ({ page, line }: CodeBlock): string => `${page}:${line}`;

export function readPages(): ReadonlyMap<string, readonly CodeBlock[]> {
  return new Map(
    listFiles()
      .filter((path) => PAGE.test(path))
      .map((path) => [path, readBlocks(path, readSource(path).text)]),
  );
}

/** @returns the test file that executes the block, or undefined if there is none */
export function runnerOf(block: CodeBlock): string | undefined {
  const claimed = RUNNERS[`${block.page}#${block.section}`] ?? RUNNERS[block.page];
  return typeof claimed === 'string' ? claimed : claimed?.[kindOf(block)];
}

type TakenBlocks = {
  readonly blocks: readonly CodeBlock[];
  /** Returns the code blocks of one page. */
  readonly of: (page: string) => readonly CodeBlock[];
  /** Records that these blocks ran unchanged. */
  readonly executed: (...blocks: readonly CodeBlock[]) => void;
  /** @throws AssertionError if a block has not run */
  readonly assertAll: () => void;
};

/** Returns the blocks that a runner must execute. `runner` is its file, relative to test/. */
export function takeBlocks(runner: string): TakenBlocks {
  const pages = new Set(Object.keys(RUNNERS).map((claim) => claim.split('#')[0] ?? ''));
  const all = [...pages].flatMap((page) => readBlocks(page, readSource(page).text));
  const blocks = all.filter((block) => block.mark === undefined && runnerOf(block) === runner);
  const ran = new Set<CodeBlock>();
  return {
    blocks,
    of: (page) => blocks.filter((block) => block.page === page),
    executed(...some) {
      for (const block of some) {
        assert.ok(blocks.includes(block), `${placeOf(block)} is not one of ${runner}`);
        ran.add(block);
      }
    },
    assertAll() {
      assert.ok(blocks.length > 0, `${runner} runs no block`);
      const missed = blocks.filter((block) => !ran.has(block)).map(placeOf);
      assert.deepEqual(missed, [], `${ran.size} of ${blocks.length} blocks ran`);
    },
  };
}

/** Whether a mark has one of the fixed reasons. */
export const isReason = (mark: string): boolean => REASONS.includes(mark);
