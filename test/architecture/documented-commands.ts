/** Commands as documents write them, in code spans and fenced blocks. */
import type { SourceFile } from './source-files.ts';

export type DocumentedCommand = {
  readonly path: string;
  /** The text behind the name of the tool: words, options and all. */
  readonly words: readonly string[];
};

/** Code of a document, one text per span or line; lines of a block that are indented or follow a `\` continue one. */
function readCode(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^ *```[^\n]*\n([\s\S]*?)^ *```/gm)].map(([, body = '']) => body);
  const lines = blocks.flatMap((body) => body.replaceAll(/\\\n|\n {10,}/g, ' ').split('\n'));
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...lines.map((line) => line.replace(/(^|\s)#\s.*$/, '')), ...spans];
}

/** Every use of `tool`, with a pattern for the text before the first word. */
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

/** `list|show` names two commands. */
export function alternatives(word: string): readonly string[] {
  return word.split('|').filter((part) => part !== '');
}

export function optionsOf({ words }: DocumentedCommand): readonly string[] {
  return words.flatMap((word) => /^\[?(--[a-z][\w-]+)/.exec(word)?.[1] ?? []).flat();
}

/** Brackets of a synopsis and quotes are not part of a word. */
const trim = (word: string): string => word.replaceAll(/^[[("']+|[\])"',.:]+$/g, '');
