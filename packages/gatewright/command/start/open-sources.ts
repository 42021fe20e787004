/**
 * Opens the sources of a run. These are the sources that the user named and, if these sources import from the toolkit's
 * stack, that stack with its access documents. The stack may be created while the gateway runs, so each load searches
 * for it.
 */
import { existsSync } from 'node:fs';
import { requireSources } from '../../../gateway/engine/index.ts';
import type { GatewayOptions, InspectedApi } from '../../../gateway/engine/index.ts';
import { accessFoldersOf } from '@gatewright/authoring/files/stack-files';
import { withStack } from '../../../toolkit/stack/commands/with-stack.ts';
import { printNotes } from '../../../base/terminal/output.ts';
import type { AdminTarget } from '../../../toolkit/terminal/admin-client.ts';
import type { StartFacts } from './start-text.ts';

type Book = NonNullable<GatewayOptions['access']>;

type OpenSources = {
  /** The sources that the last load used. */
  readonly all: () => readonly string[];
  readonly options: Required<Pick<GatewayOptions, 'access' | 'companions' | 'documentFolders' | 'judge'>>;
  readonly documents: () => StartFacts['documents'];
};

/**
 * @param stage the stage of the stack that contains the authorizers
 * @param findAdmin returns the admin API of the running gateway; undefined if it has none
 * @throws DefinitionError if no source exists
 */
export async function openSources(
  named: readonly string[],
  stage: string,
  findAdmin: () => AdminTarget | undefined,
): Promise<OpenSources> {
  requireSources(named);
  const said = new Set<string>();
  const sayOnce = (message: string): void => {
    if (!said.has(message)) printNotes(message);
    said.add(message);
  };
  const search = (): readonly string[] => withStack(named, sayOnce);
  const open = async () => (await loadDocuments(all))?.(all, stage, findAdmin);
  let all = search();
  let opened = await open();
  return {
    all: () => all,
    options: {
      access: forward(() => opened?.book),
      companions: async () => {
        const before = all.length;
        all = search();
        if (opened === undefined || all.length !== before) opened = await open();
        return all.filter((source) => !named.includes(source));
      },
      documentFolders: accessFoldersOf(named),
      // Warns about routes whose authorizers differ from the documents, and refuses unsafe documents.
      judge: async (apis) => opened?.check(apis, (message) => sayOnce(`warning: ${message}`)),
    },
    documents: () => opened?.documents() ?? [],
  };
}

/**
 * Loads the code for access documents only if there is a folder for them, because loading it takes a tenth of the time
 * of a start.
 */
async function loadDocuments(sources: readonly string[]) {
  if (!accessFoldersOf(sources).some((folder) => existsSync(folder))) return undefined;
  const { refuseUnsafeAccess } = await import('../../../toolkit/stack/access/commands/access-check.ts');
  const { openAccessBook, readDocuments } =
    await import('../../../toolkit/stack/access/commands/access-book.ts');
  return (all: readonly string[], stage: string, findAdmin: () => AdminTarget | undefined) => ({
    book: openAccessBook(all, stage, findAdmin),
    documents: () => all.flatMap(readDocuments),
    check: async (apis: readonly InspectedApi[], warn: (message: string) => void): Promise<void> => {
      await refuseUnsafeAccess(all, apis, stage, warn);
    },
  });
}

/** Returns a book that always reads the current documents. */
function forward(book: () => Book | undefined): Book {
  return {
    documents: () => book()?.documents() ?? [],
    ask: (...asked) =>
      book()?.ask(...asked) ??
      Promise.resolve({ kind: 'problem', problem: 'This gateway has no access documents.' }),
    decide: (...asked) => book()?.decide(...asked),
    localToken: (...asked) => book()?.localToken(...asked),
    newKey: (asked) => book()?.newKey(asked),
  };
}
