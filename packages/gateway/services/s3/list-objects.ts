/** Handles ListObjects and ListObjectsV2: pages of the keys of a bucket (docs/aws §22.5). */
import { escapeXml } from '../../kernel/calls/aws-operation.ts';
import { printAlgorithm } from './checksums.ts';
import { element, ownerId, printDate, printDocument } from './s3-xml.ts';
import type { StoredObject } from './object-request.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';

export type KeyedObject = { readonly key: string; readonly object: StoredObject };

/** An object, or all objects whose keys have the same beginning up to the delimiter. */
type Entry =
  | { readonly kind: 'object'; readonly name: string; readonly object: StoredObject }
  | { readonly kind: 'common-prefix'; readonly name: string };

type Listing = {
  readonly isV2: boolean;
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly encode: (text: string) => string;
  readonly encodingType: string | undefined;
  /** The marker, the key to start after, or what the continuation token contains; empty for the first page. */
  readonly after: string;
  readonly token: string | undefined;
  readonly startAfter: string | undefined;
  readonly isOwnerShown: boolean;
};

/** The maximum number of keys in a page, and the default. */
const MAX_KEYS = 1000;
const MAX_INTEGER = 2 ** 31 - 1;

/**
 * Returns the page of a bucket that a query requests. The keys are in the order of their bytes.
 * @returns the body of the response, or the refusal
 */
export function listObjects(
  bucket: { readonly name: string; readonly accountId: string },
  objects: readonly KeyedObject[],
  query: string,
): string | S3Refusal {
  const listing = readListing(query);
  if ('code' in listing) return listing;
  const left = entriesOf(objects, listing);
  const page = left.slice(0, listing.maxKeys);
  const last = left.length > page.length ? page.at(-1) : undefined;
  const owner = listing.isOwnerShown ? element('Owner', element('ID', ownerId(bucket.accountId))) : '';
  const { encode } = listing;
  const printed = page.map((entry) =>
    entry.kind === 'object'
      ? printObject(entry, encode, owner)
      : element('CommonPrefixes', printText('Prefix', encode(entry.name))),
  );
  // All objects come before all common prefixes (measured: brekkylab/backlot#204).
  const inOrder = (kind: Entry['kind']): string =>
    printed.filter((_text, index) => page[index]?.kind === kind).join('');
  return printDocument(
    'ListBucketResult',
    [
      printText('Name', bucket.name),
      printText('Prefix', encode(listing.prefix)),
      ...printPlace(listing, page.length, last?.name),
      element('MaxKeys', String(listing.maxKeys)),
      ...(listing.delimiter === '' ? [] : [printText('Delimiter', encode(listing.delimiter))]),
      ...(listing.encodingType === undefined ? [] : [element('EncodingType', listing.encodingType)]),
      element('IsTruncated', String(last !== undefined)),
      inOrder('object'),
      inOrder('common-prefix'),
    ].join(''),
  );
}

function readListing(query: string): Listing | S3Refusal {
  const asked = new URLSearchParams(query);
  const isV2 = asked.get('list-type') === '2';
  const encoding = readEncoding(asked);
  if ('code' in encoding) return encoding;
  const most = readCount(asked.get('max-keys'), 'max-keys', 'maxKeys');
  if (typeof most === 'object') return most;
  const token = isV2 ? (asked.get('continuation-token') ?? undefined) : undefined;
  const continued = token === undefined ? undefined : readToken(token);
  if (token !== undefined && continued === undefined)
    return invalid('The continuation token provided is incorrect', 'continuation-token');
  const startAfter = isV2 && token === undefined ? (asked.get('start-after') ?? undefined) : undefined;
  return {
    isV2,
    prefix: asked.get('prefix') ?? '',
    delimiter: asked.get('delimiter') ?? '',
    maxKeys: Math.min(most ?? MAX_KEYS, MAX_KEYS),
    encode: encoding.encode,
    encodingType: encoding.type,
    after: continued ?? startAfter ?? (isV2 ? '' : (asked.get('marker') ?? '')),
    token,
    startAfter,
    isOwnerShown: !isV2 || asked.get('fetch-owner') === 'true',
  };
}

type Encoding = { readonly type: string | undefined; readonly encode: (text: string) => string };

