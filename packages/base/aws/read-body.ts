import type { IncomingMessage } from 'node:http';

/**
 * @returns undefined when the body is longer than `maxBytes`; the rest is not read, and the reply must close
 * the connection
 * @throws when the client breaks off
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
      // No effect after a complete body: the promise is settled.
      reject(new Error('the client closed the connection before its request was complete'));
    });
  });
}
