import type { Reply } from './exchange.ts';

/** The limits for collecting a reply. When a limit is reached, the collection ends, even if the stream continues. */
type GatherLimits = { readonly maxBytes: number; readonly timeoutMs: number };

/**
 * Returns the reply in one piece, for callers without a socket. If a stream ends early, the data that has arrived is
 * returned.
 */
export async function gatherReply(reply: Reply, { maxBytes, timeoutMs }: GatherLimits): Promise<Reply> {
  const { stream, ...whole } = reply;
  if (stream === undefined) return reply;
  const { bytes } = stream;
  const deadline = setTimeout(() => bytes.cancel(), timeoutMs);
  const parts: Buffer[] = [];
  let sentBytes = 0;
  let failure: string | undefined;
  try {
    for await (const part of bytes) {
      parts.push(part);
      stream.beginning?.take(part);
      sentBytes += part.length;
      if (sentBytes >= maxBytes) break;
    }
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  clearTimeout(deadline);
  bytes.cancel();
  const cutBy = failure === undefined ? undefined : 'integration';
  stream.onOver({ sentBytes, firstByteMs: undefined, cutBy, failure });
  return { ...whole, body: Buffer.concat(parts).subarray(0, maxBytes) };
}
