/**
 * Reads the text of `access/<name>.yml` and of the files that it extends. The result is the access document, or every
 * mistake with its file, line and column.
 */
import { ACCESS_DOCUMENT } from './document.ts';
import type { AccessDocument } from './document.ts';
import { extendDocument } from './extend-document.ts';
import type { OpenShared } from './extend-document.ts';
import { PROBLEMS_LIMIT, readYaml, shaped } from './read-document.ts';
import type { Problem, Reading } from './read-document.ts';

type DocumentReading = Reading<AccessDocument> & {
  readonly extended?: readonly string[];
};

export type Sharing = { readonly path: string; readonly open: OpenShared };

/** Reads YAML or JSON. `file` is used only in messages about problems. Never throws. */
export function readDocument(text: string, file: string, sharing?: Sharing): DocumentReading {
  const yaml = readYaml(text, file);
  if (yaml.kind === 'invalid') return yaml;
  const { value, locate } = yaml;
  if (typeof value !== 'object' || value === null || !('extends' in value))
    return shaped(yaml, text, ACCESS_DOCUMENT);
  const problems: Problem[] = [];
  const own = { file, value: { ...value }, locate, path: sharing?.path ?? file };
  const extended = extendDocument(own, sharing?.open ?? (() => undefined), (problem) => {
    if (problems.length < PROBLEMS_LIMIT) problems.push(problem);
  });
  if (extended === undefined) return { kind: 'invalid', problems };
  const reading = shaped(extended, text, ACCESS_DOCUMENT);
  if (reading.kind === 'read') return { ...reading, extended: extended.files };
  return { kind: 'invalid', problems: reading.problems.map((problem) => ofFile(problem, file)) };
}

/** Removes the excerpt from a problem in another file, because an excerpt shows a line of the document itself. */
function ofFile({ excerpt, ...problem }: Problem, file: string): Problem {
  return problem.file === file && excerpt !== undefined ? { ...problem, excerpt } : problem;
}
