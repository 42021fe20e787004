import type { AccessDocument } from '../document/document.ts';
import { printProblem } from '../document/read-document.ts';
import { readDocument } from '../document/read-access-document.ts';
import type { Locate } from '../document/read-document.ts';
import { readAccessFiles } from './access-files.ts';
import { UsageError } from '@gatewright/aws/usage-error';

export type NamedDocument = {
  readonly name: string;
  readonly folder: string;
  readonly file: string;
  readonly document: AccessDocument;
  readonly locate: Locate;
};

/**
 * Reads the documents with these names, or all documents if there are no names. Inventories are not
 * parsed, so their content may be invalid.
 * @throws UsageError if a name is unknown, a document is invalid, or a file cannot be read
 */
export function readNamedDocuments(folder: string, names: readonly string[]): readonly NamedDocument[] {
  const files = readAccessFiles(folder);
  const unknown = names.find((name) => !files.some((file) => file.name === name));
  if (unknown !== undefined)
    throw new UsageError(
      `there is no access document "${unknown}"; expected one of ${files.map(({ name }) => name).join(', ')}`,
    );
  return files
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ name, folder: place, file, text, sharing }) => {
      const reading = readDocument(text, file, sharing);
      if (reading.kind === 'invalid') throw new UsageError(reading.problems.map(printProblem).join('\n'));
      return { name, folder: place, file, document: reading.document, locate: reading.locate };
    });
}
