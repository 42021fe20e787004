/**
 * Sections of the evidence pages, and who cites them. A reference is `docs/aws §7.2`, `docs/design/quota §3.9` or
 * `RFC 9110 §8.4`; further references on the same line belong to the document that was named last.
 */
import { listFiles, readSource } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

type Section = { readonly path: string; readonly heading: string };

/** The pages of `docs/aws` share one numbering. Each page of `docs/design` has its own. */
type Book = ReadonlyMap<string, Section>;

/** A number such as `7.2`, or `2B`, or the id of a requirement, such as `B14`. */
const ID = String.raw`\d+(?:\.\d+)+|\d+[A-F]?|[A-Z]\d+`;
const HEADING = /^#{1,3} (\d+(?:\.\d+)+|\d+[A-F]?)\.? /;
/** A test in section 7, or a requirement in a list, such as `- **B14** …`. */
const BOLD = /^- \*\*(\d+\.\d+|[BFJKP]\d+)\*\* /;
const ITEM = /^(\d+)\. /;

export function bookOf(path: string): string | undefined {
  if (/^docs\/aws\/[\w-]+\.md$/.test(path)) return 'docs/aws';
  return /^docs\/design\/(?!README)[\w-]+\.md$/.test(path) ? path.slice(0, -'.md'.length) : undefined;
}

/**
 * Reads every id of every book.
 * @throws Error if two headings of one book have the same number
 */
export function readBooks(files = evidencePages()): ReadonlyMap<string, Book> {
  const books = new Map<string, Map<string, Section>>();
  for (const { path, text } of files) {
    const name = bookOf(path) ?? '';
    const book = books.get(name) ?? new Map<string, Section>();
    books.set(name, book);
    readPage(path, text, book);
  }
  return books;
}

function readPage(path: string, text: string, book: Map<string, Section>): void {
  let heading = '';
  for (const line of text.split('\n')) {
    const id = HEADING.exec(line)?.[1];
    if (id !== undefined) {
      const before = book.get(id);
      if (before?.heading === id) throw new Error(`${path}: section ${id} is also in ${before.path}`);
      heading = id;
      book.set(id, { path, heading });
      continue;
    }
    const inner = BOLD.exec(line)?.[1];
    if (inner !== undefined) book.set(inner, { path, heading });
    const item = ITEM.exec(line)?.[1];
    const numbered = item === undefined || heading === '' ? undefined : `${heading}.${item}`;
    if (numbered !== undefined && !book.has(numbered)) book.set(numbered, { path, heading });
  }
}

export function evidencePages(): readonly SourceFile[] {
  return listFiles('docs')
    .filter((path) => bookOf(path) !== undefined && !path.endsWith('README.md'))
    .map(readSource);
}

export type Reference = {
  readonly path: string;
  readonly line: number;
  /** The document, or undefined if the line names no document before the reference. */
  readonly book: string | undefined;
  readonly id: string;
};

const NAME = /(docs\/aws|docs\/design\/[\w-]+|RFC \d+|draft-[\w-]+|draft 4,|X\.\d+)(?:\]\([^)]*\))?,? $/;
/** `§n` stands for any section, so it is not a reference. */
const MARK = new RegExp(`(\u00a7{1,2} ?)(?!n\\b)(${ID}|B\\.[\\d.]+\\d)?(?:[–-]\u00a7?(${ID}))?`, 'g');

/** Finds all section signs of a file. `own` is the book to which a reference without a document belongs. */
export function findReferences({ path, text }: SourceFile, own?: string): readonly Reference[] {
  return text.split('\n').flatMap((content, index) => {
    let book: string | undefined;
    return [...content.matchAll(MARK)].flatMap(({ index: at, 2: id = '', 3: last }) => {
      book = NAME.exec(content.slice(0, at))?.[1] ?? book ?? own;
      const one = { path, line: index + 1, book };
      return idsBetween(id, last).map((each) => ({ ...one, id: each }));
    });
  });
}

/** `1.3–1.5` → 1.3, 1.4, 1.5. */
function idsBetween(first: string, last: string | undefined): readonly string[] {
  if (last === undefined) return [first];
  const dot = first.lastIndexOf('.') + 1;
  const [from, to] = [Number(first.slice(dot)), Number(last.slice(last.lastIndexOf('.') + 1))];
  if (!(to > from)) return [first, last];
  return Array.from({ length: to - from + 1 }, (_, step) => `${first.slice(0, dot)}${from + step}`);
}

/** Returns the section with this id, or the section that contains the item with this id. */
export function findSection(books: ReadonlyMap<string, Book>, { book, id }: Reference): Section | undefined {
  return books.get(book ?? '')?.get(id);
}
