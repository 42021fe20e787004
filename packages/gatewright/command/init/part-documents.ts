/** The documents that parts of the stack need, besides the documents of the service's APIs. */
import { isMap, isSeq, parseDocument } from 'yaml';
import { CHANNELS_FILE, CHANNELS_PARAMETER, portalFile, WEBHOOKS_FILE } from './init-files.ts';
import { usedParts } from './choose-parts.ts';

type PartDocument = {
  /** The name of the file in the folder `access`. */
  readonly file: string;
  /**
   * Returns the text.
   * @param up the path from the folder of the documents to the folder that contains node_modules
   */
  readonly print: (up: string, documents: ReadonlyMap<string, string>) => string;
  /**
   * Returns what the user has to do next.
   * @param definition the path of the stack's serverless.yml
   */
  readonly next: (definition: string) => string;
};

const DOCUMENTS: Readonly<Record<string, PartDocument>> = {
  webhooks: {
    file: 'webhooks.yml',
    print: WEBHOOKS_FILE,
    next: () => 'name your senders and their secrets in this file',
  },
  channels: {
    file: 'channels.yml',
    print: CHANNELS_FILE,
    next: (definition) =>
      `to create the WebSocket API of the stack, add ${CHANNELS_PARAMETER} to params.dev in ${definition}`,
  },
  portal: {
    file: 'portal.yml',
    print: (up, documents) => portalFile(up, plansOf(documents)),
    next: () => 'write in this file which plans and keys customers may choose',
  },
};

type WantedDocument = Pick<PartDocument, 'file' | 'next'> & { readonly text: string };

/**
 * Returns the documents that the parts need and the folder lacks.
 * @param documents the present documents, by the name of their file
 * @param up the path from the folder of the documents to the folder that contains node_modules
 */
export function documentsFor(
  parts: readonly string[],
  documents: ReadonlyMap<string, string>,
  up: string,
): readonly WantedDocument[] {
  return Object.entries(DOCUMENTS)
    .filter(
      ([part, { file }]) =>
        parts.includes(part) && !documents.has(file) && !documents.has(file.replace('.yml', '.yaml')),
    )
    .filter(([part]) => part !== 'channels' || !hasDocumentOfChannels(documents))
    .map(([, { file, print, next }]) => ({ file, text: print(up, documents), next }));
}

function hasDocumentOfChannels(documents: ReadonlyMap<string, string>): boolean {
  return documents.size > 0 && usedParts(documents).includes('channels');
}

/** Returns the ids of the plans in the documents. */
function plansOf(documents: ReadonlyMap<string, string>): readonly string[] {
  return [...documents.values()].flatMap((text) => {
    const document = parseDocument(text);
    if (document.errors.length > 0 || !isMap(document.contents)) return [];
    const plans = document.getIn(['quota', 'plans']);
    return isSeq(plans)
      ? plans.items.flatMap((plan) => (isMap(plan) && plan.has('id') ? [String(plan.get('id'))] : []))
      : [];
  });
}
