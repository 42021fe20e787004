/**
 * Compresses an integration's response if the API is configured for it and the client accepts it. The gateway's own
 * error replies and streams are not compressed.
 * reads: Accept-Encoding, reply · adds: nothing · may answer: no · fails with: nothing
 * @see developer guide, "Receive an API response with a compressed payload"; docs/aws §2.4
 */
import { lastHeader } from '../events/header-list.ts';
import type { Received, Reply } from '../exchange.ts';
import type { Compressor } from '../ports.ts';

/**
 * Compresses the reply's body if the client prefers a supported coding, and the body has `minimumBytes` and no coding.
 */
export async function compress(
  { headers }: Received,
  reply: Reply,
  minimumBytes: number,
  at: { readonly compressor: Compressor },
): Promise<void> {
  const coding = chooseCoding(headers.last('accept-encoding'));
  if (coding === undefined || reply.stream !== undefined || reply.body.length === 0) return;
  if (lastHeader(reply.headers, 'content-encoding') !== undefined) return;
  const content = Buffer.from(reply.body);
  if (content.length < minimumBytes) return;
  reply.body = await at.compressor.pack(coding, content);
  reply.headers.push('Content-Encoding', coding);
}

const ITEM = /^([^\s;]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * Returns the client's preferred coding, if AWS supports it. The preferred coding is the one with the highest quality,
 * or the first of several with the same quality. Less preferred codings do not count, so nothing is compressed for
 * `br, gzip`. If the header is missing or `*`, nothing is compressed either.
 */
function chooseCoding(acceptEncoding: string | undefined): 'gzip' | 'deflate' | undefined {
  let best: string | undefined;
  let bestQuality = 0;
  for (const item of (acceptEncoding ?? '').split(',')) {
    const [, coding, quality = '1'] = ITEM.exec(item.trim()) ?? [];
    if (coding === undefined || Number(quality) <= bestQuality) continue;
    best = coding.toLowerCase();
    bestQuality = Number(quality);
  }
  return best === 'gzip' || best === 'deflate' ? best : undefined;
}
