/** Responses of GetObject and HeadObject [obs: s3] (docs/aws §22.5). */
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { Answered } from '../../kernel/service.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import {
  overrideHeaders,
  readRange,
  refuseArchived,
  refuseOverrides,
  refuseRead,
  storageHeader,
  wantsChecksum,
} from './object-request.ts';
import type { ObjectPart, StoredObject } from './object-request.ts';
import { tagCountHeader } from './object-tags.ts';
import { versionHeaders } from './replies.ts';
import type { Replies } from './replies.ts';

/** Returns the object, or the part of it that the request wants. */
export function readObject(
  stored: StoredObject,
  request: ServiceRequest,
  { replies, nowEpochMs }: { readonly replies: Replies; readonly nowEpochMs: number },
): Answered {
  const { body, etag, changedMs, version } = stored;
  const refused =
    refuseOverrides(request.query) ??
    refuseArchived(request, stored) ??
    refuseRead(request, stored, nowEpochMs);
  const dated = ['ETag', etag, 'Last-Modified', new Date(changedMs).toUTCString()];
  if (refused === 'not-modified') return replies.reply(304, dated);
  const part = refused ?? readPart(request, stored) ?? readRange(request, body.length);
  if (part !== undefined && 'code' in part) return replies.refuse(part);
  const sent = part === undefined ? body : body.subarray(part.from, part.to + 1);
  const headers = [
    ...dated,
    ...overrideHeaders(request.query, stored.headers),
    'Accept-Ranges',
    'bytes',
    ...stored.encryption,
    ...storageHeader(stored),
    ...tagCountHeader(stored.tags),
    ...versionHeaders(version),
  ];
  if (wantsChecksum(request) && sent.length === body.length) headers.push(...(stored.checksum ?? []));
  if (part !== undefined) headers.push('Content-Range', `bytes ${part.from}-${part.to}/${body.length}`);
  if (part !== undefined && hasPartNumber(request) && stored.partSizes !== undefined)
    headers.push('x-amz-mp-parts-count', String(stored.partSizes.length));
  const status = part === undefined ? 200 : 206;
  if (request.method === 'GET') return replies.reply(status, headers, sent);
  return replies.reply(status, [...headers, 'Content-Length', String(sent.length)]);
}

function hasPartNumber({ query }: ServiceRequest): boolean {
  return new URLSearchParams(query).has('partNumber');
}

/**
 * Returns the bytes of the part that `partNumber` names; undefined if the request has no `partNumber`. An object that
 * was not uploaded in parts has one part [obs: s3, `test_get_object_part`].
 */
function readPart(
  request: ServiceRequest,
  { body, partSizes = [body.length] }: StoredObject,
): ObjectPart | S3Refusal | undefined {
  const wanted = new URLSearchParams(request.query).get('partNumber');
  if (wanted === null) return undefined;
  const isRanged = request.headers.some((name, index) => index % 2 === 0 && /^range$/i.test(name));
  if (isRanged)
    return {
      status: 400,
      code: 'InvalidRequest',
      message: 'Cannot specify both Range header and partNumber query parameter',
      details: {},
    };
  const number = Number(wanted);
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    return {
      status: 400,
      code: 'InvalidArgument',
      message: 'Part number must be an integer between 1 and 10000, inclusive',
      details: { ArgumentName: 'partNumber', ArgumentValue: wanted },
    };
  const size = partSizes[number - 1];
  if (size === undefined)
    return {
      status: 416,
      code: 'InvalidPartNumber',
      message: 'The requested partnumber is not satisfiable',
      details: { ActualPartCount: String(partSizes.length), PartNumberRequested: wanted },
    };
  const from = partSizes.slice(0, number - 1).reduce((sum, one) => sum + one, 0);
  return size === 0 ? undefined : { from, to: from + size - 1 };
}
