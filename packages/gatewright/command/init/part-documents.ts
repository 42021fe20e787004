/** The documents that parts of the stack need, besides the documents of the service's APIs. */
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { CHANNELS_FILE, keyPrefixOf, portalFile, WEBHOOKS_FILE } from './init-files.ts';
import type { PortalOffers } from './init-files.ts';
import { OWN_SOCKET_PARAMETER } from '@gatewright/authoring/files/stack-files';
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
      `to create the WebSocket API of the stack, add ${OWN_SOCKET_PARAMETER} to params.dev in ${definition}`,
  },
  portal: {
    file: 'portal.yml',
    print: (up, documents) => portalFile(up, offersOf(documents)),
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

/** Returns what the portal can offer according to the documents. */
function offersOf(documents: ReadonlyMap<string, string>): PortalOffers {
  const read = [...documents.values()].flatMap((text) => {
    const document = parseDocument(text);
    return document.errors.length > 0 || !isMap(document.contents) ? [] : [document];
  });
  const prefixes = read.map((document) => prefixIn(document));
  const accepting =
    read[prefixes.findIndex((prefix) => prefix !== undefined)] ?? read.find((one) => one.has('api'));
  const roles = accepting?.get('roles');
  return {
    plans: read.flatMap((document) => idsIn(document.getIn(['quota', 'plans']))),
    prefix:
      prefixes.find((prefix) => prefix !== undefined) ?? keyPrefixOf(accepting ? stackIn(accepting) : ''),
    role: isMap(roles) ? roles.items.map(({ key }) => String(key))[0] : undefined,
  };
}

/** Returns the prefix of the first issuer of API keys. */
function prefixIn(document: Document): string | undefined {
  const issuers = document.get('issuers');
  const maps = isSeq(issuers) ? issuers.items.filter((issuer) => isMap(issuer)) : [];
  const keys = maps.find((issuer) => issuer.get('type') === 'apiKey' && issuer.has('prefix'));
  return keys && String(keys.get('prefix'));
}

/** Returns the name of the first stack under `api`; an empty text if the document names none. */
function stackIn(document: Document): string {
  const api = document.get('api');
  const stacks = isMap(api)
    ? api.items.flatMap(({ value }) => (isMap(value) ? [value.get('stack')] : []))
    : [];
  return stacks.find((stack) => typeof stack === 'string') ?? '';
}

function idsIn(list: unknown): readonly string[] {
  return isSeq(list)
    ? list.items.flatMap((one) => (isMap(one) && one.has('id') ? [String(one.get('id'))] : []))
    : [];
}
