/** Exports whose name stands in no other file: whoever reads them looks for an importer that is not there. */
import type { SourceFile } from './source-files.ts';

/** What is called from outside of TypeScript: handlers that a template names. */
const NAMED_ELSEWHERE = /(^|\/)fixtures?\//;
const EXPORTED =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|class|type|interface) ([\w$]+)/gm;

/** `path: name` of each. A name in a comment or a text counts as a use: this finds what is surely unused. */
export function findUnusedExports(files: readonly SourceFile[]): readonly string[] {
  const usesOf = new Map<string, number>();
  for (const { text } of files)
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g)))
      usesOf.set(word, (usesOf.get(word) ?? 0) + 1);
  return files
    .filter(({ path }) => !NAMED_ELSEWHERE.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(EXPORTED)].flatMap(([, name = '']) =>
        usesOf.get(name) === 1 ? [`${path}: ${name}`] : [],
      ),
    );
}
