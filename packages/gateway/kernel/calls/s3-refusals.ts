/**
 * Records what S3 refuses before the request reaches a bucket: presigned URLs and forms, and preflight requests of web
 * pages. `explain` describes these refusals.
 */
import { findS3Signature } from './s3-authentication.ts';
import { isUpload } from './s3-upload.ts';
import { readS3Address } from './s3-address.ts';
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
  const readElement = (name: string): string =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(String(body))?.[1] ?? '';
  const code = readElement('Code');
  if (bucket === '' || code === '') return;
  const at = `arn:aws:s3:::${bucket}`;
  const named = readElement('HeadersNotSigned');
  const message = `${readElement('Message')}${named === '' ? '' : `: ${named}`}`;
  journal.apart(() => {
    const cause = journal.accept({ kind: 'accepted', at, id: random.uuid(), what: 'call', name: operation });
    journal.note({ kind: 'denied', at, operation, code, message }, cause);
  });
}
