/** Commands as documents write them, in code spans and fenced blocks. */
import type { SourceFile } from './source-files.ts';

export type DocumentedCommand = {
  readonly path: string;
  /** The text after the name of the tool, with all words and options. */
  readonly words: readonly string[];
};

/**
 * Returns the code in a document, one string for each code span or line. A line of a block that is indented, or that
 * follows a `\`, continues the line before it.
 */
function readCode(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^ *```[^\n]*\n([\s\S]*?)^ *```/gm)].map(([, body = '']) => body);
  const lines = blocks.flatMap((body) => body.replaceAll(/\\\n|\n {10,}/g, ' ').split('\n'));
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...lines.map((line) => line.replace(/(^|\s)#\s.*$/, '')), ...spans];
}

/** Returns every use of `tool`. A pattern describes the text before the first word. */
export function findCommands({ path, text }: SourceFile, tool: RegExp): readonly DocumentedCommand[] {
  return readCode(text).flatMap((code) =>
    code.split(/&&|\|\||;|\$\(|(?<=\s)\|(?=\s)/).flatMap((part) => {
      const words = tool
        .exec(part)?.[1]
        ?.split(/\s+/)
        .filter((word) => word !== '');
      return words === undefined || words.length === 0 ? [] : [{ path, words: words.map(trim) }];
    }),
  );
}

/** Splits alternatives: `list|show` names two commands. */
export function alternatives(word: string): readonly string[] {
  return word.split('|').filter((part) => part !== '');
}

export function optionsOf({ words }: DocumentedCommand): readonly string[] {
  return words.flatMap((word) => /^\[?(--[a-z][\w-]+)/.exec(word)?.[1] ?? []).flat();
}

/** Brackets of a synopsis and quotes are not part of a word. */
const trim = (word: string): string => word.replaceAll(/^[[("']+|[\])"',.:]+$/g, '');
