/**
 * The content of a packed request body (developer guide, "Call an API method with a compressed payload"). AWS unpacks
 * on every REST API, whether or not it packs its replies, and leaves `Content-Encoding` where it is.
 */
import { gunzipSync, inflateSync } from 'node:zlib';
import type { PackedBody } from './events/request-facts.ts';

type Unpack = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const CODINGS: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
]);

export type UnpackedBody = {
  readonly body: Buffer;
  /** Undefined where nothing was packed. */
  readonly packed: PackedBody | undefined;
};

/** Never gives more than `maxBytes`, however little was sent for it. */
export function unpackBody(body: Buffer, contentEncoding: string, maxBytes: number): UnpackedBody {
  const coding = contentEncoding.trim().toLowerCase();
  if (coding === '' || coding === 'identity') return { body, packed: undefined };
  const unpack = CODINGS.get(coding);
  if (unpack === undefined) return { body, packed: { sent: body, fault: 'unsupported' } };
  try {
    const content = unpack(body, { maxOutputLength: maxBytes });
    return { body: content, packed: { sent: body, fault: undefined } };
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { body, packed: { sent: body, fault: isTooLarge ? 'too-large' : 'unsupported' } };
  }
}
