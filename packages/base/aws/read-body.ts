import type { IncomingMessage } from 'node:http';

/**
 * @returns undefined if the body is longer than `maxBytes`; the rest is not read, and the response must close the
 * connection
 * @throws if the client closes the connection before the body is complete
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners('data');
        request.pause();
        resolve(undefined);
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 ? only : Buffer.concat(chunks, length));
    });
    request.on('error', reject);
    request.on('close', () => {
      // After a complete body, this rejection has no effect, because the promise is already settled.
      reject(new Error('the client closed the connection before its request was complete'));
    });
  });
}
