/** Fetches key sets over HTTPS, or over HTTP from this machine only. `node:https` starts 15 ms faster than `fetch`. */
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.ts';
import type { FetchLimits, KeySetFetcher } from '../../ports.ts';
import { isLoopbackUrl } from './issuers.ts';
import { DEFAULT_LIMITS } from './key-sets.ts';

// `getBuiltinModule` is used, because an import of the module would also create an agent.
const https = process.getBuiltinModule('node:https');

/** Maximum number of attempts. The first TLS handshake from a cold network often fails once. */
const ATTEMPTS = 2;

/** Creates the fetcher. It does not follow redirects, because only configuration decides where keys come from. */
export function createKeySetFetcher(): KeySetFetcher {
  return {
    async fetch(uri, limits = DEFAULT_LIMITS) {
      if (!uri.startsWith('https://') && !isLoopbackUrl(uri))
        throw unavailable(
          `the address of the key set is ${uri}; expected https or an address of this machine`,
        );
      const { timeoutMs, totalMs = Infinity } = limits;
      const startedMs = nowMs();
      for (let attempt = 1; ; attempt += 1) {
        const leftMs = totalMs - (nowMs() - startedMs);
        if (leftMs < 1) throw unavailable('no time is left to call the issuer');
        const signal = AbortSignal.timeout(Math.floor(Math.min(timeoutMs, leftMs)));
        try {
          return await get(uri, limits, signal);
        } catch (error) {
          // After a timeout there is no retry, because the server would probably time out again while the caller waits.
          if (attempt >= ATTEMPTS || signal.aborted || error instanceof DomainError)
            throw toUnavailable(error);
        }
      }
    },
  };
}

/** `performance` is not used, because its first use loads a module. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Fetches a text.
 *
 * Rejects with DomainError if a retry would not help.
 */
async function get(uri: string, { maxBytes }: FetchLimits, signal: AbortSignal): Promise<string> {
  const send = uri.startsWith('https://') ? https.request : loadHttp().request;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send(uri, { signal, headers: { accept: 'application/json' } }, resolve)
      .on('error', reject)
      .end();
  });
  if (response.statusCode !== 200) {
    response.destroy();
    throw unavailable(`the issuer answered with status ${response.statusCode ?? 0}`);
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw unavailable(`the key set is over ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Loads `node:http` without an import. An import reads all exports of the module, and one of these loads WebSocket and
 * `fetch`, which takes 15 ms.
 */
const loadHttp = () => process.getBuiltinModule('node:http');

function toUnavailable(error: unknown): DomainError {
  return error instanceof DomainError ? error : unavailable('the issuer cannot be reached', { cause: error });
}

function unavailable(message: string, options?: ErrorOptions): DomainError {
  return new DomainError('KEY_SET_UNAVAILABLE', message, options);
}
