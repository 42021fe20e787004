/**
 * Records what S3 refuses before the request reaches a bucket: presigned URLs and forms, and preflight requests of web
 * pages. It also records responses without CORS headers, which a browser does not give to the page. `explain` describes
 * them.
 */
import { findS3Signature } from './s3-authentication.ts';
import { isUpload } from './s3-upload.ts';
import { readS3Address } from './s3-address.ts';
import { readElement } from './xml-element.ts';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import type { EventJournal } from '../event-journal.ts';
import type { Random } from '../../core/ports.ts';

type Sent = Pick<ControlRequest, 'host' | 'path' | 'method'>;

/** Records the refusal of a presigned URL or form. Other signed calls come from programs, which print the error. */
export function notePresigned(
  request: ControlRequest,
  reply: ControlReply,
  journal: EventJournal,
  random: Random,
): void {
  const isForm = isUpload(request);
  if (!isForm && findS3Signature(request)?.startsWith('query') !== true) return;
  const operation = isForm ? 'POST of a presigned form' : `${request.method} of a presigned URL`;
  noteS3Refusal(request, reply, { journal, random, operation });
}

/** @param reply an error of S3, as XML */
export function noteS3Refusal(
  request: Sent,
  { body }: ControlReply,
  {
    journal,
    random,
    operation,
  }: { readonly journal: EventJournal; readonly random: Random; readonly operation: string },
): void {
  const { bucket } = readS3Address(request);
  const xml = String(body);
  const code = readElement(xml, 'Code') ?? '';
  if (code === '') return;
  const named = readElement(xml, 'HeadersNotSigned') ?? '';
  const message = `${readElement(xml, 'Message') ?? ''}${named === '' ? '' : `: ${named}`}`;
  note(bucket, { operation, code, message }, journal, random);
}

/** The code of the step about a response without CORS headers. S3 itself refuses nothing. */
export const WITHOUT_CORS = 'WithoutCors';

/**
 * Records a response to a page that no rule of the bucket's CorsConfiguration allows, so that it has no CORS headers.
 */
export function noteWithoutCors(
  request: Sent & { readonly origin: string },
  { journal, random }: { readonly journal: EventJournal; readonly random: Random },
): void {
  const { bucket } = readS3Address(request);
  note(
    bucket,
    { operation: `${request.method} of a page`, code: WITHOUT_CORS, message: request.origin },
    journal,
    random,
  );
}

function note(
  bucket: string,
  denied: { readonly operation: string; readonly code: string; readonly message: string },
  journal: EventJournal,
  random: Random,
): void {
  if (bucket === '') return;
  const at = `arn:aws:s3:::${bucket}`;
  journal.apart(() => {
    const id = random.uuid();
    const cause = journal.accept({ kind: 'accepted', at, id, what: 'call', name: denied.operation });
    journal.note({ kind: 'denied', at, ...denied }, cause);
  });
}