/** Reads how a listing encodes keys. */
export function readEncoding(asked: URLSearchParams): Encoding | S3Refusal {
  const type = asked.get('encoding-type') ?? undefined;
  if (type === undefined) return { type, encode: (text) => text };
  if (type === 'url') return { type, encode: encodeKey };
  return invalid('Invalid Encoding Method specified in Request', 'encoding-type', type);
}

/**
 * Reads a query parameter with a count; undefined if the request has none.
 * @param argument how S3 names the parameter in the refusal of a negative number
 */
export function readCount(
  text: string | null,
  parameter: string,
  argument: string,
): number | S3Refusal | undefined {
  if (text === null || text === '') return undefined;
  const isInteger = /^[+-]?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= MAX_INTEGER;
  if (!isInteger)
    return invalid(`Provided ${parameter} not an integer or within integer range`, parameter, text);
  if (Number(text) < 0)
    return invalid(`Argument ${argument} must be an integer between 0 and ${MAX_INTEGER}`, argument, text);
  return Number(text);
}

/** Returns the part of a listing after its marker, with at most one entry more than a page has. */
function entriesOf(
  objects: readonly KeyedObject[],
  { prefix, delimiter, maxKeys, after, startAfter }: Listing,
): readonly Entry[] {
  const sorted = objects
    .filter(({ key }) => key.startsWith(prefix) && isAfter(key, after))
    .toSorted((one, other) => compareBytes(one.key, other.key));
  const entries: Entry[] = [];
  for (const { key, object } of sorted) {
    // If the page may contain no keys, no page follows it.
    if (entries.length > maxKeys || maxKeys === 0) break;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end === -1 ? key : key.slice(0, end + delimiter.length);
    if (end === -1) entries.push({ kind: 'object', name, object });
    else if (entries.at(-1)?.name !== name && !isListedBefore(name, after, startAfter))
      entries.push({ kind: 'common-prefix', name });
  }
  return entries;
}

/**
 * Whether an earlier page has listed a common prefix. A marker may also be a key below the prefix, but a key to start
 * after may not. The rule for markers was recorded, the rule for the key to start after is inferred.
 */
function isListedBefore(commonPrefix: string, after: string, startAfter: string | undefined): boolean {
  return startAfter === undefined ? after.startsWith(commonPrefix) : startAfter === commonPrefix;
}

function isAfter(key: string, after: string): boolean {
  return after === '' || compareBytes(key, after) > 0;
}

export function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Returns the XML elements that say where this page begins and where the next page begins. */
function printPlace(
  { isV2, encode, token, startAfter, after, delimiter }: Listing,
  count: number,
  last: string | undefined,
): readonly string[] {
  if (!isV2)
    return [
      printText('Marker', encode(after)),
      // Without a delimiter, the last key is the next marker.
      ...(last === undefined || delimiter === '' ? [] : [printText('NextMarker', encode(last))]),
    ];
  return [
    ...(token === undefined ? [] : [printText('ContinuationToken', token)]),
    ...(last === undefined ? [] : [printText('NextContinuationToken', printToken(last))]),
    ...(startAfter === undefined ? [] : [printText('StartAfter', encode(startAfter))]),
    element('KeyCount', String(count)),
  ];
}

function printObject(
  { name, object }: Extract<Entry, { kind: 'object' }>,
  encode: Listing['encode'],
  owner: string,
): string {
  return element(
    'Contents',
    printText('Key', encode(name)) +
      element('LastModified', printDate(object.changedMs)) +
      element('ETag', escapeXml(object.etag)) +
      printAlgorithm(object.checksum) +
      element('Size', String(object.body.length)) +
      owner +
      element('StorageClass', object.storageClass),
  );
}

function printText(name: string, text: string): string {
  return element(name, escapeXml(text));
}

/** Encodes a key as `encoding-type=url` requests it: a blank becomes a plus, slashes stay (measured: backlot#178). */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

const TOKEN = 'after:';

function printToken(last: string): string {
  return Buffer.from(`${TOKEN}${last}`).toString('base64');
}

function readToken(token: string): string | undefined {
  const text = Buffer.from(token, 'base64').toString();
  return text.startsWith(TOKEN) ? text.slice(TOKEN.length) : undefined;
}

function invalid(message: string, ArgumentName: string, ArgumentValue?: string): S3Refusal {
  const details = { ArgumentName, ...(ArgumentValue !== undefined && { ArgumentValue }) };
  return { status: 400, code: 'InvalidArgument', message, details };
}
