/**
 * Stores published documents in the access table. Version numbers only increase, and each version refers to the parts
 * of its text by checksum. The item of a version is never overwritten. `HEAD` is a copy of the current version.
 */
import { createHash } from 'node:crypto';
import { DomainError } from '../../errors.ts';
import type { ItemStore } from '../../ports.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { readAccessItem } from '../access-item.ts';
import type { CompiledAccess } from '../compiled-document.ts';

/** Format number of `compiled.json`. It is increased by each change that older code would misread. */
const DOCUMENTS_FORMAT = 1;
/**
 * Size of a part in Base64 characters. It is three fifths of an admin route's limit, and a fifth of an item's limit.
 */
export const PART_CHARACTERS = 80_000;
export const MAX_PARTS = 60;

export const DOCUMENTS_PARTITION = 'DOCUMENTS';
const HEAD: ItemKey = { pk: DOCUMENTS_PARTITION, sk: 'HEAD' };

export type Publication = {
  readonly text: string;
  readonly checksum: string;
  readonly parts: readonly string[];
};

export type Version = {
  readonly version: number;
  /** SHA-256 of the text, in hexadecimal digits. */
  readonly checksum: string;
  readonly parts: number;
  readonly documents: number;
  readonly by: string;
  readonly publishedAtEpochMs: number;
  readonly restores?: number;
};

export function toPublication({ documents }: CompiledAccess): Publication {
  const text = JSON.stringify({ format: DOCUMENTS_FORMAT, documents });
  const base64 = Buffer.from(text).toString('base64');
  const parts: string[] = [];
  for (let at = 0; at < base64.length; at += PART_CHARACTERS)
    parts.push(base64.slice(at, at + PART_CHARACTERS));
  return { text, checksum: checksumOf(text), parts };
}

export function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function versionKey(version: number): ItemKey {
  return { pk: DOCUMENTS_PARTITION, sk: `V#${String(version).padStart(12, '0')}` };
}

export function headKey(): ItemKey {
  return HEAD;
}

export function partKey(checksum: string, index: number): ItemKey {
  return { pk: `${DOCUMENTS_PARTITION}#${checksum}`, sk: `P#${String(index).padStart(3, '0')}` };
}

export function printVersion({ publishedAtEpochMs, restores, ...version }: Version): Item {
  return { ...version, at: publishedAtEpochMs, ...(restores !== undefined && { restores }) };
}

/**
 * Reads the published version from its item. Returns undefined if nothing is published.
 * @throws DomainError STORE_UNAVAILABLE for a malformed item
 */
export function parseVersion(item: Item | undefined): Version | undefined {
  if (item === undefined) return undefined;
  const { version, checksum, parts, documents, by, at, restores } = item;
  const isWhole =
    typeof version === 'number' &&
    typeof checksum === 'string' &&
    typeof parts === 'number' &&
    parts <= MAX_PARTS &&
    typeof documents === 'number' &&
    typeof by === 'string' &&
    typeof at === 'number';
  if (!isWhole) throw broken('the record of a version is incomplete');
  return {
    version,
    checksum,
    parts,
    documents,
    by,
    publishedAtEpochMs: at,
    ...(typeof restores === 'number' && { restores }),
  };
}

/**
 * Reads the documents of a version from their parts.
 * @throws DomainError STORE_UNAVAILABLE if a part is missing, or the checksum does not match
 */
export async function readDocuments(
  store: Pick<ItemStore, 'read'>,
  { checksum, parts }: Pick<Version, 'checksum' | 'parts'>,
): Promise<CompiledAccess> {
  const texts = await Promise.all(
    Array.from({ length: parts }, async (_, index) => {
      const { data } = (await readAccessItem(store, partKey(checksum, index))) ?? {};
      if (typeof data !== 'string') throw broken('a part of the published documents is missing');
      return data;
    }),
  );
  const text = Buffer.from(texts.join(''), 'base64').toString();
  if (checksumOf(text) !== checksum) throw broken('the published documents do not match their checksum');
  return parseDocuments(text);
}

/**
 * Parses the text of published documents.
 * @throws DomainError STORE_UNAVAILABLE if this function cannot read the format, or if the text is not a list of
 * access documents
 */
function parseDocuments(text: string): CompiledAccess {
  const { format, documents } = JSON.parse(text) as {
    readonly format?: unknown;
    readonly documents?: unknown;
  };
  if (format !== DOCUMENTS_FORMAT)
    throw broken(
      `the published documents have format ${String(format)}, but this function reads format ${DOCUMENTS_FORMAT}`,
    );
  if (!Array.isArray(documents) || !documents.every(isDocument))
    throw broken('the published text is not a list of access documents that this function can read');
  return { documents };
}

function isDocument(document: unknown): boolean {
  const { name, kind, apis, issuers, sources, routes, rules, result } = Object(document) as Readonly<
    Record<string, unknown>
  >;
  return (
    typeof name === 'string' &&
    ['rest', 'http', 'websocket'].includes(String(kind)) &&
    [apis, issuers, sources, routes, rules].every((list) => Array.isArray(list)) &&
    typeof result === 'object'
  );
}

function broken(what: string): DomainError {
  return new DomainError('STORE_UNAVAILABLE', what);
}
