/**
 * Lists the tests for each section of the evidence pages: tests that cite the section, and tests of the design
 * decisions about it.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { CHOICES } from '../parity/choices.ts';
import { bookOf, evidencePages, findReferences, findSection, readBooks } from './sections.ts';
import { readSource, readSources, REPOSITORY } from './source-files.ts';
import type { Reference } from './sections.ts';
import type { SourceFile } from './source-files.ts';

const LINE = /^Held by: .*\n\n?/gm;
/** Test files whose references do not mean that they test a section. */
const NOT_TESTS = /^test\/(architecture|parity|support|fixtures)\//;

/** `docs/aws` → number of a heading → its tests, sorted. */
type Holders = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

export function findHolders(books = readBooks()): Holders {
  const holders = new Map<string, Map<string, Set<string>>>();
  const add = (reference: Reference, test: string): void => {
    const section = findSection(books, reference);
    if (section === undefined || reference.book === undefined) return;
    const sections = holders.get(reference.book) ?? new Map<string, Set<string>>();
    holders.set(reference.book, sections);
    sections.set(section.heading, (sections.get(section.heading) ?? new Set()).add(test));
  };
  for (const { path, text } of readSources()) {
    const test = isTest(path) ? path : mirrorOf(path);
    if (test === undefined || NOT_TESTS.test(path)) continue;
    for (const reference of findReferences({ path, text })) add(reference, test);
  }
  for (const { section, test } of CHOICES)
    for (const reference of findReferences({ path: test, text: section }, 'docs/aws')) add(reference, test);
  const sorted = (tests: ReadonlySet<string>): readonly string[] => [...tests].sort();
  return new Map(
    [...holders].map(([book, sections]) => [
      book,
      new Map([...sections].map(([heading, tests]) => [heading, sorted(tests)])),
    ]),
  );
}

const isTest = (path: string): boolean => /(^|\/)test\//.test(path) || /\.(test|suite)\.ts$/.test(path);

/** Returns the test that mirrors a source file in which a section is cited. */
function mirrorOf(path: string): string | undefined {
  const name = path.replace(/\.ts$/, '.test.ts');
  return [`test/${name}`, name].find((test) => existsSync(join(REPOSITORY, test)));
}

/** Returns the lists that a page contains now, for the test that compares them. */
export function readHeldBy({
  path,
  text,
}: SourceFile): readonly { readonly heading: string; readonly tests: readonly string[] }[] {
  let heading = '';
  return text.split('\n').flatMap((line) => {
    heading = /^#{1,3} (\d+(?:\.\d+)+|\d+[A-F]?)\.? /.exec(line)?.[1] ?? heading;
    if (!line.startsWith('Held by: ')) return [];
    const tests = [...line.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => join(dirname(path), to));
    return [{ heading, tests }];
  });
}

/** Returns the page with the correct lists, one at the end of each section. */
export function writeHeldBy(path: string, holders: Holders): string {
  const book = bookOf(path) ?? '';
  const { text } = readSource(path);
  const parts = text.replace(LINE, '').split(/^(?=#{1,3} )/m);
  return parts
    .map((part) => {
      const id = /^#{1,3} (\d+(?:\.\d+)+|\d+[A-F]?)\.? /.exec(part)?.[1];
      const tests = id === undefined ? [] : (holders.get(book)?.get(id) ?? []);
      if (tests.length === 0) return part;
      const links = tests.map((test) => `[${nameOf(test)}](${relative(dirname(path), test)})`);
      return `${part.trimEnd()}\n\nHeld by: ${links.join(', ')}\n\n`;
    })
    .join('')
    .trimEnd()
    .concat('\n');
}

const nameOf = (test: string): string => test.replace(/^test\//, '').replace(/(\.test|\.suite)?\.ts$/, '');

/**
 * Prints every chapter with its sections, for docs/aws/README.md. A section that is on another page than its chapter
 * has its own link.
 */
export function printIndex(): string {
  const sections = evidencePages()
    .filter(({ path }) => bookOf(path) === 'docs/aws')
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^#{1,3} (\d+(?:\.\d+)*)\.? (.*)$/gm)].map(([, id = '', title = '']) => ({
        id,
        title: title.replaceAll(/[[\]]/g, '\\$&'),
        page: path.slice('docs/aws/'.length),
      })),
    )
    .toSorted((a, b) => orderOf(a.id) - orderOf(b.id));
  const chapters = sections.filter(({ id }) => !id.includes('.'));
  return chapters
    .map(({ id, title, page }) => {
      const parts = sections
        .filter((section) => section.id.startsWith(`${id}.`))
        .map((part) => `§${part.id} ${part.page === page ? part.title : `[${part.title}](${part.page})`}`);
      return `- §${id} [${title}](${page})${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`;
    })
    .join('\n');
}

function orderOf(id: string): number {
  const [chapter = 0, section = 0] = id.split('.').map(Number);
  return chapter * 100 + section;
}
