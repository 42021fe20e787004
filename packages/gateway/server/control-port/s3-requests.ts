/**
 * Requests for S3 from pages of another origin. The guards refuse such requests for every other service. From a page,
 * S3 accepts only requests with a valid signature, such as presigned URLs. The bucket's CORS decides what the page may
 * read.
 */
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import { findS3Signature } from '../../kernel/calls/s3-authentication.ts';
import { isUpload } from '../../kernel/calls/s3-upload.ts';
import type { CrossOriginReply, CrossOriginRequest } from '../../kernel/service.ts';

/**
 * Returns the response of S3 to a page of another origin; undefined if the request is not for a bucket of this gateway.
 */
export type S3CrossOrigin = (
  request: CrossOriginRequest,
) => CrossOriginReply | undefined | Promise<CrossOriginReply | undefined>;

/**
 * Decides about a request to the control port before the guard of origins.
 * @returns undefined if the request is not for S3
 */
export function admitS3(
  head: CrossOriginRequest,
  crossOrigin: S3CrossOrigin | undefined,
): Promise<CrossOriginReply | undefined> | undefined {
  const isSigned = findS3Signature(head) !== undefined || isUpload(head);
  return isSigned || head.method === 'OPTIONS' ? decide(head, isSigned, crossOrigin) : undefined;
}

async function decide(
  head: CrossOriginRequest,
  isSigned: boolean,
  crossOrigin: S3CrossOrigin | undefined,
): Promise<CrossOriginReply | undefined> {
  const isOptions = head.method === 'OPTIONS';
  const isFromPage = headerOf(head, 'origin') !== undefined;
  const found = isFromPage || isOptions ? await crossOrigin?.(head) : undefined;
  if (found?.kind === 'preflight') return found;
  return isSigned && !isOptions ? (found ?? NOTHING_TO_ADD) : undefined;
}

const NOTHING_TO_ADD: CrossOriginReply = { kind: 'request', headers: [] };

/** Serves a request that `admitS3` has admitted. No other handler of the control port sees it. */
export async function serveS3(
  request: ControlRequest,
  admitted: CrossOriginReply,
  serveAws: (request: ControlRequest) => Promise<ControlReply>,
): Promise<ControlReply> {
  if (admitted.kind === 'preflight') return admitted.reply;
  const reply = await serveAws(request);
  return { ...reply, headers: [...reply.headers, ...admitted.headers] };
}
