/** Handles ListMultipartUploads: pages of the uploads of a bucket that are not completed (docs/aws §22.5). */
import { escapeXml } from '../../kernel/calls/aws-operation.ts';
import { compareBytes, readCount, readEncoding } from './list-objects.ts';
import { element, ownerId, printDate, printDocument } from './s3-xml.ts';
import type { Upload } from './upload-parts.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';

type Entry =
  | { readonly kind: 'upload'; readonly upload: Upload }
  | { readonly kind: 'prefix'; readonly name: string };
type Place = {
  readonly prefix: string;
  readonly delimiter: string;
  readonly key: string;
  readonly id: string;
};

/** The maximum number of uploads in a page, and the default. */
const MAX_UPLOADS = 1000;

/**
 * Returns the page of uploads that a query requests, by key and then by age.
 * @param uploads the uploads of the bucket, the oldest first
 * @returns the body of the response, or the refusal
 */
export function listUploads(
  bucket: { readonly name: string; readonly accountId: string },
  uploads: readonly Upload[],
  query: string,
): string | S3Refusal {
  const asked = new URLSearchParams(query);
  const encoding = readEncoding(asked);
  if ('code' in encoding) return encoding;
  const most = readCount(asked.get('max-uploads'), 'max-uploads', 'maxUploads');
  if (typeof most === 'object') return most;
  const of = (name: string): string => asked.get(name) ?? '';
  const place = {
    prefix: of('prefix'),
    delimiter: of('delimiter'),
    key: of('key-marker'),
    id: of('upload-id-marker'),
  };
  const wrong = refuseMarker(uploads, place);
  if (wrong !== undefined) return wrong;
  const max = Math.min(most ?? MAX_UPLOADS, MAX_UPLOADS);
  const left = entriesOf(uploads, place);
  const page = left.slice(0, max);
  const shown = page.flatMap((entry) => (entry.kind === 'upload' ? [entry.upload] : []));
  const text = (name: string, value: string): string => element(name, escapeXml(encoding.encode(value)));
  const owner = element('ID', ownerId(bucket.accountId));
  return printDocument(
    'ListMultipartUploadsResult',
    [
      element('Bucket', bucket.name),
      text('KeyMarker', place.key),
      // Without a key, the id has no effect [doc: ListMultipartUploads].
      element('UploadIdMarker', place.key === '' ? '' : escapeXml(place.id)),
      text('NextKeyMarker', shown.at(-1)?.place.key ?? ''),
      element('NextUploadIdMarker', shown.at(-1)?.id ?? ''),
      ...(place.delimiter === '' ? [] : [text('Delimiter', place.delimiter)]),
      ...(place.prefix === '' ? [] : [text('Prefix', place.prefix)]),
      ...(encoding.type === undefined ? [] : [element('EncodingType', encoding.type)]),
      element('MaxUploads', String(max)),
      element('IsTruncated', String(left.length > page.length && max > 0)),
      ...shown.map((upload) =>
        element(
          'Upload',
          text('Key', upload.place.key) +
            element('UploadId', upload.id) +
            element('Initiator', owner + element('DisplayName', 'local')) +
            element('Owner', owner) +
            element('StorageClass', upload.storageClass) +
            element('Initiated', printDate(upload.begunMs)) +
            (upload.checksum === undefined
              ? ''
              : element('ChecksumAlgorithm', upload.checksum.algorithm) +
                element('ChecksumType', upload.checksum.type)),
        ),
      ),
      ...page.flatMap((entry) =>
        entry.kind === 'prefix' ? [element('CommonPrefixes', text('Prefix', entry.name))] : [],
      ),
    ].join(''),
  );
}

function entriesOf(uploads: readonly Upload[], { prefix, delimiter, key, id }: Place): readonly Entry[] {
  const sorted = uploads
    .filter(({ place }) => place.key.startsWith(prefix))
    .toSorted((one, other) => compareBytes(one.place.key, other.place.key));
  const marked = sorted.findIndex((upload) => upload.place.key === key && upload.id === id);
  const entries: Entry[] = [];
  for (const [index, upload] of sorted.entries()) {
    const own = upload.place.key;
    const isAfter = compareBytes(own, key) > 0 || (own === key && marked !== -1 && index > marked);
    if (key !== '' && !isAfter) continue;
    const end = delimiter === '' ? -1 : own.indexOf(delimiter, prefix.length);
    const name = own.slice(0, end + delimiter.length);
    const last = entries.at(-1);
    if (end === -1) entries.push({ kind: 'upload', upload });
    // An earlier page has already listed the prefix of the marker.
    else if (!key.startsWith(name) && !(last?.kind === 'prefix' && last.name === name))
      entries.push({ kind: 'prefix', name });
  }
  return entries;
}

/** Refuses the id of an upload of another key as a marker [obs: s3, `test_list_multiparts_next_marker`]. */
function refuseMarker(
  uploads: Parameters<typeof entriesOf>[0],
  marker: { readonly key: string; readonly id: string },
): S3Refusal | undefined {
  const ofOther = uploads.some(({ id, place }) => id === marker.id && place.key !== marker.key);
  if (marker.key === '' || !ofOther) return undefined;
  return {
    status: 400,
    code: 'InvalidArgument',
    message: 'Invalid uploadId marker',
    details: { ArgumentName: 'upload-id-marker', ArgumentValue: marker.id },
  };
}
